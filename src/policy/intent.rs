//! `tier` and `flow` blocks of the configuration: what is meant to flow.

use crate::lang::eval::{Context, Resolved, Scope, evaluate};
use crate::lang::functions::NoFiles;
use crate::lang::value::Entries;
use crate::lang::{Number, Str, Value};
use crate::network::cidr;
use crate::network::intent::{Flow, FlowEnd, Intent, Tags, Tier, Traffic};
use crate::network::sets::{AddressSet, Protocols};
use crate::source::{Problem, Span, nearest};
use crate::syntax::{BlockView, Body, NodeRef};

use super::form::Reader;

/// Reads the `tier` and `flow` blocks of a body.
pub(super) fn read<'t>(reader: &mut Reader<'t>, root: Body<'t>) -> Intent {
    let mut intent = Intent::default();
    for block in root.blocks("tier", 1) {
        let Some(tier) = tier(reader, &block) else { continue };
        if intent.tiers.iter().any(|known| known.name == tier.name) {
            let message = format!("tier `{}` is declared twice", tier.name);
            reader.problem(tier.span, message, "Make one block of the two.");
        } else {
            intent.tiers.push(tier);
        }
    }
    let names: Vec<String> = intent.tiers.iter().map(|tier| tier.name.clone()).collect();
    let blocks = root.blocks("flow", 0);
    intent.flows = blocks.iter().filter_map(|block| flow(reader, &names, block)).collect();
    intent
}

const TIER: &[&str] = &["match", "subnets", "addresses", "description"];

fn tier<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>) -> Option<Tier> {
    let name = reader.label(block, "a `tier`")?;
    let span = block.labels[0].span;
    let word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    if !name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') || !name.chars().all(word) {
        let help = "Flows write it as `tier.NAME`: a letter first, then letters, digits, `_` and `-`.";
        reader.problem(span, format!("`{name}` cannot be the name of a tier"), help);
        return None;
    }
    let mut tier = Tier { name, span, tags: Tags::new(), subnet_tags: Tags::new(), addresses: Vec::new() };
    reader.known(block.body, "a `tier`", TIER, &[]);
    for attribute in block.body.attributes() {
        let at = attribute.expression;
        match &*attribute.name {
            "match" => tier.tags = tags(reader, at, "`match`"),
            "subnets" => tier.subnet_tags = tags(reader, at, "`subnets`"),
            "addresses" => tier.addresses = reader.texts(at, "`addresses`"),
            "description" => drop(reader.text(at, "`description`")),
            _ => {}
        }
    }
    if !["match", "subnets", "addresses"].iter().any(|name| block.body.attribute(name).is_some()) {
        let help = "Say what is in it: `match = { Tier = \"web\" }` for tags, or `addresses = [\"module.web.*\"]`.";
        reader.problem(span, format!("tier `{}` takes nothing in", tier.name), help);
    }
    Some(tier)
}

/// Tags: an object of text, or of lists of texts.
fn tags(reader: &mut Reader<'_>, at: NodeRef, what: &str) -> Tags {
    let found = reader.value(at, what);
    let span = reader.trees.span(at);
    let Some(entries) = found.as_ref().and_then(Value::entries) else {
        if found.is_some() {
            reader.problem(span, format!("{what} is no object"), "Write tags as `{ Tier = \"web\" }`.");
        }
        return Tags::new();
    };
    let mut tags = Tags::new();
    for (key, value) in entries {
        let one = |value: &Value| {
            let number = value.as_number().and_then(Number::to_i64).map(|number| number.to_string());
            value.as_str().map(str::to_owned).or(number).or_else(|| value.as_bool().map(|truth| truth.to_string()))
        };
        let listed = value.elements().unwrap_or(std::slice::from_ref(value));
        match listed.iter().map(one).collect::<Option<Vec<String>>>() {
            Some(values) if !values.is_empty() => tags.push((key.to_string(), values)),
            Some(_) | None => {
                let help = "A tag's value is text, in which `*` is any text, or a list of texts.";
                reader.problem(span, format!("the value of `{key}` in {what} is no text"), help);
            }
        }
    }
    if entries.iter().next().is_none() {
        reader.problem(span, format!("{what} names no tag"), "Write tags as `{ Tier = \"web\" }`.");
    }
    tags
}

