//! What SVG is made of, as text: rectangles, lines, labels and marks.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::{Element, Picture};
use super::place::Rect;
use super::text::{Face, escape, fit, width};
use crate::finding::{Severity, Verdict};

/// What has been drawn: what comes later is over what came before.
pub(super) struct Canvas {
    pub(super) out: String,
    /// By element: the rules that found something there.
    marks: BTreeMap<Element, BTreeMap<usize, (Severity, Verdict)>>,
}

/// How a text stands at its place.
#[derive(Clone, Copy)]
pub(super) struct Type {
    pub(super) size: i32,
    pub(super) face: Face,
    /// Further classes.
    pub(super) class: &'static str,
}

pub(super) const NAME: Type = Type { size: 12, face: Face::Bold, class: "" };
pub(super) const SMALL: Type = Type { size: 10, face: Face::Sans, class: "q" };
pub(super) const CODE: Type = Type { size: 10, face: Face::Mono, class: "q" };

/// The radius of a mark, and the space that it takes.
const RADIUS: i32 = 7;
const MARK: i32 = 16;
/// The most marks at one place.
const MAX_MARKS: usize = 3;

impl Canvas {
    pub(super) fn new(picture: &Picture) -> Self {
        Self { out: String::new(), marks: picture.marks() }
    }

    /// Adds markup.
    pub(super) fn put(&mut self, text: std::fmt::Arguments<'_>) {
        // A string takes all that is written.
        let _ = self.out.write_fmt(text);
        self.out.push('\n');
    }

    /// Begins a group that has a full name.
    pub(super) fn open(&mut self, class: &str, title: &str) {
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.put(format_args!("<g{class}><title>{}</title>", escape(title)));
    }

    pub(super) fn close(&mut self) {
        self.put(format_args!("</g>"));
    }

