//! The picture as SVG: one file without fonts, scripts or images of others, in the reader's light or dark theme.
//!
//! The internet is above, VPCs stand in rows below it, and what joins them is beneath. In a VPC, a column is a zone and a row is a
//! role; tiers lie across the zones that they are in. Flows run beside the subnets, each in a lane of its own, so that no line
//! crosses a text:
//!
//! - `nets`: flows bundled to lines; `plan`: what stands in which row and column; `place`: pixels; `cables`: between VPCs
//! - `vpc`, `legend`, `canvas`: drawing; `text`, `style`: letters and colours

mod cables;
mod canvas;
mod legend;
mod nets;
mod place;
mod plan;
mod style;
mod text;
mod vpc;

use std::io::{self, Write};

use super::{Element, Exposure, GatewayKind, Picture};
use canvas::{Canvas, NAME, SMALL, Type};
use nets::Net;
use place::{Beyond, Placed, Rect};
use plan::Plan;
use vpc::Site;

/// The space around everything.
const MARGIN: i32 = 28;
/// Where the picture begins, below its title.
const TOP: i32 = 78;
/// Between VPCs.
const APART: i32 = 40;
/// The height of the bars of the internet and of gateways between VPCs.
const BAR: i32 = 32;
/// Between the internet and the VPCs.
const CLEAR: i32 = 46;
/// The most VPCs in one row.
const MAX_ROW: usize = 4;

/// Writes the picture as SVG.
///
/// # Errors
/// The writer's.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let nets = nets::bundle(picture);
    let (plans, placed) = lay_out(picture, &nets);
    let exposures = picture.exposures();
    let mut page = Page::new(picture, &nets, &plans, &placed, &exposures);
    let mut canvas = Canvas::new(picture);
    page.draw(&mut canvas);
    let (width, height) = (page.width, page.height);
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title summary\">"
    )?;
    writeln!(out, "<title id=\"title\">{}</title>", text::escape(&picture.title))?;
    writeln!(out, "<desc id=\"summary\">{}</desc>", text::escape(&legend::summary(picture, &exposures)))?;
    writeln!(out, "<style>\n{}</style>", style::STYLE)?;
    writeln!(out, "<rect class=\"page\" width=\"{width}\" height=\"{height}\"/>")?;
    out.write_all(canvas.out.as_bytes())?;
    writeln!(out, "</svg>")
}

/// Plans and places every VPC, and what is in no known one: by its index in the picture.
fn lay_out(picture: &Picture, nets: &[Net]) -> (Vec<(usize, Plan)>, Vec<Placed>) {
    let depths = plan::depths(picture);
    let mut own: Vec<Vec<usize>> = vec![Vec::new(); picture.vpcs.len() + 1];
    for (index, net) in nets.iter().enumerate() {
        let tiers = net.sources.iter().chain(&net.targets);
        let mut vpcs: Vec<usize> = tiers
            .filter_map(|element| match element {
                Element::Tier(tier) => Some(picture.tiers[*tier].vpc.unwrap_or(picture.vpcs.len())),
                _ => None,
            })
            .collect();
        vpcs.sort_unstable();
        vpcs.dedup();
        vpcs.into_iter().for_each(|vpc| own[vpc].push(index));
    }
    let (mut plans, mut placed) = (Vec::new(), Vec::new());
    for (vpc, (subnets, tiers)) in picture.by_vpc().iter().enumerate() {
        if vpc == picture.vpcs.len() && subnets.is_empty() && tiers.is_empty() {
            continue;
        }
        let plan = plan::plan(picture, subnets, tiers, &depths, nets);
        placed.push(place::place(picture, &plan, nets, &own[vpc], least(picture, vpc)));
        plans.push((vpc, plan));
    }
    (plans, placed)
}

/// How wide a VPC is at least, so that its name, blocks and upper gateways fit; and how wide is what leaves it below.
fn least(picture: &Picture, vpc: usize) -> (i32, i32) {
    let name = picture.vpcs.get(vpc).map_or(120, |vpc| {
        let blocks = text::width(&vpc.blocks.join(", "), 11, text::Face::Mono).min(240);
        text::width(&vpc.name.short, 14, text::Face::Bold).min(300) + blocks
    });
    let gates = |upper: bool| {
        let own = (0..picture.gateways.len()).filter(|index| picture.gateways[*index].vpc == Some(vpc));
        let own = own.filter(|index| picture.gateways[*index].kind.is_outward() == upper);
        own.map(|index| vpc::gate_width(picture, index) + place::GAP).sum::<i32>()
    };
    let links = picture.links.iter().filter(|link| [link.from, link.to].contains(&Element::Vpc(vpc))).count() as i32;
    let low = match gates(false) {
        0 => 0,
        gates => gates + links * cables::STEP,
    };
    ((name + 80 + gates(true)).max(low + 100).max(260), low)
}

/// Where everything is.
struct Page<'p> {
    picture: &'p Picture,
    nets: &'p [Net],
    sites: Vec<Site<'p>>,
    /// The row of each site.
    rows: Vec<usize>,
    /// The bars of the internet, one above each row that has ways there.
    skies: Vec<Rect>,
    channels: cables::Channels,
    /// The bars of transit gateways, and of networks on premises.
    bars: Vec<(Element, Rect)>,
    width: i32,
    height: i32,
}