const FLOW: &[&str] = &["from", "to", "ports", "protocol", "protocols", "description"];

fn flow<'t>(reader: &mut Reader<'t>, tiers: &[String], block: &BlockView<'t>) -> Option<Flow> {
    if let Some(label) = block.labels.first() {
        reader.problem(label.span, "a `flow` has no name", "Write `description = …` into the block.");
    }
    reader.known(block.body, "a `flow`", FLOW, &[]);
    let mut ends = |name: &str| {
        let Some(attribute) = block.body.attribute(name) else {
            let help = "It says where packets come from (`from`) and where they go (`to`).";
            reader.problem(block.header, format!("the `flow` has no `{name}`"), help);
            return None;
        };
        ends(reader, tiers, attribute.expression, name)
    };
    let (from, to) = (ends("from"), ends("to"));
    let traffic = traffic(reader, block);
    let description = block.body.attribute("description");
    let description = description.and_then(|it| reader.text(it.expression, "`description`")).unwrap_or_default();
    let (from, to, traffic) = (from?, to?, traffic?);
    let is_tier = |end: &FlowEnd| matches!(end, FlowEnd::Tier(_));
    if !from.iter().all(is_tier) && !to.iter().all(is_tier) {
        let help = "Flows are about tiers: write `tier.NAME` for one of the ends.";
        reader.problem(block.header, "neither end of the `flow` is a tier", help);
        return None;
    }
    Some(Flow { span: block.header, from, to, traffic, description })
}

/// The ends that an expression names.
fn ends(reader: &mut Reader<'_>, tiers: &[String], at: NodeRef, name: &str) -> Option<Vec<FlowEnd>> {
    let context = Context { trees: reader.trees, scope: &Ends(tiers), files: &NoFiles };
    let value = match evaluate(at, &context) {
        Ok(value) => value,
        Err(problem) => {
            reader.problems.push(*problem);
            return None;
        }
    };
    let listed = value.elements().unwrap_or(std::slice::from_ref(&value));
    let read: Result<Vec<FlowEnd>, (String, String)> = listed.iter().map(end).collect();
    match read {
        Ok(ends) if ends.is_empty() => {
            reader.problem(reader.trees.span(at), format!("`{name}` is empty"), HOW);
            None
        }
        Ok(ends) => Some(ends),
        Err((message, help)) => {
            reader.problem(reader.trees.span(at), message, help);
            None
        }
    }
}

const HOW: &str = "An end is `tier.NAME`, `internet`, `on_premises`, a CIDR block in quotes, or a list of these.";

/// The end that a value stands for; else what is wrong with it, and what to write.
fn end(value: &Value) -> Result<FlowEnd, (String, String)> {
    if let Some(word) = value.get("end").and_then(Value::as_str) {
        let tier = value.get("tier").and_then(Value::as_number).and_then(Number::to_i64);
        return Ok(match tier {
            Some(tier) => FlowEnd::Tier(tier as usize),
            None if word == "internet" => FlowEnd::Internet,
            None => FlowEnd::OnPremises,
        });
    }
    let Some(text) = value.as_str() else { return Err(("this is no end of a flow".to_owned(), HOW.to_owned())) };
    if ["internet", "on_premises", "on-premises"].contains(&text) || text.starts_with("tier.") {
        return Err((format!("`{text}` is no CIDR block"), "Leave out the quotes.".to_owned()));
    }
    let Some(block) = cidr::read(text) else {
        return Err((format!("`{text}` is no CIDR block"), HOW.to_owned()));
    };
    if cidr::has_host_bits(block) {
        let message = format!("`{text}` has bits set behind its prefix");
        return Err((message, format!("Write `{}`.", block.trunc())));
    }
    if block.prefix_len() == 0 {
        let help = "Write `internet`; tiers, where they are meant too, are ends of their own.";
        return Err((format!("`{text}` is every address there is, those of tiers too"), help.to_owned()));
    }
    Ok(FlowEnd::Addresses(AddressSet::from(block), text.to_owned()))
}

/// What names mean in `from` and `to`.
struct Ends<'t>(&'t [String]);