    pub(super) fn rect(&mut self, rect: Rect, radius: i32, class: &str) {
        let Rect { x, y, w, h } = rect;
        self.put(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{radius}\"/>"
        ));
    }

    pub(super) fn path(&mut self, class: &str, path: &str) {
        self.put(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
    }

    /// A text that begins at a place, cut to so many pixels; how wide it is at most.
    pub(super) fn text(&mut self, x: i32, y: i32, text: &str, kind: Type, pixels: i32) -> i32 {
        self.anchored(x, y, text, kind, pixels, "")
    }

    /// A text around a place.
    pub(super) fn centred(&mut self, x: i32, y: i32, text: &str, kind: Type, pixels: i32) -> i32 {
        self.anchored(x, y, text, kind, pixels, " text-anchor=\"middle\"")
    }

    /// Two texts in a row, the second one wherever the first one ends; how wide they are at most.
    pub(super) fn pair(
        &mut self,
        (x, y): (i32, i32),
        first: (&str, Type),
        second: (&str, Type),
        pixels: i32,
        middle: bool,
    ) -> i32 {
        let shown = fit(first.0, first.1.size, first.1.face, pixels);
        let used = width(&shown, first.1.size, first.1.face) + 8;
        let rest = fit(second.0, second.1.size, second.1.face, pixels - used);
        if rest.is_empty() {
            let at = if middle { " text-anchor=\"middle\"" } else { "" };
            return self.anchored(x, y, &shown, first.1, pixels, at);
        }
        let part = |kind: Type, text: &str, gap: &str| {
            format!("<tspan{gap}{} font-size=\"{}\">{}</tspan>", classes(kind), kind.size, escape(text))
        };
        let (one, other) = (part(first.1, &shown, ""), part(second.1, &rest, " dx=\"8\""));
        let anchor = if middle { " text-anchor=\"middle\"" } else { "" };
        self.put(format_args!("<text x=\"{x}\" y=\"{y}\"{anchor}>{one}{other}</text>"));
        used + width(&rest, second.1.size, second.1.face)
    }

    fn anchored(&mut self, x: i32, y: i32, text: &str, kind: Type, pixels: i32, anchor: &str) -> i32 {
        let shown = fit(text, kind.size, kind.face, pixels);
        if shown.is_empty() {
            return 0;
        }
        let class = classes(kind);
        let size = kind.size;
        self.put(format_args!(
            "<text{class} x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{anchor}>{}</text>",
            escape(&shown)
        ));
        width(&shown, kind.size, kind.face)
    }

    /// How much space the marks of an element take.
    pub(super) fn marks_width(&self, element: Element) -> i32 {
        let count = self.marks.get(&element).map_or(0, BTreeMap::len);
        let more = if count > MAX_MARKS { 20 } else { 0 };
        count.min(MAX_MARKS) as i32 * MARK + more
    }

    /// The marks of an element, the last one ending at a place.
    pub(super) fn marks(&mut self, element: Element, right: i32, y: i32) {
        let Some(marks) = self.marks.get(&element) else { return };
        let mut marks: Vec<(usize, (Severity, Verdict))> = marks.iter().map(|(rule, mark)| (*rule, *mark)).collect();
        // The worst first.
        marks.sort_by_key(|(rule, (severity, verdict))| (*verdict, std::cmp::Reverse(*severity), *rule));
        let mut x = right - self.marks_width(element) + MARK / 2;
        for (rule, mark) in marks.iter().take(MAX_MARKS) {
            self.mark(*rule, *mark, x, y);
            x += MARK;
        }
        if marks.len() > MAX_MARKS {
            self.centred(x + 2, y + 3, &format!("+{}", marks.len() - MAX_MARKS), SMALL, 30);
        }
    }

    /// A mark of a rule, around a place.
    pub(super) fn mark(&mut self, rule: usize, (severity, verdict): (Severity, Verdict), x: i32, y: i32) {
        let (class, number) = match verdict {
            Verdict::Violation => (severity.word(), "n"),
            Verdict::Undetermined => ("perhaps", "n-perhaps"),
        };
        self.put(format_args!("<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{RADIUS}\"/>"));
        let size = if rule < 9 { 10 } else { 8 };
        let y = y + if rule < 9 { 4 } else { 3 };
        let number = Type { size, face: Face::Bold, class: number };
        self.centred(x, y, &(rule + 1).to_string(), number, 20);
    }

    /// The head of an arrow that points to the left, right, up or down.
    pub(super) fn arrow(&mut self, x: i32, y: i32, way: Way) {
        let points = match way {
            Way::Left => format!("M{x} {y}l8 -4v8z"),
            Way::Right => format!("M{x} {y}l-8 -4v8z"),
            Way::Up => format!("M{x} {y}l-4 8h8z"),
            Way::Down => format!("M{x} {y}l-4 -8h8z"),
        };
        self.path("a", &points);
    }

    /// A small picture of what something is, 14 pixels wide and high.
    pub(super) fn icon(&mut self, x: i32, y: i32, word: &str) {
        let path = match word {
            "load balancer" => "M0 7h4M4 7L10 2M4 7h6M4 7L10 12M10 2h3M10 7h3M10 12h3",
            "instance" => "M2 2h10v10h-10zM5 0v2M9 0v2M5 12v2M9 12v2M0 5h2M0 9h2M12 5h2M12 9h2",
            "Auto Scaling group" | "node group" => "M1 4h8v9h-8zM4 4V1h9v9h-4",
            "database" | "broker" | "replication instance" => {
                "M2 3c0-2.6 10-2.6 10 0s-10 2.6-10 0v8c0 2.6 10 2.6 10 0v-8M2 7c0 2.6 10 2.6 10 0"
            }
            "cache" => "M8 0L2 8h4l-1 6l7-9h-4z",
            "function" => "M3 1h2l6 12M6 5L3 13M9 13h3",
            "NAT gateway" => "M1 7h11M8 3l4 4l-4 4M1 2v10",
            "endpoint" => "M1 7h5M10 7a2 2 0 1 1-4 0a2 2 0 0 1 4 0M10 7h3",
            "service" | "cluster" => "M7 0l6 3.5v7l-6 3.5l-6-3.5v-7zM7 7l6-3.5M7 7v7M7 7L1 3.5",
            "mount target" => "M1 3h5l1.5 2h5.500v7h-12z",
            _ => "M1 7a6 6 0 1 0 12 0a6 6 0 1 0-12 0M4.500 7h5",
        };
        self.put(format_args!("<path class=\"i\" transform=\"translate({x} {y})\" d=\"{path}\"/>"));
    }

    /// The internet.
    pub(super) fn globe(&mut self, x: i32, y: i32) {
        let path = "M1 7a6 6 0 1 0 12 0a6 6 0 1 0-12 0M1 7h12M7 1c-4 3-4 9 0 12M7 1c4 3 4 9 0 12";
        self.put(format_args!("<path class=\"i\" transform=\"translate({x} {y})\" d=\"{path}\"/>"));
    }
}

/// The classes of a text, as an attribute.
fn classes(kind: Type) -> String {
    let face = match kind.face {
        Face::Sans => "",
        Face::Bold => "b",
        Face::Mono => "m",
    };
    match format!("{face} {}", kind.class).trim() {
        "" => String::new(),
        classes => format!(" class=\"{classes}\""),
    }
}

/// Where an arrow points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Left,
    Right,
    Up,
    Down,
}
