//! The picture as JSON: a contract (`schema_version`); `docs/graph.md` says what each field holds.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value as Json, json};

use super::{Element, Exposure, Finding, Flow, Gateway, Link, Picture, Subnet, Tier, Vpc};

/// Raised when a consumer of an earlier picture would misread a later one; new fields do not raise it.
pub const SCHEMA_VERSION: u32 = 1;

/// Writes the picture as indented JSON.
///
/// # Errors
/// The writer's.
pub fn write(picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    let exposures = picture.exposures();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") }),
        title: &picture.title,
        vpcs: numbered(&picture.vpcs, |index, it| vpc(Element::Vpc(index), it)),
        subnets: numbered(&picture.subnets, |index, it| subnet(Element::Subnet(index), it)),
        gateways: numbered(&picture.gateways, |index, it| gateway(Element::Gateway(index), it)),
        tiers: numbered(&picture.tiers, |index, it| tier(Element::Tier(index), it, exposures[index])),
        links: picture.links.iter().map(link).collect(),
        flows: picture.flows.iter().map(flow).collect(),
        findings: picture.findings.iter().map(|it| finding(picture, it)).collect(),
        notes: &picture.notes,
    };
    serde_json::to_writer_pretty(&mut *out, &document).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Json,
    title: &'a str,
    vpcs: Vec<Json>,
    subnets: Vec<Json>,
    gateways: Vec<Json>,
    tiers: Vec<Json>,
    links: Vec<Json>,
    flows: Vec<Json>,
    findings: Vec<Json>,
    notes: &'a [String],
}

fn numbered<T>(all: &[T], one: impl Fn(usize, &T) -> Json) -> Vec<Json> {
    all.iter().enumerate().map(|(index, it)| one(index, it)).collect()
}

fn id(element: Element) -> Json {
    Json::from(element.to_string())
}

fn in_vpc(vpc: Option<usize>) -> Json {
    vpc.map_or(Json::Null, |vpc| id(Element::Vpc(vpc)))
}

fn vpc(own: Element, vpc: &Vpc) -> Json {
    json!({ "id": id(own), "name": vpc.name.full, "blocks": vpc.blocks, "elsewhere": vpc.elsewhere })
}

fn subnet(own: Element, subnet: &Subnet) -> Json {
    json!({
        "id": id(own), "name": subnet.name.full, "vpc": in_vpc(subnet.vpc), "zone": subnet.zone,
        "kind": subnet.kind.word(), "role": subnet.role, "blocks": subnet.blocks,
    })
}

fn gateway(own: Element, gateway: &Gateway) -> Json {
    json!({
        "id": id(own), "name": gateway.name.full, "kind": gateway.kind.word(), "vpc": in_vpc(gateway.vpc),
        "certain": gateway.certain,
    })
}

fn tier(own: Element, tier: &Tier, exposure: Exposure) -> Json {
    let subnets: Vec<Json> = tier.subnets.iter().map(|subnet| id(Element::Subnet(*subnet))).collect();
    let words: Vec<Json> = tier.words.iter().map(|(word, count)| json!({ "kind": word, "count": count })).collect();
    json!({
        "id": id(own), "name": tier.name.full, "vpc": in_vpc(tier.vpc), "subnets": subnets, "things": words,
        "members": tier.members, "nat": tier.nat, "certain": tier.certain, "exposure": exposure.word(),
    })
}

fn link(link: &Link) -> Json {
    json!({
        "from": id(link.from), "to": id(link.to), "kind": link.kind.word(),
        "name": link.name.as_ref().map(|name| &name.full), "certain": link.certain,
    })
}

fn flow(flow: &Flow) -> Json {
    let services: Vec<Json> =
        flow.services.iter().map(|it| json!({ "protocol": it.protocol, "ports": it.ports })).collect();
    json!({
        "from": id(flow.from), "to": id(flow.to), "result": if flow.certain { "reachable" } else { "undetermined" },
        "services": services, "far": flow.far, "exposure": Exposure::of(flow).word(),
    })
}

fn finding(picture: &Picture, finding: &Finding) -> Json {
    let location = finding.place.as_ref().map(|(file, line)| json!({ "file": file, "line": line }));
    let elements: Vec<Json> = finding.elements.iter().map(|element| id(*element)).collect();
    json!({
        "rule": picture.rules[finding.rule].name, "severity": finding.severity.word(), "verdict": finding.verdict.word(),
        "message": finding.message, "address": finding.address, "location": location, "elements": elements,
    })
}
