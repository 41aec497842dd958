//! What runs between VPCs: peering connections, attachments to transit gateways, and flows from one VPC to another. Each has a
//! track of its own below the VPCs.

use std::collections::BTreeMap;

use super::super::{Element, LinkKind, Picture};
use super::canvas::{Canvas, SMALL, Way};
use super::nets::Net;
use super::place::{Beyond, LABEL, LANE, Rect};
use super::text::{Face, width};
use super::vpc::{Site, class, line, title};

/// Between tracks.
const TRACK: i32 = 15;
/// Between trunks at the left.
const TRUNK: i32 = 10;
/// Between lines that leave a VPC, or enter a bar.
pub(super) const STEP: i32 = 18;
/// Between bars side by side, and between the bars of transit gateways and the one below them.
const BETWEEN: i32 = 24;
const DROP: i32 = 34;

/// What runs between VPCs.
#[derive(Clone, Debug)]
struct Cable {
    what: What,
    /// The sites that it comes from, and how far from their left edge.
    sites: Vec<(usize, i32)>,
    /// The bars that it leads to.
    bars: Vec<Element>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    /// Links that are drawn as one.
    Links(Vec<usize>),
    Net(usize),
}

/// The tracks below each row of VPCs, and the trunks that join them.
#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    cables: Vec<Routed>,
    counts: Vec<i32>,
    trunks: i32,
    has_bars: bool,
}

/// A cable, its track below each row in which it has one, and its trunk.
#[derive(Clone, Debug)]
struct Routed {
    cable: Cable,
    tracks: BTreeMap<usize, i32>,
    trunk: Option<i32>,
}

/// The bars below the VPCs, from left to right: transit gateways, and below them what is on premises.
pub(super) fn bars(picture: &Picture, left: i32, width: i32) -> Vec<(Element, Rect)> {
    let hubs = (0..picture.gateways.len()).filter(|it| picture.gateways[*it].kind == super::GatewayKind::Transit);
    let hubs: Vec<Element> = hubs.map(Element::Gateway).collect();
    let each = (width - (hubs.len() as i32 - 1) * BETWEEN) / (hubs.len().max(1) as i32);
    let below = if hubs.is_empty() { 0 } else { super::BAR + DROP };
    let at = |index: usize| Rect { x: left + index as i32 * (each + BETWEEN), y: 0, w: each, h: super::BAR };
    let mut bars: Vec<(Element, Rect)> = hubs.into_iter().enumerate().map(|(index, hub)| (hub, at(index))).collect();
    if picture.uses(Element::OnPremises) {
        bars.push((Element::OnPremises, Rect { x: left, y: below, w: width, h: super::BAR }));
    }
    bars
}

