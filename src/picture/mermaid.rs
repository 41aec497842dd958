//! The picture as a Mermaid flowchart, which GitHub, GitLab and many wikis draw.
//!
//! "Flowcharts - Basic Syntax" (Mermaid documentation): quoted labels take everything but quotes; "Entity codes to escape
//! characters" writes any character by its number.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Element, Exposure, Kind, LinkKind, Picture, Subnet, line};

/// Writes the picture as a flowchart.
///
/// # Errors
/// The writer's.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "---\ntitle: {}\n---", serde_json::to_string(&line(&picture.title)).unwrap_or_default())?;
    writeln!(out, "flowchart TB")?;
    if picture.uses(Element::Internet) {
        writeln!(out, "  internet([\"Internet\"]):::outside")?;
    }
    let rules = picture.marks().into_iter().map(|(element, marks)| (element, marks.len())).collect();
    let chart = Chart { picture, rules };
    for (vpc, (subnets, tiers)) in picture.by_vpc().iter().enumerate() {
        chart.write_vpc(vpc, subnets, tiers, out)?;
    }
    for (index, _) in picture.gateways.iter().enumerate().filter(|(_, gateway)| gateway.vpc.is_none()) {
        chart.write_gateway(index, "  ", out)?;
    }
    if picture.uses(Element::OnPremises) {
        writeln!(out, "  on_premises([\"On premises\"]):::outside")?;
    }
    write_edges(picture, out)?;
    write_styles(picture, out)
}

struct Chart<'p> {
    picture: &'p Picture,
    /// How many rules found something at an element.
    rules: BTreeMap<Element, usize>,
}

/// The subnets of a role, and the tiers in them.
type Inside = (Vec<usize>, Vec<usize>);

impl Chart<'_> {
    fn write_vpc(&self, index: usize, subnets: &[usize], tiers: &[usize], out: &mut dyn Write) -> io::Result<()> {
        let picture = self.picture;
        let (id, heading) = match picture.vpcs.get(index) {
            Some(vpc) => (node(Element::Vpc(index)), label(&[&vpc.name.short, &vpc.blocks.join(", ")])),
            None if subnets.is_empty() && tiers.is_empty() => return Ok(()),
            None => ("vpc_unknown".to_owned(), label(&["VPC not known"])),
        };
        writeln!(out, "  subgraph {id}[{heading}]")?;
        for gateway in (0..picture.gateways.len()).filter(|it| picture.gateways[*it].vpc == Some(index)) {
            self.write_gateway(gateway, "    ", out)?;
        }
        let mut roles: BTreeMap<(Kind, &str), Inside> = BTreeMap::new();
        let role = |subnet: usize| (picture.subnets[subnet].kind, picture.subnets[subnet].role.as_str());
        for &subnet in subnets {
            roles.entry(role(subnet)).or_default().0.push(subnet);
        }
        let mut homeless = Vec::new();
        for &tier in tiers {
            match picture.tiers[tier].subnets.first() {
                Some(&first) => roles.entry(role(first)).or_default().1.push(tier),
                None => homeless.push(tier),
            }
        }
        for (number, ((kind, role), (subnets, tiers))) in roles.iter().enumerate() {
            self.write_role(&format!("{id}_{}", number + 1), *kind, role, subnets, tiers, out)?;
        }
        for tier in homeless {
            self.write_tier(tier, "    ", out)?;
        }
        if subnets.is_empty() && tiers.is_empty() {
            writeln!(out, "    {id}_empty[\"no subnets\"]:::unknown")?;
        }
        writeln!(out, "  end\n  class {id} vpc")
    }

    /// Subnets of one role are one box: Mermaid cannot draw what stands in several.
    fn write_role(
        &self,
        id: &str,
        kind: Kind,
        role: &str,
        subnets: &[usize],
        tiers: &[usize],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let all: Vec<&Subnet> = subnets.iter().map(|subnet| &self.picture.subnets[*subnet]).collect();
        let blocks: Vec<&str> = all.iter().flat_map(|subnet| &subnet.blocks).map(String::as_str).collect();
        let heading = match all.as_slice() {
            [only] => format!("{}: {}", kind.word(), only.name.short),
            several => format!("{}: {role} ×{}", kind.word(), several.len()),
        };
        let words = label(&[&heading, &blocks.join(" ")]);
        if tiers.is_empty() {
            return writeln!(out, "    {id}[{words}]:::{}", kind.word());
        }
        writeln!(out, "    subgraph {id}[{words}]")?;
        for tier in tiers {
            self.write_tier(*tier, "      ", out)?;
        }
        writeln!(out, "    end\n    class {id} {}", kind.word())
    }

    fn write_gateway(&self, index: usize, indent: &str, out: &mut dyn Write) -> io::Result<()> {
        let gateway = &self.picture.gateways[index];
        let words = label(&[gateway.kind.title(), &gateway.name.short]);
        writeln!(out, "{indent}{}{{{{{words}}}}}:::gateway", node(Element::Gateway(index)))
    }

    fn write_tier(&self, index: usize, indent: &str, out: &mut dyn Write) -> io::Result<()> {
        let tier = &self.picture.tiers[index];
        let found = match self.rules.get(&Element::Tier(index)) {
            None => String::new(),
            Some(1) => "1 finding".to_owned(),
            Some(several) => format!("{several} findings"),
        };
        writeln!(out, "{indent}{}[{}]", node(Element::Tier(index)), label(&[&tier.name.short, &tier.summary(), &found]))
    }
}