impl<'p> Page<'p> {
    fn new(
        picture: &'p Picture,
        nets: &'p [Net],
        plans: &'p [(usize, Plan)],
        placed: &'p [Placed],
        exposures: &'p [Exposure],
    ) -> Self {
        let (mut sites, mut rows) = (Vec::new(), Vec::new());
        let per_row = if plans.len() <= MAX_ROW { MAX_ROW } else { ((plans.len() * 2) as f64).sqrt().ceil() as usize };
        for (index, ((vpc, plan), placed)) in plans.iter().zip(placed).enumerate() {
            rows.push(index / per_row.max(1));
            let frame = placed.size;
            sites.push(Site { picture, nets, exposures, plan, placed, vpc: *vpc, frame, sky: 0 });
        }
        let mut page = Self {
            picture,
            nets,
            sites,
            rows,
            skies: Vec::new(),
            channels: cables::Channels::default(),
            bars: Vec::new(),
            width: 0,
            height: 0,
        };
        page.arrange();
        page
    }

    /// Gives every VPC and bar its place: first from left to right, by which it shows what has to run around, then downwards.
    fn arrange(&mut self) {
        let mut right = MARGIN + 420;
        let mut x = MARGIN;
        for index in 0..self.sites.len() {
            if index > 0 && self.rows[index] != self.rows[index - 1] {
                x = MARGIN;
            }
            self.sites[index].frame.x = x;
            right = right.max(self.sites[index].frame.right());
            x = self.sites[index].frame.right() + APART;
        }
        self.bars = cables::bars(self.picture, MARGIN, right - MARGIN);
        self.channels = cables::Channels::plan(self.picture, self.nets, &self.sites, &self.rows, &self.bars);
        let aside = self.channels.trunks_width();
        self.sites.iter_mut().for_each(|site| site.frame.x += aside);
        self.bars.iter_mut().for_each(|(_, bar)| bar.x += aside);
        self.width = right + aside + MARGIN;
        let mut y = TOP;
        for row in 0..self.rows.last().map_or(0, |last| last + 1) {
            let members: Vec<usize> = (0..self.sites.len()).filter(|site| self.rows[*site] == row).collect();
            let high = members.iter().map(|site| self.sites[*site].frame.h).max().unwrap_or(0);
            let leads_out = members.iter().any(|site| self.leads_out(*site));
            let top = if leads_out { y + BAR + CLEAR } else { y + vpc::GATE / 2 };
            let (left, end) = (MARGIN + aside, members.last().map_or(0, |site| self.sites[*site].frame.right()));
            for site in members {
                let site = &mut self.sites[site];
                site.frame = Rect { y: top, h: high, ..site.frame };
                site.sky = y + BAR;
            }
            if leads_out {
                self.skies.push(Rect { x: left, y, w: end - left, h: BAR });
            }
            y = top + high + self.channels.height(row);
        }
        self.bars.iter_mut().for_each(|(_, bar)| bar.y += y);
        self.height = self.bars.iter().map(|(_, bar)| bar.bottom() + 10).max().unwrap_or(y);
    }

    /// Whether anything of a VPC leads to the internet.
    fn leads_out(&self, site: usize) -> bool {
        let site = &self.sites[site];
        let outward = |kind: GatewayKind| kind.is_outward();
        site.placed.wires.iter().any(|wire| wire.beyond == Beyond::Up)
            || self.picture.gateways.iter().any(|gateway| gateway.vpc == Some(site.vpc) && outward(gateway.kind))
    }

    fn draw(&mut self, canvas: &mut Canvas) {
        let title = Type { size: 20, ..NAME };
        canvas.text(MARGIN, 40, &self.picture.title, title, self.width - 2 * MARGIN);
        let summary = legend::summary(self.picture, self.sites.first().map_or(&[], |site| site.exposures));
        canvas.text(MARGIN, 60, &summary, Type { size: 12, ..SMALL }, self.width - 2 * MARGIN);
        for sky in &self.skies {
            canvas.open("", "the internet");
            canvas.rect(*sky, 8, "bar");
            let middle = sky.x + sky.w / 2;
            canvas.globe(middle - 40, sky.y + 9);
            canvas.text(middle - 20, sky.y + 21, "Internet", Type { size: 13, ..NAME }, 200);
            canvas.close();
        }
        cables::draw(self.picture, self.nets, &self.sites, &self.rows, (&self.channels, &self.bars), canvas);
        // What leads on premises goes behind transit gateways.
        for (element, bar) in &self.bars {
            self.draw_bar(*element, *bar, canvas);
        }
        self.sites.iter().for_each(|site| site.draw(canvas));
        for site in &self.sites {
            for (index, gate) in site.low_gates() {
                vpc::draw_gate(self.picture, index, gate, canvas);
            }
        }
        self.height =
            legend::draw(self.picture, self.nets, (MARGIN, self.height + 18, self.width - 2 * MARGIN), canvas);
    }

    fn draw_bar(&self, element: Element, bar: Rect, canvas: &mut Canvas) {
        let (title, name) = match element {
            Element::Gateway(index) => (GatewayKind::Transit.title(), &*self.picture.gateways[index].name.full),
            _ => ("On premises", ""),
        };
        canvas.open("", &format!("{title} {name}"));
        canvas.rect(bar, 8, "bar");
        let (bold, quiet) = (Type { size: 13, ..NAME }, Type { size: 11, ..SMALL });
        canvas.pair((bar.x + bar.w / 2, bar.y + 21), (title, bold), (name, quiet), bar.w - 80, true);
        canvas.marks(element, bar.right() - 8, bar.y + BAR / 2);
        canvas.close();
    }
}