impl Scope for Ends<'_> {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        let end = |word: &str, tier: Option<usize>, used| {
            let number = tier.map(|tier| (Str::from("tier"), Value::number(Number::from_i64(tier as i64))));
            let word = (Str::from("end"), Value::string(word));
            let entries: Entries = number.into_iter().chain([word]).collect();
            Ok(Resolved { value: Value::object(entries), used })
        };
        let fail = |message: String, help: String| Err(Box::new(Problem::at(at, message).help(help)));
        match names {
            ["internet"] => end("internet", None, 1),
            ["on_premises" | "on-premises"] => end("on-premises", None, 1),
            ["tier", name, ..] => match self.0.iter().position(|known| known == name) {
                Some(tier) => end("tier", Some(tier), 2),
                None => {
                    let near = nearest(name, self.0.iter().map(String::as_str));
                    let help = near.map_or_else(
                        || format!("Declare it: `tier \"{name}\" {{ match = {{ Tier = \"{name}\" }} }}`."),
                        |near| format!("Did you mean `tier.{near}`?"),
                    );
                    fail(format!("there is no tier `{name}`"), help)
                }
            },
            [name, ..] if self.0.iter().any(|known| known == name) => {
                fail(format!("`{name}` means nothing here"), format!("Did you mean `tier.{name}`?"))
            }
            [name, ..] => fail(format!("`{name}` means nothing here"), HOW.to_owned()),
            [] => fail("a name is missing".to_owned(), HOW.to_owned()),
        }
    }
}

/// Protocols and ports of a flow: TCP where it does not say.
fn traffic<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>) -> Option<Vec<Traffic>> {
    let named = [block.body.attribute("protocol"), block.body.attribute("protocols")];
    if let [Some(_), Some(second)] = &named {
        reader.problem(second.name_span, "`protocol` and `protocols` are both set", "Write one of them.");
    }
    let protocols = match named.iter().flatten().next() {
        None => vec![Protocols::TCP],
        Some(attribute) => protocols(reader, attribute.expression)?,
    };
    let ports = block.body.attribute("ports");
    let with_ports = protocols.iter().any(|protocol| protocol.has_ports());
    let ranges = match &ports {
        Some(attribute) if !with_ports => {
            let help = "Ports belong to `tcp` and `udp`: leave `ports` out.";
            reader.problem(attribute.name_span, "the protocol of the `flow` has no ports", help);
            return None;
        }
        Some(attribute) => ranges(reader, attribute.expression)?,
        None if with_ports => {
            let help = "Write `ports = [443]`, ranges as `[\"8000-8100\"]`, or `ports = \"all\"`.";
            reader.problem(block.header, "the `flow` has no `ports`", help);
            return None;
        }
        None => Vec::new(),
    };
    let mut traffic = Vec::new();
    for protocol in protocols {
        let numbers = match protocol {
            Protocols::All => (0, u8::MAX),
            Protocols::One(number) => (number, number),
        };
        if protocol.has_ports() {
            traffic.extend(ranges.iter().map(|&ports| Traffic { protocols: numbers, ports }));
        } else {
            traffic.push(Traffic { protocols: numbers, ports: (0, u16::MAX) });
        }
    }
    Some(traffic)
}

fn protocols(reader: &mut Reader<'_>, at: NodeRef) -> Option<Vec<Protocols>> {
    let value = reader.value(at, "the protocol")?;
    let listed = value.elements().unwrap_or(std::slice::from_ref(&value));
    let one = |value: &Value| {
        let number = value.as_number().and_then(Number::to_i64).map(|number| number.to_string());
        Protocols::parse(&value.as_str().map(str::to_owned).or(number)?)
    };
    let found: Option<Vec<Protocols>> = listed.iter().map(one).collect();
    if found.as_ref().is_none_or(Vec::is_empty) {
        let help = "There are `tcp`, `udp`, `icmp`, `icmpv6`, `all`, and numbers from 0 to 255.";
        reader.problem(reader.trees.span(at), "this is no protocol", help);
        return None;
    }
    found
}

fn ranges(reader: &mut Reader<'_>, at: NodeRef) -> Option<Vec<(u16, u16)>> {
    let value = reader.value(at, "`ports`")?;
    let listed = value.elements().unwrap_or(std::slice::from_ref(&value));
    let found: Option<Vec<(u16, u16)>> = listed.iter().map(range).collect();
    if found.as_ref().is_none_or(Vec::is_empty) {
        let help = "Ports are numbers from 0 to 65535, ranges as \"8000-8100\", or \"all\".";
        reader.problem(reader.trees.span(at), "this is no port, nor a list of ports", help);
        return None;
    }
    found
}

