//! Draws a VPC: its box, subnets, chips, and the nets in it.

use super::super::{Element, Exposure, GatewayKind, Kind, Picture, Tier};
use super::canvas::{CODE, Canvas, NAME, SMALL, Type, Way};
use super::nets::{Net, Tone};
use super::place::{
    Beyond, GAP, GUTTER, HEAD, HIGH, INSET, LABEL, LANE, PAD, Placed, PlacedChip, Rect, Tap, Wire, ZONES, label_width,
};
use super::plan::Plan;
use super::text::{Face, width};

/// A VPC on the page.
pub(super) struct Site<'s> {
    pub(super) picture: &'s Picture,
    pub(super) nets: &'s [Net],
    pub(super) exposures: &'s [Exposure],
    pub(super) plan: &'s Plan,
    pub(super) placed: &'s Placed,
    /// In [`Picture::vpcs`], or one more: what is in no known VPC.
    pub(super) vpc: usize,
    /// Where it is on the page.
    pub(super) frame: Rect,
    /// The lower edge of the internet's bar above.
    pub(super) sky: i32,
}

/// The height of what stands on the border of a VPC.
pub(super) const GATE: i32 = 26;

impl Site<'_> {
    /// A rectangle on the page.
    const fn at(&self, rect: Rect) -> Rect {
        Rect { x: rect.x + self.frame.x, y: rect.y + self.frame.y, ..rect }
    }

    /// Where a lane is on the page.
    pub(super) const fn lane(&self, wire: &Wire) -> i32 {
        self.frame.x + self.placed.lanes + wire.lane * LANE + LANE / 2
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        self.draw_frame(canvas);
        self.draw_rows(canvas);
        for (subnet, cell) in &self.placed.cells {
            self.draw_subnet(*subnet, self.at(*cell), canvas);
        }
        self.placed.wires.iter().for_each(|wire| self.draw_trunk(wire, canvas));
        self.placed.wires.iter().for_each(|wire| self.draw_taps(wire, canvas));
        self.placed.chips.iter().for_each(|chip| self.draw_chip(chip, canvas));
        self.placed.wires.iter().for_each(|wire| self.draw_labels(wire, canvas));
        self.draw_gates(canvas);
    }

    fn draw_frame(&self, canvas: &mut Canvas) {
        let Rect { x, y, .. } = self.frame;
        let vpc = self.picture.vpcs.get(self.vpc);
        let dash = if vpc.is_none_or(|vpc| vpc.elsewhere) { "vpc dash" } else { "vpc" };
        let title = vpc.map_or("not known until apply", |vpc| &vpc.name.full);
        canvas.open("", &format!("VPC {title}"));
        canvas.rect(self.frame, 10, dash);
        canvas.close();
        let element = Element::Vpc(self.vpc);
        let marks = canvas.marks_width(element);
        let right = self.gates().first().map_or(self.frame.right() - PAD, |(_, gate)| gate.x - 10);
        let room = right - x - PAD - marks - 12;
        let name = vpc.map_or("VPC not known", |vpc| vpc.name.short.as_str());
        let blocks = vpc.map(|vpc| vpc.blocks.join(", ")).unwrap_or_default();
        let (name, blocks) = ((name, Type { size: 14, ..NAME }), (blocks.as_str(), Type { size: 11, ..CODE }));
        let used = canvas.pair((x + PAD, y + 24), name, blocks, room, false);
        canvas.marks(element, x + PAD + used + marks + 8, y + 20);
        for (column, zone) in self.placed.columns.iter().zip(&self.plan.columns) {
            let middle = x + column + self.placed.column_width / 2;
            let named = zone.as_deref().unwrap_or("");
            canvas.centred(middle, y + HEAD + ZONES - 7, named, SMALL, self.placed.column_width);
        }
    }

    /// What the rows are, at their left: rows of one kind together.
    fn draw_rows(&self, canvas: &mut Canvas) {
        let mut start = 0;
        while start < self.plan.rows.len() {
            let kind = self.plan.rows[start].kind;
            let count = self.plan.rows[start..].iter().take_while(|row| row.kind == kind).count();
            let (first, last) = (self.placed.rows[start], self.placed.rows[start + count - 1]);
            let rect = self.at(Rect { h: last.bottom() - first.y, ..first });
            let word = if kind == Kind::Unknown { "not known" } else { kind.word() };
            let (x, y) = (rect.x + rect.w / 2 + 3, rect.y + rect.h / 2);
            canvas.rect(Rect { x: rect.right() - 1, w: 2, ..rect }, 1, &format!("k-{}", kind.word()));
            let room = rect.h;
            if width(word, 10, Face::Bold) <= room {
                canvas.put(format_args!("<g transform=\"translate({} {y}) rotate(-90)\">", x - 3));
                let class = match kind {
                    Kind::Public => "k-public",
                    Kind::Private => "k-private",
                    Kind::Isolated => "k-isolated",
                    Kind::Unknown => "k-unknown",
                };
                canvas.centred(0, 0, word, Type { size: 10, face: Face::Bold, class }, room);
                canvas.close();
            }
            start += count;
        }
    }

    fn draw_subnet(&self, index: usize, cell: Rect, canvas: &mut Canvas) {
        let subnet = &self.picture.subnets[index];
        let element = Element::Subnet(index);
        canvas.open("", &format!("{} ({} subnet) {}", subnet.name.full, subnet.kind.word(), subnet.blocks.join(", ")));
        let dash = if subnet.kind == Kind::Unknown { " dash" } else { "" };
        canvas.rect(cell, 6, &format!("{}{dash}", subnet.kind.word()));
        let room = cell.w - 2 * INSET - canvas.marks_width(element);
        canvas.text(cell.x + INSET, cell.y + 16, &subnet.name.short, Type { size: 11, ..NAME }, room);
        canvas.text(cell.x + INSET, cell.y + 30, &subnet.blocks.join(", "), CODE, cell.w - 2 * INSET);
        canvas.marks(element, cell.right() - 6, cell.y + 13);
        canvas.close();
    }

    fn draw_chip(&self, chip: &PlacedChip, canvas: &mut Canvas) {
        let tier = &self.picture.tiers[chip.tier];
        let element = Element::Tier(chip.tier);
        let (class, dashed) = match self.exposures[chip.tier] {
            Exposure::Open => ("chip-internet", false),
            Exposure::Perhaps => ("chip-undetermined", true),
            Exposure::Limited => ("chip-limited", false),
            Exposure::None => ("chip", false),
        };
        let dash = if dashed || !tier.certain { " dash" } else { "" };
        canvas.open("", &full(tier));
        for pair in chip.parts.windows(2) {
            let middle = self.frame.y + pair[0].y + pair[0].h / 2;
            let (from, to) = (self.frame.x + pair[0].right(), self.frame.x + pair[1].x);
            canvas.path("w dash", &format!("M{from} {middle}H{to}"));
        }
        for part in &chip.parts {
            canvas.rect(self.at(*part), 5, &format!("{class}{dash}"));
        }
        if let Some(first) = chip.parts.first() {
            self.draw_chip_text(tier, element, self.at(*first), canvas);
        }
        canvas.close();
    }

    fn draw_chip_text(&self, tier: &Tier, element: Element, part: Rect, canvas: &mut Canvas) {
        let marks = canvas.marks_width(element);
        let word = tier.words.first().map_or("", |(word, _)| word);
        let x = part.x + 29;
        let room = part.w - 29 - 8 - marks;
        if part.h < HIGH {
            canvas.icon(part.x + 8, part.y + part.h / 2 - 7, word);
            let name = (tier.name.short.as_str(), Type { size: 11, ..NAME });
            let summary = tier.summary();
            let fits = width(name.0, 11, Face::Bold) + 8 + width(&summary, 10, Face::Sans) <= room;
            let summary = if fits { summary.as_str() } else { "" };
            canvas.pair((x, part.y + part.h / 2 + 4), name, (summary, SMALL), room, false);
        } else {
            let middle = part.y + part.h / 2;
            canvas.icon(part.x + 8, middle - 7, word);
            canvas.text(x, middle - 2, &tier.name.short, NAME, room);
            canvas.text(x, middle + 11, &tier.summary(), SMALL, part.w - 29 - 8);
        }
        let y = if part.h < HIGH { part.y + part.h / 2 } else { part.y + part.h / 2 - 6 };
        canvas.marks(element, part.right() - 6, y);
    }

    /// The ends of a trunk, on the page.
    fn trunk(&self, wire: &Wire) -> (i32, i32) {
        let ys = || wire.taps.iter().map(|tap| self.frame.y + tap.y);
        let top = if wire.beyond == Beyond::Up { self.sky } else { ys().min().unwrap_or(0) };
        let bottom = if wire.beyond == Beyond::Down { self.frame.bottom() } else { ys().max().unwrap_or(0) };
        (top, bottom)
    }

    fn begin(&self, wire: &Wire, canvas: &mut Canvas) {
        let net = &self.nets[wire.net];
        canvas.open(class(net), &title(self.picture, net));
    }

    fn draw_trunk(&self, wire: &Wire, canvas: &mut Canvas) {
        if wire.is_loop() {
            return;
        }
        let net = &self.nets[wire.net];
        let (x, (top, bottom)) = (self.lane(wire), self.trunk(wire));
        self.begin(wire, canvas);
        let rounded = |end: bool| if end { 5 } else { 0 };
        let up = net.targets.contains(&Element::Internet);
        let from = top + if wire.beyond == Beyond::Up { if up { 7 } else { 0 } } else { rounded(true) };
        let to = bottom - rounded(wire.beyond != Beyond::Down);
        canvas.path(line(net), &format!("M{x} {from}V{to}"));
        if up {
            canvas.arrow(x, top, Way::Up);
        }
        canvas.close();
    }

    fn draw_taps(&self, wire: &Wire, canvas: &mut Canvas) {
        let net = &self.nets[wire.net];
        let (x, (top, bottom)) = (self.lane(wire), self.trunk(wire));
        self.begin(wire, canvas);
        for tap in &wire.taps {
            let y = self.frame.y + tap.y;
            let from = self.frame.x + tap.x + if tap.target { 7 } else { 0 };
            if wire.is_loop() {
                let end = self.frame.x + self.placed.labels + label_width(&net.label) + 6;
                canvas.path(line(net), &format!("M{from} {y}H{end}a4 4 0 1 0 -4 -4"));
                canvas.arrow(self.frame.x + tap.x, y, Way::Left);
                continue;
            }
            let lanes = self.frame.x + self.placed.lanes - 2;
            if lanes < x - 5 {
                canvas.path("halo", &format!("M{lanes} {y}H{}", x - 5));
            }
            let end = match (y == top, y == bottom) {
                (true, _) => format!("H{}Q{x} {y} {x} {}", x - 5, y + 5),
                (_, true) => format!("H{}Q{x} {y} {x} {}", x - 5, y - 5),
                (false, false) => format!("H{x}"),
            };
            canvas.path(line(net), &format!("M{from} {y}{end}"));
            if y != top && y != bottom {
                canvas.put(format_args!("<circle class=\"a\" cx=\"{x}\" cy=\"{y}\" r=\"2.600\"/>"));
            }
            if tap.target {
                canvas.arrow(self.frame.x + tap.x, y, Way::Left);
            }
            if tap.source && tap.target {
                canvas.arrow(lanes + 2, y, Way::Right);
            }
        }
        canvas.close();
    }

    fn draw_labels(&self, wire: &Wire, canvas: &mut Canvas) {
        let net = &self.nets[wire.net];
        self.begin(wire, canvas);
        let labelled = |tap: &&Tap| tap.target || wire.beyond != Beyond::Nothing;
        for tap in wire.taps.iter().filter(labelled) {
            let (x, y) = (self.frame.x + self.placed.labels, self.frame.y + tap.y);
            let pill = Rect { x, y: y - 7, w: label_width(&net.label), h: 14 };
            canvas.rect(pill, 7, "pill");
            canvas.centred(x + pill.w / 2, y + 3, &net.label, Type { class: "l", ..CODE }, LABEL);
        }
        canvas.close();
    }

    /// What stands on the upper border: the gateways to the internet, from left to right.
    pub(super) fn gates(&self) -> Vec<(usize, Rect)> {
        let outward = [GatewayKind::EgressOnly, GatewayKind::Internet];
        let mut right = self.frame.right() - 10;
        let mut found = Vec::new();
        let all = || self.picture.gateways.iter().enumerate().filter(|(_, gateway)| gateway.vpc == Some(self.vpc));
        for kind in outward.into_iter().rev() {
            for (index, _) in all().filter(|(_, gateway)| gateway.kind == kind) {
                let mut w = gate_width(self.picture, index);
                if found.is_empty() {
                    // The lines to the internet go through the first one.
                    let up =
                        self.placed.wires.iter().filter(|wire| wire.beyond == Beyond::Up).map(|wire| self.lane(wire));
                    w = w.max(right - up.min().unwrap_or(right) + 12);
                }
                let x = right - w;
                found.push((index, Rect { x, y: self.frame.y - GATE / 2, w, h: GATE }));
                right = x - 8;
            }
        }
        found.reverse();
        found
    }

    fn draw_gates(&self, canvas: &mut Canvas) {
        let gates = self.gates();
        let last = gates.len().saturating_sub(1);
        let lines = self.placed.wires.iter().any(|wire| wire.beyond == Beyond::Up);
        for (number, (index, gate)) in gates.iter().enumerate() {
            let way = self.picture.gateways[*index].certain;
            if number != last || !lines {
                let dash = if way { "w" } else { "w dash" };
                canvas.open("link", "to the internet");
                canvas.path(dash, &format!("M{} {}V{}", gate.x + gate.w / 2, gate.y, self.sky));
                canvas.close();
            }
            draw_gate(self.picture, *index, *gate, canvas);
        }
    }

    /// What stands on the lower border: virtual private gateways, and endpoints of services.
    pub(super) fn low_gates(&self) -> Vec<(usize, Rect)> {
        let mut x = self.frame.x + PAD + GUTTER;
        let mut found = Vec::new();
        let low = |kind| matches!(kind, GatewayKind::Private | GatewayKind::Endpoint);
        for (index, gateway) in self.picture.gateways.iter().enumerate() {
            if gateway.vpc == Some(self.vpc) && low(gateway.kind) {
                let w = gate_width(self.picture, index);
                found.push((index, Rect { x, y: self.frame.bottom() - GATE / 2, w, h: GATE }));
                x += w + GAP;
            }
        }
        found
    }
}

