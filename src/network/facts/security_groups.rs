//! Security groups, their rules, and what these leave open.

use std::fmt::Write;
use std::rc::Rc;

use crate::lang::eval::Evaluated;
use crate::lang::{Marks, Shape, Type, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::openness::{Limits, OpenSources, Openness, Ports};
use crate::network::aws::security_groups::{Direction, SecurityGroupRule, Style};
use crate::network::aws::sources::{Rest, Source};
use crate::network::aws::spot::{Setting, Spot};
use crate::network::sets::{Family, PortSet};
use crate::source::Problem;

use super::{Arguments, Give, number, object, text, words};

/// One fact per source of an ingress rule that may hold public addresses.
pub(super) fn ingress_sources(network: &Network<'_>, give: Give<'_>) {
    far_ends(network, Direction::Ingress, give);
}

/// One fact per destination of an egress rule that may hold public addresses.
pub(super) fn egress_destinations(network: &Network<'_>, give: Give<'_>) {
    far_ends(network, Direction::Egress, give);
}

fn far_ends(network: &Network<'_>, direction: Direction, give: Give<'_>) {
    static FACT: Shape<5> = Shape::new(["address", "part", "rule", "site", "text"]);
    for (index, rule) in network.aws.security_groups().rules.iter().enumerate() {
        if rule.direction != direction {
            continue;
        }
        for (part, source) in rule.sources.iter().enumerate() {
            if !source.is_of_interest() {
                continue;
            }
            give(FACT.object([
                network.address_text(source.spot.instance),
                number(part),
                number(index),
                network.leaf(&source.spot),
                text(&far_end(network, source), source.spot.marks),
            ]));
        }
    }
}

/// The addresses of a source, as a message names them.
pub(super) fn far_end(network: &Network<'_>, source: &Source<'_>) -> String {
    let public = &source.public;
    let mut words = match source.spot.text() {
        _ if source.spot.is_unknown(network.inventory) => match source.spot.value.and_then(Value::reference) {
            Some(reference) => format!("`{reference}`"),
            None => "addresses not known until apply".to_owned(),
        },
        Some(written) => format!("`{}`", written.trim()),
        None => "its sources".to_owned(),
    };
    let whole = |family: Family| public.family(family) == crate::network::registry::public_addresses().family(family);
    let size = match (whole(Family::V4), whole(Family::V6)) {
        (true, true) => "the whole internet".to_owned(),
        (true, false) => "the whole IPv4 internet".to_owned(),
        (false, true) => "the whole IPv6 internet".to_owned(),
        (false, false) if public.is_empty() => String::new(),
        (false, false) => words::size(public, "public "),
    };
    if !size.is_empty() {
        let _ = write!(words, " ({size})");
    }
    words
}

/// One fact per security group.
pub(super) fn groups(network: &Network<'_>, give: Give<'_>) {
    static FACT: Shape<4> = Shape::new(["address", "default", "has_rules", "site"]);
    let groups = network.aws.security_groups();
    for group in &groups.groups {
        let rules: Vec<&SecurityGroupRule<'_>> = group.rules.iter().map(|&rule| &groups.rules[rule]).collect();
        let instance = match group.target {
            Some(Target::Instance(instance)) => Some(Spot::instance(network.inventory, instance)),
            Some(Target::Id(_) | Target::Attribute(_)) | None => None,
        };
        let Some(subject) = instance.or_else(|| rules.first().map(|rule| rule.block.clone())) else { continue };
        let certain = |rule: &&&SecurityGroupRule<'_>| !rule.symbolic && !rule.may_be_absent;
        let first_rule = rules.iter().find(certain).or_else(|| rules.iter().find(|rule| !rule.symbolic));
        let first_rule = first_rule.or(rules.first());
        let has_rules = match first_rule {
            None => Value::bool(false),
            Some(rule) if rule.symbolic => network.unknown_at(Type::Bool, &rule.block),
            Some(SecurityGroupRule { block: Spot { within: Some(marker), .. }, .. }) => {
                network.unknown_at(Type::Bool, marker)
            }
            Some(_) => Value::bool(true),
        };
        give(FACT.object([
            network.address_text(subject.instance),
            Value::bool(group.default),
            has_rules,
            first_rule.map_or_else(|| network.leaf(&subject), |rule| network.leaf(&rule.block)),
        ]));
    }
}

/// One fact per pair of rule styles in one group: inline rules, and the first rule resource beside them. A rule resource
/// whose group is not known may belong to any group.
pub(super) fn rule_styles(network: &Network<'_>) -> Vec<Value> {
    let groups = network.aws.security_groups();
    let inline_anywhere = groups.groups.iter().any(|group| group.inline.is_some());
    let mut facts = Vec::new();
    for group in &groups.groups {
        let mut separate =
            group.rules.iter().map(|&rule| &groups.rules[rule]).filter(|rule| rule.style == Style::Separate);
        let Some(first) = separate.clone().next() else { continue };
        let separate = separate.find(|rule| !rule.may_be_absent).unwrap_or(first);
        let id = separate.block.get("security_group_id");
        let related = vec![(id.clone(), "this rule is a resource of its own".to_owned())];
        let (subject, mixed, site) = match &group.inline {
            Some(inline) if inline.certain && !separate.may_be_absent => {
                (inline.spot.instance, Value::bool(true), network.leaf_with(&inline.spot, related))
            }
            Some(inline) => {
                let mixed = network.unknown_with(Type::Bool, &inline.spot, &inline.spot, related);
                (inline.spot.instance, mixed, network.leaf(&inline.spot))
            }
            None if group.target.is_none() && inline_anywhere => {
                (id.instance, network.unknown_at(Type::Bool, &id), network.leaf(&id))
            }
            None => (id.instance, Value::bool(false), network.leaf(&id)),
        };
        facts.push(object([
            ("address", network.address_text(subject)),
            ("mixed", mixed),
            ("separate_rule", network.address_text(separate.block.instance)),
            ("site", site),
        ]));
    }
    facts
}

/// One fact per security-group rule whose own block is known.
pub(super) fn rules(network: &Network<'_>, give: Give<'_>) {
    static FACT: Shape<5> = Shape::new(["address", "described", "direction", "inline", "site"]);
    let mut last = None;
    for rule in &network.aws.security_groups().rules {
        // A rule whose direction is not known is listed for both.
        if rule.style == Style::Separate && last.replace(rule.block.instance) == Some(rule.block.instance) {
            continue;
        }
        let description = if rule.symbolic { rule.block.clone() } else { rule.block.get("description") };
        let described = match description.setting(network.inventory) {
            Setting::Unknown => network.unknown_at(Type::Bool, &description),
            Setting::Unset => Value::bool(false),
            Setting::Known(_) if rule.symbolic => network.unknown_at(Type::Bool, &description),
            Setting::Known(value) => Value::bool(value.as_str().is_none_or(|text| !text.trim().is_empty())),
        };
        let direction = match rule.direction {
            Direction::Ingress => "ingress",
            Direction::Egress => "egress",
        };
        let site = if description.is_unset(network.inventory) { &rule.block } else { &description };
        give(FACT.object([
            network.address_text(rule.block.instance),
            described,
            text(direction, Marks::NONE),
            Value::bool(rule.style == Style::Inline),
            network.leaf(site),
        ]));
    }
}

/// What a call asks about: a source (a fact of [`far_ends`]), and what it leaves open at the given limits.
struct Asked<'n, 'a> {
    rule: &'n SecurityGroupRule<'a>,
    source: &'n Source<'a>,
    open: Rc<OpenSources>,
    rule_index: usize,
    part: usize,
}

fn asked<'n, 'a>(
    network: &'n Network<'a>,
    call: &Arguments<'_>,
    limits_from: usize,
) -> Result<Asked<'n, 'a>, Box<Problem>> {
    let (index, part) = (call.number_in(0, "rule")?, call.number_in(0, "part")?);
    let limits = Limits { ipv4: call.prefix(limits_from, 32)?, ipv6: call.prefix(limits_from + 1, 128)? };
    let rule = network.aws.security_groups().rules.get(index);
    let Some((rule, source)) = rule.and_then(|rule| Some((rule, rule.sources.get(part)?))) else {
        return call.fail("argument 1 is no fact that this function takes");
    };
    let open = network.open_sources(rule.direction, limits);
    Ok(Asked { rule, source, open, rule_index: index, part })
}

impl<'a> Asked<'_, 'a> {
    fn openness(&self) -> &Openness {
        self.open.of(self.rule_index, self.part)
    }

    /// Whether what is not known of it is one thing: the ports that it may open, it opens together or not at all.
    const fn is_one_thing(&self) -> bool {
        self.rule.doubt.is_none() && self.rule.traffic.is_known()
    }

    /// The expression that it hangs on.
    fn doubt(&self) -> &Spot<'a> {
        if self.source.rest != Rest::None {
            return &self.source.spot;
        }
        self.rule.doubt.as_deref().or(self.rule.traffic.doubt.as_deref()).unwrap_or(&self.source.spot)
    }

    fn marks(&self) -> Marks {
        let block = &self.rule.block;
        let values =
            ["protocol", "ip_protocol", "from_port", "to_port"].into_iter().filter_map(|name| block.value?.get(name));
        values.fold(self.source.spot.marks.with(block.marks), |marks, value| marks.with(value.marks))
    }

    /// The ports of each protocol that is asked about (`"tcp"`, `"udp"`).
    fn of(&self, call: &Arguments<'_>, index: usize) -> Result<Vec<(&'static str, &Ports)>, Box<Problem>> {
        let mut protocols = Vec::new();
        for word in call.texts(index)? {
            match word {
                "tcp" => protocols.push(("TCP", &self.openness().tcp)),
                "udp" => protocols.push(("UDP", &self.openness().udp)),
                _ => return call.fail(&format!("argument {} must name tcp or udp", index + 1)),
            }
        }
        Ok(protocols)
    }

    fn answer(&self, network: &Network<'a>, certain: bool, possible: bool) -> Value {
        if certain || !possible {
            return Value::bool(certain);
        }
        let doubt = self.doubt();
        network.unknown_with(Type::Bool, doubt, doubt, self.together_with(network))
    }

    /// Where nothing of the source itself is in doubt: the first rule of its group on which it hangs.
    fn together_with(&self, network: &Network<'a>) -> Vec<(Spot<'a>, String)> {
        if self.source.rest != Rest::None || !self.is_one_thing() || self.rule.may_be_absent {
            return Vec::new();
        }
        let groups = network.aws.security_groups();
        let in_doubt = |rule: &&SecurityGroupRule<'a>| {
            rule.direction == self.rule.direction && (rule.may_be_absent || !rule.traffic.is_known())
        };
        let other = groups.groups[self.rule.group].rules.iter().map(|&rule| &groups.rules[rule]).find(in_doubt);
        let related = other.map(|rule| (rule.block.clone(), "together with this, which is not known yet".to_owned()));
        related.into_iter().collect()
    }
}

