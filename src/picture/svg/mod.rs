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
/// Between a bar and the VPCs.
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
        let own_nets: Vec<usize> = own[vpc].clone();
        placed.push(place::place(picture, &plan, nets, &own_nets, least(picture, vpc)));
        plans.push((vpc, plan));
    }
    (plans, placed)
}

/// How wide a VPC is at least: its name, blocks and gateways have to fit.
fn least(picture: &Picture, vpc: usize) -> i32 {
    let name = picture.vpcs.get(vpc).map_or(120, |vpc| {
        let blocks = text::width(&vpc.blocks.join(", "), 11, text::Face::Mono).min(240);
        text::width(&vpc.name.short, 14, text::Face::Bold).min(300) + blocks
    });
    let gates = |upper: bool| {
        let own = (0..picture.gateways.len()).filter(|index| picture.gateways[*index].vpc == Some(vpc));
        let own = own.filter(|index| picture.gateways[*index].kind.is_outward() == upper);
        own.map(|index| vpc::gate_width(picture, index) + place::GAP).sum::<i32>()
    };
    (name + 80 + gates(true)).max(gates(false) + 100).max(260)
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

    /// Gives every VPC and bar its place.
    fn arrange(&mut self) {
        let channels = cables::Channels::plan(self.picture, self.nets, &self.sites, &self.rows);
        let left = MARGIN + channels.trunks_width();
        let count = self.rows.last().map_or(0, |last| last + 1);
        let mut y = TOP;
        let mut right = left + 420;
        for row in 0..count {
            let members: Vec<usize> = (0..self.sites.len()).filter(|site| self.rows[*site] == row).collect();
            let high = members.iter().map(|site| self.sites[*site].frame.h).max().unwrap_or(0);
            let mut x = left;
            let leads_out = members.iter().any(|site| self.leads_out(*site));
            let top = if leads_out { y + BAR + CLEAR } else { y + vpc::GATE / 2 };
            for site in members {
                let site = &mut self.sites[site];
                site.frame = Rect { x, y: top, w: site.frame.w, h: high };
                site.sky = y + BAR;
                x = site.frame.right() + APART;
            }
            right = right.max(x - APART);
            if leads_out {
                self.skies.push(Rect { x: left, y, w: x - APART - left, h: BAR });
            }
            y = top + high + channels.height(row);
        }
        let bars = cables::bars(self.picture);
        if !bars.is_empty() {
            let width = (right - left - (bars.len() as i32 - 1) * 24) / bars.len() as i32;
            for (index, element) in bars.into_iter().enumerate() {
                self.bars.push((element, Rect { x: left + index as i32 * (width + 24), y, w: width, h: BAR }));
            }
            y += BAR + 10;
        }
        self.channels = channels;
        self.width = right + MARGIN;
        self.height = y;
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
        for (element, bar) in &self.bars {
            self.draw_bar(*element, *bar, canvas);
        }
        cables::draw(self.picture, self.nets, &self.sites, &self.rows, (&self.channels, &self.bars), canvas);
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
        let used = text::width(title, 13, text::Face::Bold) + text::width(name, 11, text::Face::Sans) + 8;
        let x = (bar.x + (bar.w - used) / 2).max(bar.x + 10);
        let used = canvas.text(x, bar.y + 21, title, Type { size: 13, ..NAME }, bar.w - 20);
        canvas.text(x + used + 8, bar.y + 21, name, Type { size: 11, ..SMALL }, bar.right() - x - used - 16);
        canvas.marks(element, bar.right() - 8, bar.y + BAR / 2);
        canvas.close();
    }
}