/// A port, or a range of ports.
fn range(value: &Value) -> Option<(u16, u16)> {
    if let Some(number) = value.as_number() {
        let port = u16::try_from(number.to_i64()?).ok()?;
        return Some((port, port));
    }
    let text = value.as_str()?.trim();
    if ["all", "*"].contains(&text) {
        return Some((0, u16::MAX));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::form;
    use crate::source::{SourceFile, Sources};
    use crate::syntax::{Trees, native};

    /// What a file declares, and its mistakes, each with its line and help.
    fn read_text(text: &str) -> (Intent, Vec<String>) {
        let (mut sources, mut trees, mut problems) = (Sources::default(), Trees::default(), Vec::new());
        let file = SourceFile::new(".terravet.hcl", text.as_bytes().to_vec());
        let tree = form::parse(file, native::parse_relaxed, &mut sources, &mut trees, &mut problems);
        let mut reader = Reader::new(&trees);
        let intent = read(&mut reader, form::root(&trees, tree));
        problems.extend(reader.problems);
        let shown = problems.iter().map(|problem| {
            let line = problem.span.map_or(0, |span| sources.position(span).line);
            format!("{line}: {}; {}", problem.message, problem.help.as_deref().unwrap_or_default())
        });
        (intent, shown.collect())
    }

    fn flows(text: &str) -> Vec<String> {
        let (intent, problems) = read_text(text);
        assert_eq!(problems, Vec::<String>::new(), "{text}");
        let ends = |ends: &[FlowEnd]| ends.iter().map(|end| intent.name(end)).collect::<Vec<_>>().join(" and ");
        let traffic = |flow: &Flow| flow.traffic.iter().map(Traffic::text).collect::<Vec<_>>().join(", ");
        intent
            .flows
            .iter()
            .map(|flow| format!("{} to {}: {}", ends(&flow.from), ends(&flow.to), traffic(flow)))
            .collect()
    }

    const TIERS: &str = "tier \"web\" { match = { Tier = \"web\" } }\ntier \"db\" { match = { Tier = \"db\" } }\n";

    #[test]
    fn flows_are_written_on_one_line_or_several() {
        let one = "tier \"alb\" { match = { Tier = \"alb\" } }\ntier \"app\" { match = { Tier = \"app\" } }\n\
                   flow { from = internet  to = tier.alb  ports = [80, 443] }\n\
                   flow { from = tier.alb, to = tier.app, ports = [8080] }\n\
                   flow { from = tier.app  to = internet  ports = [443] } # out\n";
        let several = "tier \"alb\" {\n  match = { Tier = \"alb\" }\n}\ntier \"app\" {\n  match = { Tier = \"app\" }\n}\n\
                       flow {\n  from = internet\n  to = tier.alb\n  ports = [80, 443]\n}\n\
                       flow {\n  from = tier.alb\n  to = tier.app\n  ports = 8080\n}\n\
                       flow {\n  from = tier.app\n  to = internet\n  ports = [443]\n}\n";
        let expected = [
            "the internet to tier `alb`: tcp 80, tcp 443",
            "tier `alb` to tier `app`: tcp 8080",
            "tier `app` to the internet: tcp 443",
        ];
        assert_eq!(flows(one), expected);
        assert_eq!(flows(several), expected);
    }

    #[test]
    fn ends_protocols_and_ports() {
        for (flow, expected) in [
            ("from = on_premises, to = tier.db, ports = 5432", "networks on premises to tier `db`: tcp 5432"),
            ("from = on-premises, to = tier.db, ports = 5432", "networks on premises to tier `db`: tcp 5432"),
            (
                "from = [\"203.0.113.0/24\", \"198.51.100.7\"], to = tier.web, ports = [22]",
                "`203.0.113.0/24` and `198.51.100.7` to tier `web`: tcp 22",
            ),
            ("from = tier.web, to = tier.web, ports = \"all\"", "tier `web` to tier `web`: tcp"),
            ("from = tier.web, to = tier.web, protocol = \"all\"", "tier `web` to tier `web`: every protocol"),
            ("from = tier.web, to = tier.db, protocol = \"icmp\"", "tier `web` to tier `db`: icmp"),
            (
                "from = [tier.web, tier.db], to = internet, protocols = [\"tcp\", \"udp\"], ports = [53, \"8000-8100\"]",
                "tier `web` and tier `db` to the internet: tcp 53, tcp 8000-8100, udp 53, udp 8000-8100",
            ),
            ("from = tier.web, to = tier.db, protocol = 47", "tier `web` to tier `db`: 47"),
        ] {
            assert_eq!(flows(&format!("{TIERS}flow {{ {flow} }}\n")), [expected], "{flow}");
        }
    }

    #[test]
    fn every_mistake_has_its_line_and_says_what_to_write() {
        for (text, expected) in [
            (
                "flow { from = tier.wep, to = tier.db, ports = 1 }",
                "3: there is no tier `wep`; Did you mean `tier.web`?",
            ),
            ("flow { from = web, to = tier.db, ports = 1 }", "3: `web` means nothing here; Did you mean `tier.web`?"),
            (
                "flow { from = \"internet\", to = tier.db, ports = 1 }",
                "3: `internet` is no CIDR block; Leave out the quotes.",
            ),
            (
                "flow { from = \"10.0.0.1/24\", to = tier.db, ports = 1 }",
                "3: `10.0.0.1/24` has bits set behind its prefix; Write `10.0.0.0/24`.",
            ),
            (
                "flow { from = \"0.0.0.0/0\", to = tier.db, ports = 1 }",
                "3: `0.0.0.0/0` is every address there is, those of tiers too; Write `internet`; tiers, where they are \
                 meant too, are ends of their own.",
            ),
            ("flow { from = [], to = tier.db, ports = 1 }", &format!("3: `from` is empty; {HOW}")),
            (
                "flow { from = internet, to = \"10.0.0.0/8\", ports = 1 }",
                "3: neither end of the `flow` is a tier; Flows are about tiers: write `tier.NAME` for one of the ends.",
            ),
            (
                "flow { from = tier.web, ports = 1 }",
                "3: the `flow` has no `to`; It says where packets come from (`from`) and where they go (`to`).",
            ),
            (
                "flow { from = tier.web, to = tier.db }",
                "3: the `flow` has no `ports`; Write `ports = [443]`, ranges as `[\"8000-8100\"]`, or `ports = \"all\"`.",
            ),
            (
                "flow { from = tier.web, to = tier.db, ports = [70000] }",
                "3: this is no port, nor a list of ports; Ports are numbers from 0 to 65535, ranges as \"8000-8100\", or \
                 \"all\".",
            ),
            (
                "flow { from = tier.web, to = tier.db, protocol = \"tpc\", ports = 1 }",
                "3: this is no protocol; There are `tcp`, `udp`, `icmp`, `icmpv6`, `all`, and numbers from 0 to 255.",
            ),
            (
                "flow { from = tier.web, to = tier.db, protocol = \"icmp\", ports = 1 }",
                "3: the protocol of the `flow` has no ports; Ports belong to `tcp` and `udp`: leave `ports` out.",
            ),
            (
                "flow { from = tier.web, to = tier.db, port = 1, ports = 1 }",
                "3: a `flow` has no `port`; Did you mean `ports`?",
            ),
            (
                "tier \"web\" { match = { Tier = \"w\" } }",
                "3: tier `web` is declared twice; Make one block of the two.",
            ),
            (
                "tier \"x\" {\n}",
                "3: tier `x` takes nothing in; Say what is in it: `match = { Tier = \"web\" }` for tags, or `addresses = \
                 [\"module.web.*\"]`.",
            ),
            ("tier \"x\" { match = {} }", "3: `match` names no tag; Write tags as `{ Tier = \"web\" }`."),
            ("tier \"x\" { match = \"web\" }", "3: `match` is no object; Write tags as `{ Tier = \"web\" }`."),
            (
                "tier \"x y\" { match = { Tier = \"w\" } }",
                "3: `x y` cannot be the name of a tier; Flows write it as `tier.NAME`: a letter first, then letters, \
                 digits, `_` and `-`.",
            ),
        ] {
            assert_eq!(read_text(&format!("{TIERS}{text}\n")).1, [expected], "{text}");
        }
    }
}