impl Channels {
    /// Gives each cable its tracks. Where all is in one line, there is none.
    pub(super) fn plan(
        picture: &Picture,
        nets: &[Net],
        sites: &[Site<'_>],
        rows: &[usize],
        bars: &[(Element, Rect)],
    ) -> Self {
        let last = rows.last().copied().unwrap_or(0);
        let mut channels = Self { counts: vec![0; last + 1], has_bars: !bars.is_empty(), ..Self::default() };
        let straight = |cable: &Cable| match (cable.sites.as_slice(), cable.bars.as_slice()) {
            ([(site, offset)], [bar]) if rows[*site] == last => {
                let x = sites[*site].frame.x + offset;
                let over = |(_, rect): &(Element, Rect)| x > rect.x + 10 && x < rect.right() - 10;
                bars.iter().find(|(element, _)| element == bar).is_some_and(over)
            }
            ([], [Element::OnPremises, _] | [_, Element::OnPremises]) => true,
            (_, _) => false,
        };
        let (direct, around): (Vec<Cable>, Vec<Cable>) =
            cables(picture, nets, sites).into_iter().partition(|cable| straight(cable));
        let direct = direct.into_iter().map(|cable| Routed { cable, tracks: BTreeMap::new(), trunk: None });
        channels.cables.extend(direct);
        for cable in merged(picture, around) {
            let mut own: Vec<usize> = cable.sites.iter().map(|(site, _)| rows[*site]).collect();
            if !cable.bars.is_empty() {
                own.push(last);
            }
            own.sort_unstable();
            own.dedup();
            let trunk = (own.len() > 1).then_some(channels.trunks);
            channels.trunks += i32::from(trunk.is_some());
            let tracks = own.into_iter().map(|row| {
                channels.counts[row] += 1;
                (row, channels.counts[row] - 1)
            });
            let tracks = tracks.collect();
            channels.cables.push(Routed { cable, tracks, trunk });
        }
        channels
    }

    /// The space at the left for trunks.
    pub(super) const fn trunks_width(&self) -> i32 {
        if self.trunks == 0 { 0 } else { self.trunks * TRUNK + 12 }
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

/// All cables: links first.
fn cables(picture: &Picture, nets: &[Net], sites: &[Site<'_>]) -> Vec<Cable> {
    let at: BTreeMap<usize, usize> = sites.iter().enumerate().map(|(index, site)| (site.vpc, index)).collect();
    let mut left: BTreeMap<usize, i32> = BTreeMap::new();
    let mut cables = Vec::new();
    for (index, link) in picture.links.iter().enumerate().filter(|(_, link)| link.to != Element::Internet) {
        let mut cable = Cable { what: What::Links(vec![index]), sites: Vec::new(), bars: Vec::new() };
        for element in [link.from, link.to] {
            let vpc = match element {
                Element::Vpc(vpc) => Some(vpc),
                Element::Gateway(gateway) => picture.gateways[gateway].vpc,
                Element::Internet | Element::OnPremises | Element::Subnet(_) | Element::Tier(_) => None,
            };
            match vpc.and_then(|vpc| at.get(&vpc)) {
                Some(&site) => {
                    let offset = link_offset(picture, index, &sites[site], left.entry(site).or_default());
                    cable.sites.push((site, offset));
                }
                None => cable.bars.push(element),
            }
        }
        cables.push(cable);
    }
    let mut down: BTreeMap<usize, Vec<(usize, i32)>> = BTreeMap::new();
    for (index, site) in sites.iter().enumerate() {
        for wire in site.placed.wires.iter().filter(|wire| wire.beyond == Beyond::Down) {
            down.entry(wire.net).or_default().push((index, site.lane(wire) - site.frame.x));
        }
    }
    for (net, sites) in down {
        let bars = if nets[net].touches(Element::OnPremises) { vec![Element::OnPremises] } else { Vec::new() };
        cables.push(Cable { what: What::Net(net), sites, bars });
    }
    cables
}

/// Attachments to one gateway are one cable.
fn merged(picture: &Picture, cables: Vec<Cable>) -> Vec<Cable> {
    let mut kept: Vec<Cable> = Vec::new();
    for cable in cables {
        let key = |cable: &Cable| match &cable.what {
            What::Links(links) => {
                let link = &picture.links[links[0]];
                (link.kind != LinkKind::Peering).then(|| (link.certain, cable.bars.clone()))
            }
            What::Net(_) => None,
        };
        let own = key(&cable);
        let known = kept.iter_mut().find(|known| own.is_some() && key(known) == own);
        match (known, &cable.what) {
            (Some(Cable { what: What::Links(known), sites, .. }), What::Links(links)) => {
                known.extend(links);
                sites.extend(cable.sites);
            }
            (_, _) => kept.push(cable),
        }
    }
    kept
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
    let last = rows.last().copied().unwrap_or(0);
    let mut floors = vec![0; last + 1];
    for (site, row) in sites.iter().zip(rows) {
        floors[*row] = floors[*row].max(site.frame.bottom());
    }
    // Where lines enter each bar.
    let mut used: BTreeMap<Element, Vec<i32>> = BTreeMap::new();
    for Routed { cable, tracks, trunk } in &channels.cables {
        let at =
            |(site, offset): &(usize, i32)| (rows[*site], sites[*site].frame.x + offset, sites[*site].frame.bottom());
        let ends: Vec<(usize, i32, i32)> = cable.sites.iter().map(at).collect();
        let rect = |element: &Element| bars.iter().find(|(bar, _)| bar == element).map(|(_, rect)| *rect);
        let mut below: Vec<(i32, i32, Element)> = Vec::new();
        for bar in &cable.bars {
            let Some(rect) = rect(bar) else { continue };
            let own = used.entry(*bar).or_default();
            let x = match ends.as_slice() {
                [(_, x, _)] if tracks.is_empty() => *x,
                _ => free(rect, own),
            };
            own.push(x);
            below.push((x, rect.y, *bar));
        }
        if let ([], [one, other]) = (ends.as_slice(), cable.bars.as_slice())
            && tracks.is_empty()
        {
            let hub = rect(if *one == Element::OnPremises { other } else { one });
            let premises = rect(&Element::OnPremises);
            if let (Some(hub), Some(premises)) = (hub, premises) {
                below = vec![(hub.x + hub.w / 2, premises.y, Element::OnPremises)];
                let ends = vec![(last, hub.x + hub.w / 2, hub.bottom())];
                Run { picture, nets, cable, ends, below, tracks: Vec::new(), trunk: None, last }.draw(canvas);
            }
            continue;
        }
        let trunk = trunk.map(|trunk| super::MARGIN + trunk * TRUNK);
        let tracks: Vec<(usize, i32)> =
            tracks.iter().map(|(row, track)| (*row, floors[*row] + 20 + track * TRACK)).collect();
        Run { picture, nets, cable, ends, below, tracks, trunk, last }.draw(canvas);
    }
}

/// A place at a bar that no other line has.
fn free(bar: Rect, used: &[i32]) -> i32 {
    let places = (bar.x + 20..bar.right() - 10).step_by(STEP as usize);
    let mut places = places.filter(|x| used.iter().all(|other| (x - other).abs() >= 8));
    places.next().unwrap_or(bar.x + bar.w / 2)
}

/// Where a link leaves its VPC: at its gateway, or beside them.
fn link_offset(picture: &Picture, link: usize, site: &Site<'_>, left: &mut i32) -> i32 {
    let link = &picture.links[link];
    let gates = site.low_gates();
    let own = gates.iter().find(|(index, _)| link.from == Element::Gateway(*index));
    if let Some((_, gate)) = own {
        return gate.x + gate.w / 2 - site.frame.x;
    }
    let start = gates.last().map_or(40, |(_, gate)| gate.right() - site.frame.x + STEP);
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
        let (group, style, full) = match &self.cable.what {
            What::Links(links) => {
                let link = &self.picture.links[links[0]];
                let names = links.iter().filter_map(|link| self.picture.links[*link].name.as_ref());
                let names: Vec<&str> = names.map(|name| name.full.as_str()).collect();
                let word = match link.kind {
                    LinkKind::Way => "gateway",
                    LinkKind::Attachment => "attachment",
                    LinkKind::Peering => "peering",
                };
                ("link", if link.certain { "w" } else { "w dash" }, format!("{word} {}", names.join(", ")))
            }
            What::Net(net) => {
                let net = &self.nets[*net];
                (class(net), line(net), title(self.picture, net))
            }
        };
        canvas.open(group, &full);
        if let ([(_, x, top)], [(_, bottom, _)], []) =
            (self.ends.as_slice(), self.below.as_slice(), self.tracks.as_slice())
        {
            canvas.path("halo-page", &format!("M{x} {top}V{bottom}"));
            canvas.path(style, &format!("M{x} {top}V{bottom}"));
        }
        for (row, y) in &self.tracks {
            let above: Vec<(i32, i32)> =
                self.ends.iter().filter(|end| end.0 == *row).map(|end| (end.1, end.2)).collect();
            let below: Vec<(i32, i32)> =
                self.below.iter().filter(|_| *row == self.last).map(|end| (end.0, end.1)).collect();
            let xs = || above.iter().chain(&below).map(|end| end.0).chain(self.trunk);
            let (from, to) = (xs().min().unwrap_or(0), xs().max().unwrap_or(0));
            canvas.path("halo-page", &format!("M{} {y}H{}", from + 5, to - 5));
            for (x, end) in above.iter().chain(&below) {
                let near = y + if end < y { -4 } else { 4 };
                canvas.path("halo-page", &format!("M{x} {end}V{near}"));
            }
            for (x, end) in above.iter().chain(&below) {
                canvas.path(style, &format!("M{x} {end}V{y}"));
                if *x != from && *x != to {
                    canvas.put(format_args!("<circle class=\"a\" cx=\"{x}\" cy=\"{y}\" r=\"2.600\"/>"));
                }
            }
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

    /// What a peering connection is called, on its track. Flows have their labels at their ends.
    fn draw_label(&self, y: i32, from: i32, to: i32, canvas: &mut Canvas) {
        let What::Links(links) = &self.cable.what else { return };
        let link = &self.picture.links[links[0]];
        let (LinkKind::Peering, Some(name)) = (link.kind, &link.name) else { return };
        let label = format!("peering {}", name.short);
        let w = width(&label, 10, Face::Sans).min(LABEL) + 12;
        if to - from < w + 2 * LANE {
            return;
        }
        let middle = (from + to) / 2;
        canvas.rect(Rect { x: middle - w / 2, y: y - 7, w, h: 14 }, 7, "pill");
        canvas.centred(middle, y + 3, &label, SMALL, LABEL);
    }

    /// Flows that end on premises have their arrow there.
    fn draw_arrows(&self, canvas: &mut Canvas) {
        let What::Net(net) = &self.cable.what else { return };
        for (x, y, bar) in &self.below {
            if self.nets[*net].targets.contains(bar) {
                canvas.arrow(*x, *y, Way::Down);
            }
        }
    }
}
