//! Where everything in a VPC is, in pixels from its upper left corner, and the lanes of its nets beside the subnets.

use std::collections::BTreeMap;

use super::super::{Element, Picture};
use super::nets::Net;
use super::plan::{Plan, Row};
use super::text::{Face, width};

/// The space between the border of a VPC and what is in it.
pub(super) const PAD: i32 = 14;
/// The head of a VPC: its name, and the names of the zones.
pub(super) const HEAD: i32 = 36;
pub(super) const ZONES: i32 = 18;
/// The strip at the left that says what the rows are.
pub(super) const GUTTER: i32 = 22;
/// Between subnets.
pub(super) const GAP: i32 = 10;
/// The head of a subnet: its name and block.
pub(super) const SUBNET_HEAD: i32 = 37;
/// Between the border of a subnet and a chip.
pub(super) const INSET: i32 = 8;
/// Between chips.
const CHIP_GAP: i32 = 6;
/// A chip with one line of text, and one with two.
const LOW: i32 = 22;
pub(super) const HIGH: i32 = 34;
/// The space that a line takes at its chip: with a label, and without one.
const SLOT: i32 = 17;
const PLAIN_SLOT: i32 = 11;
/// Between lanes.
pub(super) const LANE: i32 = 12;
/// The widest label of a line.
pub(super) const LABEL: i32 = 172;

/// A rectangle.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) w: i32,
    pub(super) h: i32,
}

impl Rect {
    pub(super) const fn right(&self) -> i32 {
        self.x + self.w
    }

    pub(super) const fn bottom(&self) -> i32 {
        self.y + self.h
    }
}

/// A chip and where it is: the parts of it in neighbouring columns are one.
#[derive(Debug)]
pub(super) struct PlacedChip {
    pub(super) tier: usize,
    pub(super) parts: Vec<Rect>,
}

/// Where a net meets a chip.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tap {
    pub(super) y: i32,
    /// The right end of the chip.
    pub(super) x: i32,
    pub(super) source: bool,
    pub(super) target: bool,
}

/// What a net leads to beyond the VPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    Nothing,
    Up,
    Down,
}

/// A net, as far as it is in the VPC.
#[derive(Debug)]
pub(super) struct Wire {
    /// In all nets.
    pub(super) net: usize,
    pub(super) taps: Vec<Tap>,
    pub(super) lane: i32,
    pub(super) beyond: Beyond,
}

/// A VPC, placed.
#[derive(Debug, Default)]
pub(super) struct Placed {
    pub(super) size: Rect,
    pub(super) cells: Vec<(usize, Rect)>,
    pub(super) chips: Vec<PlacedChip>,
    /// From, to, and of which row.
    pub(super) rows: Vec<Rect>,
    pub(super) wires: Vec<Wire>,
    /// Where the labels of lines begin, and the lanes.
    pub(super) labels: i32,
    pub(super) lanes: i32,
    pub(super) columns: Vec<i32>,
    pub(super) column_width: i32,
}

/// Places what is in a VPC. `least`: how wide it is at least; `low`: how wide what stands on its lower border is.
pub(super) fn place(picture: &Picture, plan: &Plan, nets: &[Net], own: &[usize], (least, low): (i32, i32)) -> Placed {
    let mut placed = Placed { column_width: column_width(picture, plan), ..Placed::default() };
    let left = PAD + GUTTER;
    placed.columns = (0..plan.columns.len()).map(|it| left + it as i32 * (placed.column_width + GAP)).collect();
    let mut taps: BTreeMap<usize, i32> = BTreeMap::new();
    for net in own.iter().map(|net| &nets[*net]) {
        for tier in tiers_of(net) {
            *taps.entry(tier).or_default() += slot(net, tier);
        }
    }
    let mut y = HEAD + if plan.columns.iter().any(Option::is_some) { ZONES } else { 4 };
    for row in &plan.rows {
        let height = place_row(&mut placed, row, y, &taps);
        placed.rows.push(Rect { x: PAD, y, w: GUTTER - 6, h: height });
        y += height + GAP;
    }
    if plan.rows.is_empty() {
        y += 20;
    }
    if low > 0 {
        y += 14;
    }
    let grid = left + plan.columns.len() as i32 * (placed.column_width + GAP) - GAP;
    place_wires(&mut placed, nets, own, y);
    let label = placed.wires.iter().map(|wire| label_width(&nets[wire.net].label)).max().unwrap_or(0);
    placed.labels = grid + 12;
    // Lines that leave below do so beside what stands there.
    placed.lanes = (placed.labels + label + 14).max(if low > 0 { left + low + 4 } else { 0 });
    let lanes = placed.wires.iter().map(|wire| wire.lane + 1).max().unwrap_or(0);
    let right = if lanes > 0 { placed.lanes + lanes * LANE + PAD } else { grid + PAD };
    placed.size = Rect { x: 0, y: 0, w: right.max(least), h: y - GAP + PAD };
    placed
}