/// The ports that a call asks about.
enum AskedPorts {
    These(PortSet),
    /// All but these.
    Others(PortSet),
}

impl AskedPorts {
    fn are_in(&self, open: &PortSet) -> bool {
        match self {
            Self::These(ports) => open.overlaps(ports),
            Self::Others(ports) => !open.is_subset(ports),
        }
    }

    fn among(&self, open: &PortSet) -> PortSet {
        match self {
            Self::These(ports) => open.intersection(ports),
            Self::Others(ports) => open.difference(ports),
        }
    }
}

/// `opens(source, protocols, ports, ipv4_prefix, ipv6_prefix)`: whether the source is one of those that leave one of the
/// ports open.
pub(super) fn opens(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    opens_any(network, call, &AskedPorts::These(call.ports(network, 2)?))
}

/// `opens_except(source, protocols, ports, ipv4_prefix, ipv6_prefix)`: whether it is one of those that leave a port other
/// than these open.
pub(super) fn opens_except(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    opens_any(network, call, &AskedPorts::Others(call.ports(network, 2)?))
}

fn opens_any(network: &Network<'_>, call: &Arguments<'_>, ports: &AskedPorts) -> Evaluated {
    let asked = asked(network, call, 3)?;
    let protocols = asked.of(call, 1)?;
    let any = |pick: fn(&Ports) -> &PortSet| protocols.iter().any(|(_, open)| ports.are_in(pick(open)));
    Ok(asked.answer(network, any(|open| &open.certain), any(|open| &open.possible)))
}