fn write_edges(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let mut edges = 0;
    let mut red = Vec::new();
    for link in &picture.links {
        let wire = match (link.kind, link.certain) {
            (_, false) => "-.-",
            (LinkKind::Way | LinkKind::Attachment, true) => "---",
            (LinkKind::Peering, true) => "===",
        };
        writeln!(out, "  {} {wire} {}", node(link.from), node(link.to))?;
        edges += 1;
    }
    for flow in &picture.flows {
        let arrow = if flow.certain { "-->" } else { "-.->" };
        let from = flow.far.as_deref().map(|far| format!("{far}: ")).unwrap_or_default();
        let text = label(&[&format!("{from}{}", flow.label())]);
        writeln!(out, "  {} {arrow}|{text}| {}", node(flow.from), node(flow.to))?;
        if matches!(Exposure::of(flow), Exposure::Open | Exposure::Perhaps) {
            red.push(edges.to_string());
        }
        edges += 1;
    }
    if !red.is_empty() {
        writeln!(out, "  linkStyle {} stroke:#d1242f,color:#d1242f", red.join(","))?;
    }
    Ok(())
}

fn write_styles(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let exposures = picture.exposures();
    let exposed = |wanted: Exposure| {
        let found = exposures.iter().enumerate().filter(move |(_, exposure)| **exposure == wanted);
        found.map(|(index, _)| node(Element::Tier(index))).collect::<Vec<_>>().join(",")
    };
    for (exposure, class) in [(Exposure::Open, "exposed"), (Exposure::Perhaps, "perhaps")] {
        let tiers = exposed(exposure);
        if !tiers.is_empty() {
            writeln!(out, "  class {tiers} {class}")?;
        }
    }
    for (class, style) in [
        ("vpc", "fill:none,stroke:#8c959f"),
        ("public", "fill:#2da44e1a,stroke:#2da44e"),
        ("private", "fill:#218bff1a,stroke:#218bff"),
        ("isolated", "fill:#8250df1a,stroke:#8250df"),
        ("unknown", "fill:none,stroke:#8c959f,stroke-dasharray:4"),
        ("outside", "stroke:#8c959f"),
        ("gateway", "stroke:#8c959f"),
        ("exposed", "stroke:#d1242f,stroke-width:2px"),
        ("perhaps", "stroke:#d1242f,stroke-dasharray:4"),
    ] {
        writeln!(out, "  classDef {class} {style}")?;
    }
    Ok(())
}

/// The name of a node: `end` and the like are none of them.
fn node(element: Element) -> String {
    element.to_string().replace('-', "_")
}

/// A quoted label of lines; what might mean something to Mermaid, Markdown or HTML is written by its number.
fn label(lines: &[&str]) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || " .,:/()[]{}=+?_×-".contains(letter);
    let mut text = String::from("\"");
    for (index, words) in lines.iter().filter(|words| !words.is_empty()).enumerate() {
        if index > 0 {
            text.push_str("<br>");
        }
        for letter in line(words).chars() {
            match letter {
                letter if plain(letter) => text.push(letter),
                letter => text.push_str(&format!("#{};", u32::from(letter))),
            }
        }
    }
    text.push('"');
    text
}
