//! What the colours mean, which rules found something, and what is not in the picture.

use super::super::{Exposure, Kind, Picture};
use super::canvas::{Canvas, NAME, SMALL, Type, Way};
use super::nets::{Net, Tone};
use super::place::Rect;
use super::text::{Face, width};

/// A line of the legend.
const LINE: i32 = 22;
/// A column of rules.
const COLUMN: i32 = 400;

/// What is in the picture, in one sentence.
pub(super) fn summary(picture: &Picture, exposures: &[Exposure]) -> String {
    let count = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {one}s"),
    };
    let mut parts = vec![count(picture.vpcs.len(), "VPC"), count(picture.subnets.len(), "subnet")];
    let tiers = picture.tiers.iter().filter(|tier| !tier.nat).count();
    let open = exposures.iter().filter(|exposure| **exposure == Exposure::Open).count();
    parts.push(count(tiers, "tier"));
    parts.push(format!("{open} reached by the internet"));
    let perhaps = exposures.iter().filter(|exposure| **exposure == Exposure::Perhaps).count();
    if perhaps > 0 {
        parts.push(format!("{perhaps} perhaps"));
    }
    if !picture.findings.is_empty() {
        parts.push(count(picture.findings.len(), "finding"));
    }
    parts.join(" · ")
}

/// Draws the legend at a place of some width; where it ends.
pub(super) fn draw(picture: &Picture, nets: &[Net], (x, y, w): (i32, i32, i32), canvas: &mut Canvas) -> i32 {
    let mut legend = Legend { left: x, right: x + w, x, y: y + 12, canvas };
    for kind in [Kind::Public, Kind::Private, Kind::Isolated, Kind::Unknown] {
        if picture.subnets.iter().any(|subnet| subnet.kind == kind) {
            legend.subnet(kind);
        }
    }
    for (tone, word) in [
        (Tone::Red, "from the internet"),
        (Tone::Few, "from a few known addresses"),
        (Tone::Plain, "from tier to tier"),
        (Tone::Out, "outwards"),
    ] {
        if nets.iter().any(|net| net.tone == tone) {
            legend.net(tone, word);
        }
    }
    let uncertain = nets.iter().any(|net| !net.certain)
        || picture.tiers.iter().any(|tier| !tier.certain)
        || picture.links.iter().any(|link| !link.certain);
    if uncertain {
        legend.dashed();
    }
    let y = if legend.x > legend.left { legend.y + LINE } else { legend.y };
    let y = rules(picture, (x, y, w), canvas);
    let mut y = y;
    for note in &picture.notes {
        canvas.text(x, y, note, Type { size: 11, ..SMALL }, w);
        y += 18;
    }
    y + 10
}

struct Legend<'c> {
    left: i32,
    right: i32,
    x: i32,
    y: i32,
    canvas: &'c mut Canvas,
}

impl Legend<'_> {
    /// Makes room for an entry; where it begins.
    fn entry(&mut self, word: &str) -> (i32, i32) {
        let w = 34 + width(word, 11, Face::Sans) + 22;
        if self.x > self.left && self.x + w > self.right {
            self.x = self.left;
            self.y += LINE;
        }
        let at = (self.x, self.y);
        self.canvas.text(self.x + 34, self.y, word, Type { size: 11, ..SMALL }, w);
        self.x += w;
        at
    }

    fn subnet(&mut self, kind: Kind) {
        let (word, class) = match kind {
            Kind::Public => ("public subnet", "public"),
            Kind::Private => ("private subnet", "private"),
            Kind::Isolated => ("isolated subnet", "isolated"),
            Kind::Unknown => ("subnet whose routes are not known", "unknown dash"),
        };
        let (x, y) = self.entry(word);
        self.canvas.rect(Rect { x, y: y - 11, w: 26, h: 14 }, 3, class);
    }

    fn net(&mut self, tone: Tone, word: &str) {
        let (x, y) = self.entry(word);
        let class = match tone {
            Tone::Red => "red",
            Tone::Few => "few",
            Tone::Plain => "in",
            Tone::Out => "out",
        };
        self.canvas.open(class, word);
        self.canvas.path("w", &format!("M{x} {}h19", y - 4));
        self.canvas.arrow(x + 26, y - 4, Way::Right);
        self.canvas.close();
    }

    fn dashed(&mut self) {
        let (x, y) = self.entry("known only after apply");
        self.canvas.path("w dash", &format!("M{x} {}h26", y - 4));
    }
}

/// The rules that found something, with their marks.
fn rules(picture: &Picture, (x, y, w): (i32, i32, i32), canvas: &mut Canvas) -> i32 {
    if picture.rules.is_empty() {
        return y;
    }
    let columns = (w / COLUMN).max(1);
    let each = w / columns;
    let lines = (picture.rules.len() as i32 + columns - 1) / columns;
    canvas.text(x, y + 8, "Findings", Type { size: 13, ..NAME }, w);
    let top = y + 32;
    for (index, rule) in picture.rules.iter().enumerate() {
        let (column, line) = (index as i32 / lines, index as i32 % lines);
        let (left, y) = (x + column * each, top + line * LINE);
        let own = || picture.findings.iter().filter(|finding| finding.rule == index);
        let severity = own().map(|finding| finding.severity).max();
        let verdict = own().map(|finding| finding.verdict).min();
        if let (Some(severity), Some(verdict)) = (severity, verdict) {
            canvas.mark(index, (severity, verdict), left + 7, y - 4);
        }
        let hidden = own().filter(|finding| finding.elements.is_empty()).count();
        let count = own().count();
        canvas.open("", &own().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; "));
        let name = if count > 1 { format!("{} ×{count}", rule.name) } else { rule.name.clone() };
        let title = if hidden == count { format!("{} (not drawn)", rule.title) } else { rule.title.clone() };
        let (bold, quiet) = (Type { size: 11, ..NAME }, Type { size: 11, ..SMALL });
        canvas.pair((left + 22, y), (&name, bold), (&title, quiet), each - 40, false);
        canvas.close();
    }
    top + lines * LINE + 4
}