/// `opens_everything(source, ipv4_prefix, ipv6_prefix)`: of an ingress source, whether it is one of those that leave every
/// port of TCP or UDP open (0 aside); of an egress destination, whether every protocol and port goes out to it.
pub(super) fn opens_everything(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let asked = asked(network, call, 1)?;
    let openness = asked.openness();
    let (certain, possible) = match asked.rule.direction {
        Direction::Ingress => {
            (openness.tcp.every.0 || openness.udp.every.0, openness.tcp.every.1 || openness.udp.every.1)
        }
        Direction::Egress => openness.all.every,
    };
    Ok(asked.answer(network, certain, possible))
}

/// `opened_ports(source, protocols, ports, ipv4_prefix, ipv6_prefix)`: those of the ports that it leaves open, in words.
pub(super) fn opened_ports(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    in_words(network, call, &AskedPorts::These(call.ports(network, 2)?))
}

/// `opened_ports_except(source, protocols, ports, ipv4_prefix, ipv6_prefix)`: the other ports that it leaves open, in
/// words.
pub(super) fn opened_ports_except(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    in_words(network, call, &AskedPorts::Others(call.ports(network, 2)?))
}

fn in_words(network: &Network<'_>, call: &Arguments<'_>, ports: &AskedPorts) -> Evaluated {
    let asked = asked(network, call, 3)?;
    let parts = asked.of(call, 1)?.into_iter().map(|(name, open)| (name, ports.among(&open.certain)));
    let words: Vec<String> =
        parts.filter(|(_, ports)| !ports.is_empty()).map(|(name, ports)| words::ports(name, &ports)).collect();
    Ok(text(&words::listed(&words), asked.marks()))
}

