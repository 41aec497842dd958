//! What runs between VPCs: peering connections, attachments to transit gateways, and flows from one VPC to another. Each has a
//! track of its own below the VPCs.

use std::collections::BTreeMap;

use super::super::{Element, LinkKind, Picture};
use super::canvas::{CODE, Canvas, SMALL, Type, Way};
use super::nets::Net;
use super::place::{Beyond, LABEL, LANE, Rect, label_width};
use super::text::{Face, width};
use super::vpc::{Site, class, line, title};

/// Between tracks.
const TRACK: i32 = 15;
/// Between trunks at the left.
const TRUNK: i32 = 10;
/// Between lines that leave a VPC, or enter a bar.
const STEP: i32 = 18;

/// What runs between VPCs.
#[derive(Clone, Debug)]
struct Cable {
    what: What,
    /// The sites that it comes from.
    sites: Vec<usize>,
    /// The bars that it leads to.
    bars: Vec<Element>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Link(usize),
    Net(usize),
}

/// The tracks below each row of VPCs, and the trunks that join them.
#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    cables: Vec<Cable>,
    /// By cable: its track below each row in which it has one.
    tracks: Vec<BTreeMap<usize, i32>>,
    /// By cable: its trunk.
    trunks: Vec<Option<i32>>,
    counts: Vec<i32>,
    trunk_count: i32,
    has_bars: bool,
}

/// The bars below the VPCs.
pub(super) fn bars(picture: &Picture) -> Vec<Element> {
    let hubs = (0..picture.gateways.len()).filter(|it| picture.gateways[*it].kind == super::GatewayKind::Transit);
    let mut bars: Vec<Element> = hubs.map(Element::Gateway).collect();
    if picture.uses(Element::OnPremises) {
        bars.push(Element::OnPremises);
    }
    bars
}