/// How wide the label of a line is drawn.
pub(super) fn label_width(label: &str) -> i32 {
    width(label, 10, Face::Mono).min(LABEL) + 8
}

fn column_width(picture: &Picture, plan: &Plan) -> i32 {
    let subnets = plan.rows.iter().flat_map(|row| row.cells.iter().flatten()).map(|subnet| &picture.subnets[*subnet]);
    let names = subnets.map(|subnet| width(&subnet.name.short, 11, Face::Bold) + 46).max().unwrap_or(0);
    // What is in one column alone has to fit into it.
    let chips = plan.rows.iter().flat_map(|row| &row.chips).filter(|chip| chip.columns.len() == 1);
    let chips = chips.map(|chip| width(&picture.tiers[chip.tier].name.short, 12, Face::Bold) + 76).max().unwrap_or(0);
    let most = plan.rows.iter().map(crowd).max().unwrap_or(1);
    names.max(chips).clamp(156, 224) * most - (most - 1) * INSET
}

/// How many chips stand side by side in the subnets of a row: where there are many, they would make it too high.
fn crowd(row: &Row) -> i32 {
    let mut counts = vec![0; row.cells.len()];
    row.chips.iter().filter(|chip| chip.columns.len() == 1).for_each(|chip| counts[chip.columns[0]] += 1);
    match counts.into_iter().max().unwrap_or(0) {
        0..=8 => 1,
        9..=20 => 2,
        _ => 3,
    }
}

/// The tiers that a net touches.
fn tiers_of(net: &Net) -> impl Iterator<Item = usize> {
    (&net.sources | &net.targets).into_iter().filter_map(|element| match element {
        Element::Tier(tier) => Some(tier),
        Element::Internet | Element::OnPremises | Element::Vpc(_) | Element::Subnet(_) | Element::Gateway(_) => None,
    })
}

/// Places the subnets and chips of a row; its height.
fn place_row(placed: &mut Placed, row: &Row, top: i32, taps: &BTreeMap<usize, i32>) -> i32 {
    let head = if row.cells.iter().any(Option::is_some) { SUBNET_HEAD } else { INSET };
    let mut y = top + head;
    let width = placed.column_width;
    let columns = placed.columns.clone();
    let (crowd, mut lane, mut bottom) = (crowd(row), Vec::new(), y);
    for chip in &row.chips {
        let lines = if chip.first { taps.get(&chip.tier).copied().unwrap_or(0) } else { 0 };
        let height = if lines > 0 { HIGH.max(lines + 4) } else { LOW };
        // Idle chips share a lane: those of several columns with others, those of one also with those of the same.
        let alone = chip.columns.len() == 1 && lines == 0;
        let (own, most) = if alone { (1, crowd) } else { (crowd, crowd) };
        let shares = lines == 0 && !lane.is_empty() && chip.columns.iter().all(|column| lane[*column] + own <= most);
        if !shares {
            y = bottom;
            bottom = y + height + CHIP_GAP;
            lane = if lines == 0 { vec![0; columns.len()] } else { Vec::new() };
        }
        let mut parts: Vec<Rect> = Vec::new();
        for (index, &column) in chip.columns.iter().enumerate() {
            let x = columns[column] + INSET;
            match parts.last_mut() {
                Some(part) if chip.columns[index - 1] + 1 == column => part.w = x + width - 2 * INSET - part.x,
                _ => parts.push(Rect { x, y, w: width - 2 * INSET, h: height }),
            }
        }
        if alone && crowd > 1 {
            let each = (width - 2 * INSET - (crowd - 1) * CHIP_GAP) / crowd;
            let x = columns[chip.columns[0]] + INSET + lane[chip.columns[0]] * (each + CHIP_GAP);
            parts = vec![Rect { x, y, w: each, h: height }];
        }
        if lines == 0 {
            chip.columns.iter().for_each(|column| lane[*column] += own);
        }
        placed.chips.push(PlacedChip { tier: chip.tier, parts });
    }
    let height = if row.chips.is_empty() { head } else { bottom - CHIP_GAP + INSET - top };
    for (column, subnet) in row.cells.iter().enumerate() {
        let cell = Rect { x: columns[column], y: top, w: width, h: height };
        placed.cells.extend(subnet.map(|subnet| (subnet, cell)));
    }
    height
}