/// `openings(source, protocols, ports, ipv4_prefix, ipv6_prefix)`: those of the ports that it leaves open, as a rule's
/// `covers` has them.
pub(super) fn openings(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    covered(network, call, &AskedPorts::These(call.ports(network, 2)?))
}

/// `openings_except(source, protocols, ports, ipv4_prefix, ipv6_prefix)`: the other ports that it leaves open, likewise.
pub(super) fn openings_except(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    covered(network, call, &AskedPorts::Others(call.ports(network, 2)?))
}

/// `openings_everything(source, ipv4_prefix, ipv6_prefix)`: all ports, likewise: nothing less is every port.
pub(super) fn openings_everything(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let together = asked(network, call, 1)?.is_one_thing();
    let all = ["TCP", "UDP"].map(|protocol| Value::string(&format!("{protocol}/0-65535")));
    Ok(coverage(all.to_vec(), Vec::new(), together))
}

fn covered(network: &Network<'_>, call: &Arguments<'_>, ports: &AskedPorts) -> Evaluated {
    let asked = asked(network, call, 3)?;
    let (mut certain, mut possible) = (Vec::new(), Vec::new());
    for (protocol, open) in asked.of(call, 1)? {
        for (list, open) in [(&mut certain, &open.certain), (&mut possible, &open.possible)] {
            let open = ports.among(open);
            list.extend(open.ranges().map(|(first, last)| Value::string(&format!("{protocol}/{first}-{last}"))));
        }
    }
    Ok(coverage(certain, possible, asked.is_one_thing()))
}

pub(super) fn coverage(certain: Vec<Value>, possible: Vec<Value>, together: bool) -> Value {
    object([
        ("certain", Value::tuple(certain)),
        ("possible", Value::tuple(possible)),
        ("together", Value::bool(together)),
    ])
}