impl Channels {
    /// Gives each cable its tracks.
    pub(super) fn plan(picture: &Picture, nets: &[Net], sites: &[Site<'_>], rows: &[usize]) -> Self {
        let cables = cables(picture, nets, sites);
        let last = rows.last().copied().unwrap_or(0);
        let mut channels = Self { counts: vec![0; last + 1], has_bars: !bars(picture).is_empty(), ..Self::default() };
        for cable in cables {
            let mut own: Vec<usize> = cable.sites.iter().map(|site| rows[*site]).collect();
            if !cable.bars.is_empty() {
                own.push(last);
            }
            own.sort_unstable();
            own.dedup();
            let several = own.len() > 1;
            let tracks = own.into_iter().map(|row| {
                channels.counts[row] += 1;
                (row, channels.counts[row] - 1)
            });
            let tracks = tracks.collect();
            channels.tracks.push(tracks);
            channels.trunks.push(several.then(|| {
                channels.trunk_count += 1;
                channels.trunk_count - 1
            }));
            channels.cables.push(cable);
        }
        channels
    }

    /// The space at the left for trunks.
    pub(super) const fn trunks_width(&self) -> i32 {
        if self.trunk_count == 0 { 0 } else { self.trunk_count * TRUNK + 12 }
    }

    /// The space below a row.
    pub(super) fn height(&self, row: usize) -> i32 {
        let count = self.counts.get(row).copied().unwrap_or(0);
        let last = row + 1 == self.counts.len();
        match (count, last) {
            (0, true) if !self.has_bars => 20,
            (0, _) => 44,
            (count, _) => 44 + count * TRACK,
        }
    }
}

/// All cables: links first, short ones before long ones.
fn cables(picture: &Picture, nets: &[Net], sites: &[Site<'_>]) -> Vec<Cable> {
    let of_vpc = |vpc: usize| sites.iter().position(|site| site.vpc == vpc);
    let mut cables = Vec::new();
    for (index, link) in picture.links.iter().enumerate() {
        let mut cable = Cable { what: What::Link(index), sites: Vec::new(), bars: Vec::new() };
        for element in [link.from, link.to] {
            match element {
                Element::Vpc(vpc) => cable.sites.extend(of_vpc(vpc)),
                Element::Gateway(gateway) => match picture.gateways[gateway].vpc {
                    Some(vpc) => cable.sites.extend(of_vpc(vpc)),
                    None => cable.bars.push(element),
                },
                Element::OnPremises => cable.bars.push(element),
                Element::Internet | Element::Subnet(_) | Element::Tier(_) => {}
            }
        }
        if link.to != Element::Internet && cable.sites.len() + cable.bars.len() > 1 {
            cables.push(cable);
        }
    }
    for (index, net) in nets.iter().enumerate() {
        let down =
            |site: &&Site<'_>| site.placed.wires.iter().any(|wire| wire.net == index && wire.beyond == Beyond::Down);
        let own: Vec<usize> = (0..sites.len()).filter(|site| down(&&sites[*site])).collect();
        if !own.is_empty() {
            let bars = if net.touches(Element::OnPremises) { vec![Element::OnPremises] } else { Vec::new() };
            cables.push(Cable { what: What::Net(index), sites: own, bars });
        }
    }
    cables
}

/// Draws what runs between VPCs.
pub(super) fn draw(
    picture: &Picture,
    nets: &[Net],
    sites: &[Site<'_>],
    rows: &[usize],
    (channels, bars): (&Channels, &[(Element, Rect)]),
    canvas: &mut Canvas,
) {
    let mut left: BTreeMap<usize, i32> = BTreeMap::new();
    let mut entered: BTreeMap<Element, i32> = BTreeMap::new();
    let floor = |row: usize| {
        let own = sites.iter().zip(rows).filter(|(_, of)| **of == row);
        own.map(|(site, _)| site.frame.bottom()).max().unwrap_or(0)
    };
    for (number, cable) in channels.cables.iter().enumerate() {
        let mut ends: Vec<(usize, i32, i32)> = Vec::new();
        for &site in &cable.sites {
            let own = &sites[site];
            let x = match cable.what {
                What::Net(net) => {
                    let wire = own.placed.wires.iter().find(|wire| wire.net == net);
                    wire.map_or(own.frame.x, |wire| own.lane(wire))
                }
                What::Link(link) => link_x(picture, link, own, left.entry(site).or_default()),
            };
            ends.push((rows[site], x, own.frame.bottom()));
        }
        let last = rows.last().copied().unwrap_or(0);
        let mut below: Vec<(i32, i32, Element)> = Vec::new();
        for bar in &cable.bars {
            let Some((_, rect)) = bars.iter().find(|(element, _)| element == bar) else { continue };
            let straight = ends.len() == 1 && cable.bars.len() == 1 && ends[0].0 == last;
            let x = if straight && ends[0].1 > rect.x + 10 && ends[0].1 < rect.right() - 10 {
                ends[0].1
            } else {
                let count = entered.entry(*bar).or_default();
                *count += 1;
                rect.x + (20 + (*count - 1) * STEP) % (rect.w - 30).max(1)
            };
            below.push((x, rect.y, *bar));
        }
        let trunk = channels.trunks[number].map(|trunk| super::MARGIN + trunk * TRUNK);
        let tracks: Vec<(usize, i32)> =
            channels.tracks[number].iter().map(|(row, track)| (*row, floor(*row) + 20 + track * TRACK)).collect();
        Run { picture, nets, cable, ends, below, tracks, trunk, last }.draw(canvas);
    }
}

/// Where a link leaves its VPC: at its gateway, or beside them.
fn link_x(picture: &Picture, link: usize, site: &Site<'_>, left: &mut i32) -> i32 {
    let link = &picture.links[link];
    let gates = site.low_gates();
    let own = gates.iter().find(|(index, _)| link.from == Element::Gateway(*index));
    if let Some((_, gate)) = own {
        return gate.x + gate.w / 2;
    }
    let start = gates.last().map_or(site.frame.x + 40, |(_, gate)| gate.right() + STEP);
    *left += 1;
    start + (*left - 1) * STEP
}

/// A cable with all its places.
struct Run<'r> {
    picture: &'r Picture,
    nets: &'r [Net],
    cable: &'r Cable,
    /// Row, x and the lower edge of the VPC.
    ends: Vec<(usize, i32, i32)>,
    /// X, the upper edge of the bar, and the bar.
    below: Vec<(i32, i32, Element)>,
    tracks: Vec<(usize, i32)>,
    trunk: Option<i32>,
    last: usize,
}

impl Run<'_> {
    fn draw(&self, canvas: &mut Canvas) {
        let (group, style, full) = match self.cable.what {
            What::Link(link) => {
                let link = &self.picture.links[link];
                let name = link.name.as_ref().map_or("", |name| &name.full);
                let word = match link.kind {
                    LinkKind::Way => "gateway",
                    LinkKind::Attachment => "attachment",
                    LinkKind::Peering => "peering",
                };
                ("link", if link.certain { "w" } else { "w dash" }, format!("{word} {name}"))
            }
            What::Net(net) => (class(&self.nets[net]), line(&self.nets[net]), title(self.picture, &self.nets[net])),
        };
        canvas.open(group, &full);
        for (row, y) in &self.tracks {
            let above: Vec<(i32, i32)> =
                self.ends.iter().filter(|end| end.0 == *row).map(|end| (end.1, end.2)).collect();
            let below: Vec<(i32, i32)> =
                self.below.iter().filter(|_| *row == self.last).map(|end| (end.0, end.1)).collect();
            if let ([(x, top)], [(to, bottom)], None) = (above.as_slice(), below.as_slice(), self.trunk)
                && x == to
            {
                canvas.path("halo-page", &format!("M{x} {top}V{bottom}"));
                canvas.path(style, &format!("M{x} {top}V{bottom}"));
                continue;
            }
            let xs = || above.iter().chain(&below).map(|end| end.0).chain(self.trunk);
            let (from, to) = (xs().min().unwrap_or(0), xs().max().unwrap_or(0));
            for (x, end) in above.iter().chain(&below) {
                let near = y + if end < y { -4 } else { 4 };
                canvas.path("halo-page", &format!("M{x} {end}V{near}"));
                canvas.path(style, &format!("M{x} {end}V{y}"));
                if *x != from && *x != to {
                    canvas.put(format_args!("<circle class=\"a\" cx=\"{x}\" cy=\"{y}\" r=\"2.600\"/>"));
                }
            }
            canvas.path("halo-page", &format!("M{} {y}H{}", from + 5, to - 5));
            canvas.path(style, &format!("M{from} {y}H{to}"));
            self.draw_label(*y, from, to, canvas);
        }
        if let Some(trunk) = self.trunk {
            let ys = || self.tracks.iter().map(|track| track.1);
            canvas.path(style, &format!("M{trunk} {}V{}", ys().min().unwrap_or(0), ys().max().unwrap_or(0)));
        }
        self.draw_arrows(canvas);
        canvas.close();
    }

    /// What it is called, on its track.
    fn draw_label(&self, y: i32, from: i32, to: i32, canvas: &mut Canvas) {
        let (label, kind) = match self.cable.what {
            What::Net(net) => (self.nets[net].label.clone(), Type { class: "l", ..CODE }),
            What::Link(link) => match (&self.picture.links[link].kind, &self.picture.links[link].name) {
                (LinkKind::Peering, Some(name)) => (format!("peering {}", name.short), SMALL),
                (LinkKind::Peering | LinkKind::Way | LinkKind::Attachment, _) => return,
            },
        };
        let w = match self.cable.what {
            What::Net(_) => label_width(&label),
            What::Link(_) => width(&label, 10, Face::Sans).min(LABEL) + 12,
        };
        if to - from < w + 2 * LANE {
            return;
        }
        let middle = (from + to) / 2;
        canvas.rect(Rect { x: middle - w / 2, y: y - 7, w, h: 14 }, 7, "pill");
        canvas.centred(middle, y + 3, &label, kind, LABEL);
    }

    /// Flows that end on premises have their arrow there.
    fn draw_arrows(&self, canvas: &mut Canvas) {
        let What::Net(net) = self.cable.what else { return };
        for (x, y, bar) in &self.below {
            if self.nets[net].targets.contains(bar) {
                canvas.arrow(*x, *y, Way::Down);
            }
        }
    }
}