/// Gives each net a lane, and each of its ends a place at its chip.
fn place_wires(placed: &mut Placed, nets: &[Net], own: &[usize], bottom: i32) {
    let mut chips: BTreeMap<usize, Rect> = BTreeMap::new();
    for chip in &placed.chips {
        // The first chip of a tier has its flows, at the end of its last part.
        if let Some(part) = chip.parts.last() {
            chips.entry(chip.tier).or_insert(*part);
        }
    }
    let middle = |tier: usize| chips.get(&tier).map(|chip| chip.y + chip.h / 2);
    let mut at: BTreeMap<usize, Vec<(bool, i32, usize)>> = BTreeMap::new();
    for (index, net) in own.iter().enumerate() {
        let net = &nets[*net];
        let ends: Vec<i32> = tiers_of(net).filter_map(middle).collect();
        let beyond = beyond(net);
        let ends_with = match beyond {
            Beyond::Nothing => None,
            Beyond::Up => Some(-1000),
            Beyond::Down => Some(bottom + 1000),
        };
        let all = || ends.iter().copied().chain(ends_with);
        let span = all().max().unwrap_or(0) - all().min().unwrap_or(0);
        for tier in tiers_of(net) {
            let Some(here) = middle(tier) else { continue };
            let others: Vec<i32> = all().filter(|y| *y != here).collect();
            let mean = others.iter().sum::<i32>() / (others.len().max(1) as i32);
            // Upwards the short ones first, downwards the long ones: they do not cross each other.
            let down = mean >= here;
            at.entry(tier).or_default().push((down, if down { -span } else { span }, index));
        }
        placed.wires.push(Wire { net: own[index], taps: Vec::new(), lane: 0, beyond });
    }
    for (tier, mut ends) in at {
        ends.sort_unstable();
        let chip = chips[&tier];
        let high: i32 = ends.iter().map(|end| slot(&nets[placed.wires[end.2].net], tier)).sum();
        let mut y = chip.y + (chip.h - high) / 2;
        for (_, _, index) in ends {
            let net = &nets[placed.wires[index].net];
            let element = Element::Tier(tier);
            let (source, target) = (net.sources.contains(&element), net.targets.contains(&element));
            let own = slot(net, tier);
            placed.wires[index].taps.push(Tap { y: y + own / 2, x: chip.right(), source, target });
            y += own;
        }
    }
    give_lanes(&mut placed.wires, bottom);
}

/// The space that a net takes at a tier.
fn slot(net: &Net, tier: usize) -> i32 {
    let labelled = net.targets.contains(&Element::Tier(tier)) || beyond(net) != Beyond::Nothing;
    if labelled { SLOT } else { PLAIN_SLOT }
}

/// Where a net leads beyond its VPC: to the internet, or to other VPCs and on premises.
fn beyond(net: &Net) -> Beyond {
    if net.touches(Element::Internet) {
        Beyond::Up
    } else if net.touches(Element::OnPremises) || net.vpc.is_none() {
        Beyond::Down
    } else {
        Beyond::Nothing
    }
}

/// Short nets are near the chips, those that lead beyond the VPC far from them.
fn give_lanes(wires: &mut [Wire], bottom: i32) {
    let reach = |wire: &Wire| {
        let ys = || wire.taps.iter().map(|tap| tap.y);
        let (low, high) = (ys().min().unwrap_or(0), ys().max().unwrap_or(0));
        match wire.beyond {
            Beyond::Nothing => (low, high),
            Beyond::Up => (-10, high),
            Beyond::Down => (low, bottom + 10),
        }
    };
    let mut order: Vec<usize> = (0..wires.len()).collect();
    order.sort_by_key(|index| {
        let (low, high) = reach(&wires[*index]);
        (wires[*index].beyond != Beyond::Nothing, high - low, low, *index)
    });
    let mut lanes: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut inner = 0;
    for index in order {
        let (low, high) = reach(&wires[index]);
        let outer = wires[index].beyond != Beyond::Nothing;
        let from = if outer { inner } else { 0 };
        let free = |lane: &Vec<(i32, i32)>| lane.iter().all(|(start, end)| high + 6 < *start || *end + 6 < low);
        let lane = (from..lanes.len()).find(|lane| free(&lanes[*lane])).unwrap_or_else(|| {
            lanes.push(Vec::new());
            lanes.len() - 1
        });
        lanes[lane].push((low, high));
        wires[index].lane = lane as i32;
        if !outer {
            inner = lanes.len();
        }
    }
}
