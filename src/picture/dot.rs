//! The picture as a Graphviz graph.
//!
//! "The DOT Language" (Graphviz documentation): in a quoted text only the quote has to be escaped; labels ("escString") take
//! a backslash for more than that, so that it is doubled.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Element, Exposure, Kind, LinkKind, Picture, Tier, line};

/// Writes the picture as a directed graph with clusters.
///
/// # Errors
/// The writer's.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "digraph network {{")?;
    writeln!(out, "  graph [label={}, labelloc=t, rankdir=TB, compound=true, newrank=true,", label(&[&picture.title]))?;
    writeln!(out, "    fontname=\"Helvetica\", fontsize=11, nodesep=0.3, ranksep=0.6];")?;
    writeln!(
        out,
        "  node [shape=box, style=\"rounded,filled\", fillcolor=white, color=\"#57606a\", fontname=\"Helvetica\", fontsize=10];"
    )?;
    writeln!(out, "  edge [color=\"#57606a\", fontname=\"Helvetica\", fontsize=9];")?;
    for (element, name) in [(Element::Internet, "Internet"), (Element::OnPremises, "On premises")] {
        if picture.uses(element) {
            writeln!(out, "  \"{element}\" [label=\"{name}\", shape=oval];")?;
        }
    }
    let exposures = picture.exposures();
    for (vpc, (subnets, tiers)) in picture.by_vpc().iter().enumerate() {
        write_vpc(picture, &exposures, (vpc, subnets, tiers), out)?;
    }
    for index in (0..picture.gateways.len()).filter(|index| picture.gateways[*index].vpc.is_none()) {
        write_gateway(picture, index, "  ", out)?;
    }
    write_edges(picture, out)?;
    writeln!(out, "}}")
}

fn write_vpc(
    picture: &Picture,
    exposures: &[Exposure],
    (index, subnets, tiers): (usize, &[usize], &[usize]),
    out: &mut dyn Write,
) -> io::Result<()> {
    let (id, heading, style) = match picture.vpcs.get(index) {
        Some(vpc) => {
            let style = if vpc.elsewhere { "rounded,dashed" } else { "rounded" };
            (Element::Vpc(index).to_string(), label(&[&vpc.name.short, &vpc.blocks.join(", ")]), style)
        }
        None if subnets.is_empty() && tiers.is_empty() => return Ok(()),
        None => ("vpc-unknown".to_owned(), label(&["VPC not known"]), "rounded,dashed"),
    };
    writeln!(out, "  subgraph \"cluster_{id}\" {{")?;
    writeln!(out, "    label={heading}; style=\"{style}\"; color=\"#8c959f\";")?;
    // What edges to the VPC go to.
    writeln!(out, "    \"{id}\" [shape=point, style=invis, label=\"\", width=0.01];")?;
    for gateway in (0..picture.gateways.len()).filter(|gateway| picture.gateways[*gateway].vpc == Some(index)) {
        write_gateway(picture, gateway, "    ", out)?;
    }
    // What has interfaces in several subnets stands in the first.
    let mut inside: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for &tier in tiers {
        inside.entry(picture.tiers[tier].subnets.first().copied()).or_default().push(tier);
    }
    for &index in subnets {
        let subnet = &picture.subnets[index];
        let zone = subnet.zone.as_deref().unwrap_or_default();
        let (fill, border) = colors(subnet.kind);
        let style = if subnet.kind == Kind::Unknown { "rounded,filled,dashed" } else { "rounded,filled" };
        let words = [&subnet.name.short, &subnet.blocks.join(", "), zone, subnet.kind.word()];
        writeln!(out, "    subgraph \"cluster_{}\" {{", Element::Subnet(index))?;
        writeln!(out, "      label={}; style=\"{style}\"; fillcolor=\"{fill}\"; color=\"{border}\";", label(&words))?;
        // A cluster without a node is not drawn.
        writeln!(out, "      \"{}\" [shape=point, style=invis, label=\"\", width=0.01];", Element::Subnet(index))?;
        for &tier in inside.get(&Some(index)).into_iter().flatten() {
            write_tier(&picture.tiers[tier], tier, exposures[tier], "      ", out)?;
        }
        writeln!(out, "    }}")?;
    }
    for &tier in inside.get(&None).into_iter().flatten() {
        write_tier(&picture.tiers[tier], tier, exposures[tier], "    ", out)?;
    }
    writeln!(out, "  }}")
}

const fn colors(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Public => ("#e9f7ec", "#2da44e"),
        Kind::Private => ("#e8f2fd", "#218bff"),
        Kind::Isolated => ("#f1ecfb", "#8250df"),
        Kind::Unknown => ("#f6f8fa", "#8c959f"),
    }
}

fn write_gateway(picture: &Picture, index: usize, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let gateway = &picture.gateways[index];
    let words = label(&[gateway.kind.title(), &gateway.name.short]);
    writeln!(out, "{indent}\"{}\" [label={words}, shape=hexagon];", Element::Gateway(index))
}

fn write_tier(tier: &Tier, index: usize, exposure: Exposure, indent: &str, out: &mut dyn Write) -> io::Result<()> {
    let several = if tier.subnets.len() > 1 { format!("in {} subnets", tier.subnets.len()) } else { String::new() };
    let words = label(&[&tier.name.short, &tier.summary(), &several]);
    let color = match exposure {
        Exposure::Open => ", color=\"#d1242f\", penwidth=2",
        Exposure::Perhaps => ", color=\"#d1242f\", style=\"rounded,filled,dashed\"",
        Exposure::None | Exposure::Limited => "",
    };
    writeln!(out, "{indent}\"{}\" [label={words}{color}];", Element::Tier(index))
}

fn write_edges(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    for link in &picture.links {
        let style = match (link.kind, link.certain) {
            (_, false) => "dashed",
            (LinkKind::Peering, true) => "bold",
            (LinkKind::Way | LinkKind::Attachment, true) => "solid",
        };
        writeln!(out, "  \"{}\" -> \"{}\" [dir=none, style={style}];", link.from, link.to)?;
    }
    for flow in &picture.flows {
        let far = flow.far.as_deref().unwrap_or_default();
        let style = if flow.certain { "solid" } else { "dashed" };
        let color = match Exposure::of(flow) {
            Exposure::Open | Exposure::Perhaps => ", color=\"#d1242f\", fontcolor=\"#d1242f\"",
            Exposure::None | Exposure::Limited => "",
        };
        let words = label(&[far, &flow.label()]);
        writeln!(out, "  \"{}\" -> \"{}\" [label={words}, style={style}{color}];", flow.from, flow.to)?;
    }
    Ok(())
}

/// A quoted label of lines.
fn label(lines: &[&str]) -> String {
    let escaped = |text: &&&str| line(text).replace('\\', "\\\\").replace('"', "\\\"");
    let lines: Vec<String> = lines.iter().filter(|text| !text.is_empty()).map(|text| escaped(&text)).collect();
    format!("\"{}\"", lines.join("\\n"))
}