impl Wire {
    /// Whether it is of something that reaches itself.
    pub(super) fn is_loop(&self) -> bool {
        self.beyond == Beyond::Nothing && self.taps.len() == 1
    }
}

/// How wide a gateway is on the border of its VPC.
pub(super) fn gate_width(picture: &Picture, index: usize) -> i32 {
    let gateway = &picture.gateways[index];
    let words = width(gateway.kind.title(), 11, Face::Bold) + width(&gateway.name.short, 10, Face::Sans).min(90);
    words + 26
}

/// Draws a gateway.
pub(super) fn draw_gate(picture: &Picture, index: usize, gate: Rect, canvas: &mut Canvas) {
    let gateway = &picture.gateways[index];
    let element = Element::Gateway(index);
    canvas.open("", &format!("{} {}", gateway.kind.title(), gateway.name.full));
    canvas.rect(gate, 13, if gateway.certain { "gate" } else { "gate dash" });
    let title = (gateway.kind.title(), Type { size: 11, ..NAME });
    let name = (gateway.name.short.as_str(), SMALL);
    canvas.pair((gate.x + gate.w / 2, gate.y + 17), title, name, gate.w - 16, true);
    canvas.marks(element, gate.right() + 8, gate.y + 1);
    canvas.close();
}

/// The class of the group of a net.
pub(super) const fn class(net: &Net) -> &'static str {
    match net.tone {
        Tone::Red => "red",
        Tone::Few => "few",
        Tone::Plain => "in",
        Tone::Out => "out",
    }
}

/// The class of its lines.
pub(super) const fn line(net: &Net) -> &'static str {
    if net.certain { "w" } else { "w dash" }
}

/// What a net says, in full.
pub(super) fn title(picture: &Picture, net: &Net) -> String {
    let named = |elements: &std::collections::BTreeSet<Element>| {
        let names = elements.iter().map(|element| match element {
            Element::Internet => "internet",
            Element::OnPremises => "on premises",
            Element::Tier(tier) => picture.tiers[*tier].name.full.as_str(),
            Element::Vpc(_) | Element::Subnet(_) | Element::Gateway(_) => "",
        });
        names.collect::<Vec<_>>().join(", ")
    };
    format!("{} → {}: {}", named(&net.sources), named(&net.targets), net.label)
}

/// What a tier is, in full.
fn full(tier: &Tier) -> String {
    const MAX: usize = 8;
    let mut shown: Vec<&str> = tier.members.iter().take(MAX).map(String::as_str).collect();
    let more = format!("and {} more", tier.members.len().saturating_sub(MAX));
    if tier.members.len() > MAX {
        shown.push(&more);
    }
    format!("{}: {} ({})", tier.name.full, tier.summary(), shown.join(", "))
}
