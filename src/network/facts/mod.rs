//! What rule files see: collections of facts, and functions on them. A file per family of facts.

mod capacity;
mod cidrs;
mod databases;
mod dead_routes;
pub(super) mod exposures;
mod flow_logs;
mod found_subnets;
mod intent;
mod nat_gateways;
mod network_acls;
mod networks;
mod peerings;
mod redundant_rules;
mod routed_overlaps;
mod security_groups;
mod subnets;
mod unanswered;
mod unattached;
mod unreached_entries;
mod words;
mod zones;

use std::sync::Arc;

use crate::finding::Related;
use crate::lang::eval::Evaluated;
use crate::lang::value::Entries;
use crate::lang::{Data, Marks, Number, Str, Type, Unknown, Value};
use crate::source::{Problem, Span};

use super::aws::spot::Spot;
use super::sets::PortSet;
use super::{Along, Network};

/// Makes the facts of a collection.
#[derive(Clone, Copy)]
pub(super) enum Maker {
    /// All of them, as one hangs on others.
    Together(fn(&Network<'_>) -> Vec<Value>),
    /// One after another: there may be as many as the configuration has values.
    OneByOne(fn(&Network<'_>, Give<'_>)),
}

/// What facts are given to.
pub(super) type Give<'g> = &'g mut dyn FnMut(Value);

impl Maker {
    pub(super) fn make(self, network: &Network<'_>, give: Give<'_>) {
        match self {
            Self::Together(make) => make(network).into_iter().for_each(give),
            Self::OneByOne(make) => make(network, give),
        }
    }

    /// Whether a fact is given before the next one is made.
    pub(super) const fn is_one_by_one(self) -> bool {
        matches!(self, Self::OneByOne(_))
    }
}

use Maker::{OneByOne, Together};

/// `network.NAME`: the collections, by name.
pub(super) const COLLECTIONS: &[(&str, Maker)] = &[
    ("blocks", OneByOne(networks::blocks)),
    ("cidrs", OneByOne(cidrs::cidrs)),
    ("database_placements", Together(databases::placements)),
    ("databases", Together(databases::databases)),
    ("dead_routes", Together(dead_routes::dead_routes)),
    ("egress_destinations", OneByOne(security_groups::egress_destinations)),
    ("flow_logs", Together(flow_logs::flow_logs)),
    ("exposures", Together(exposures::exposures)),
    ("ingress_sources", OneByOne(security_groups::ingress_sources)),
    ("nat_gateways", Together(nat_gateways::nat_gateways)),
    ("missing_flows", Together(intent::missing_flows)),
    ("network_acl_sources", Together(network_acls::entries)),
    ("network_overlaps", Together(networks::network_overlaps)),
    ("peerings", Together(peerings::peerings)),
    ("redundant_rules", OneByOne(redundant_rules::redundant_rules)),
    ("security_group_rule_styles", Together(security_groups::rule_styles)),
    ("security_group_rules", OneByOne(security_groups::rules)),
    ("security_groups", OneByOne(security_groups::groups)),
    ("subnet_blocks", Together(networks::subnet_blocks)),
    ("subnet_loads", Together(capacity::loads)),
    ("subnet_overlaps", Together(networks::subnet_overlaps)),
    ("subnets", Together(subnets::subnets)),
    ("tier_overlaps", Together(intent::tier_overlaps)),
    ("tiers", Together(intent::tiers)),
    ("unintended_flows", Together(intent::unintended_flows)),
    ("unattached", Together(unattached::unattached)),
    ("unreached_entries", Together(unreached_entries::unreached_entries)),
    ("unused_routes", Together(dead_routes::unused_routes)),
    ("unanswered", Together(unanswered::unanswered)),
    ("vpc_blocks", OneByOne(networks::vpc_blocks)),
    ("zone_spreads", Together(zones::spreads)),
];

/// A function on facts.
type Function = fn(&Network<'_>, &Arguments<'_>) -> Evaluated;

/// Functions on facts, by name.
pub(super) const FUNCTIONS: &[(&str, Function)] = &[
    ("exposed_ports", exposures::exposed_ports),
    ("exposes", exposures::exposes),
    ("exposings", exposures::exposings),
    ("let_in_ports", network_acls::let_in_ports),
    ("lets_in", network_acls::lets_in),
    ("opened_ports", security_groups::opened_ports),
    ("opened_ports_except", security_groups::opened_ports_except),
    ("openings", security_groups::openings),
    ("openings_everything", security_groups::openings_everything),
    ("openings_except", security_groups::openings_except),
    ("opens", security_groups::opens),
    ("opens_except", security_groups::opens_except),
    ("opens_everything", security_groups::opens_everything),
    ("says", subnets::says),
];

/// The arguments of a call.
pub(super) struct Arguments<'v> {
    pub(super) name: &'v str,
    pub(super) values: &'v [Value],
    pub(super) at: Span,
}

impl<'v> Arguments<'v> {
    fn fail<T>(&self, message: &str) -> Result<T, Box<Problem>> {
        Err(Box::new(Problem::at(self.at, format!("`{}`: {message}", self.name))))
    }

    fn value(&self, index: usize) -> Result<&'v Value, Box<Problem>> {
        match self.values.get(index) {
            Some(value) => Ok(value),
            None => self.fail(&format!("argument {} is missing", index + 1)),
        }
    }

    /// A whole number of a fact, by name.
    fn number_in(&self, index: usize, name: &str) -> Result<usize, Box<Problem>> {
        let number = self.value(index)?.get(name).and_then(Value::as_number).and_then(Number::to_i64);
        match number.and_then(|number| usize::try_from(number).ok()) {
            Some(number) => Ok(number),
            None => self.fail(&format!("argument {} is no fact that this function takes", index + 1)),
        }
    }

    /// A prefix length.
    fn prefix(&self, index: usize, longest: u8) -> Result<u8, Box<Problem>> {
        let number = self.value(index)?.as_number().and_then(Number::to_i64);
        match number.and_then(|number| u8::try_from(number).ok()).filter(|&prefix| prefix <= longest) {
            Some(prefix) => Ok(prefix),
            None => self.fail(&format!("argument {} must be a prefix length from 0 to {longest}", index + 1)),
        }
    }

    /// A list of text, or one text.
    fn texts(&self, index: usize) -> Result<Vec<&'v str>, Box<Problem>> {
        let value = self.value(index)?;
        let elements = value.elements().unwrap_or(std::slice::from_ref(value));
        match elements.iter().map(Value::as_str).collect() {
            Some(texts) => Ok(texts),
            None => self.fail(&format!("argument {} must be a list of strings", index + 1)),
        }
    }

    /// A list of ports: numbers, or ranges such as `"8000-8100"`.
    fn ports(&self, network: &Network<'_>, index: usize) -> Result<PortSet, Box<Problem>> {
        let value = self.value(index)?;
        let read = || {
            let elements = value.elements().unwrap_or(std::slice::from_ref(value));
            elements.iter().map(port_range).collect::<Option<PortSet>>()
        };
        match network.ports.borrow_mut().get(value, read) {
            Some(ports) => Ok(ports),
            None => self.fail(&format!("argument {} must be a list of ports (0 to 65535)", index + 1)),
        }
    }
}

/// The lists of ports that rules ask about: each rule asks about the same one of fact after fact.
#[derive(Debug, Default)]
pub(super) struct PortLists(Vec<(Arc<Vec<Value>>, PortSet)>);

impl PortLists {
    /// So many lists are kept: those that are written out in a call are another one each time.
    const KEPT: usize = 4;

    fn get(&mut self, value: &Value, read: impl FnOnce() -> Option<PortSet>) -> Option<PortSet> {
        let (Data::List(_, list) | Data::Set(_, list) | Data::Tuple(list)) = &value.data else { return read() };
        if let Some((_, ports)) = self.0.iter().find(|(kept, _)| Arc::ptr_eq(kept, list)) {
            return Some(ports.clone());
        }
        let ports = read()?;
        if self.0.len() == Self::KEPT {
            self.0.remove(0);
        }
        self.0.push((list.clone(), ports.clone()));
        Some(ports)
    }
}

fn port_range(value: &Value) -> Option<(u16, u16)> {
    if let Some(number) = value.as_number() {
        let port = u16::try_from(number.to_i64()?).ok()?;
        return Some((port, port));
    }
    let text = value.as_str()?;
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some((first.trim().parse().ok()?, last.trim().parse().ok()?))
}

/// An object of named values.
fn object<const N: usize>(entries: [(&'static str, Value); N]) -> Value {
    Value::object(Entries::new(entries.into_iter().map(|(name, value)| (Str::from(name), value)).collect()))
}

fn number(value: usize) -> Value {
    Value::number(Number::from_i64(i64::try_from(value).unwrap_or(i64::MAX)))
}

fn text(text: &str, marks: Marks) -> Value {
    Value::string(text).with_marks(marks)
}

impl<'a> Network<'a> {
    /// The value at a spot, so that a finding about it stands there.
    fn leaf(&self, spot: &Spot<'a>) -> Value {
        self.leaf_with(spot, Vec::new())
    }

    /// The value at a spot, with the way of the packets that it lets through.
    fn leaf_along(&self, spot: &Spot<'a>, along: Option<Along>) -> Value {
        let Some(along) = along else { return self.leaf(spot) };
        let value = spot.value.cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
        value.with_marks(spot.marks).with_origin(self.mark_along(spot, along))
    }

    /// The value at a spot, with other places that have to do with it.
    fn leaf_with(&self, spot: &Spot<'a>, related: Vec<(Spot<'a>, String)>) -> Value {
        let value = spot.value.cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
        value.with_marks(spot.marks).with_origin(self.mark_with(spot, related))
    }

    /// Likewise, where it is known already on which lines these are.
    fn leaf_also(&self, spot: &Spot<'a>, also: Vec<Related>) -> Value {
        let value = spot.value.cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
        value.with_marks(spot.marks).with_origin(self.mark_also(spot, also))
    }

    /// A line of the intent, and the name that tells what is said of it from what else is.
    fn line(&self, span: Span, name: &str) -> Value {
        Value::string(name).with_origin(self.mark_line(span, name))
    }

    /// The expression at a spot, which only names something else: where its text was typed explains nothing.
    fn link(&self, spot: &Spot<'a>, related: Vec<(Spot<'a>, String)>) -> Value {
        let value = spot.value.cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
        value.with_marks(spot.marks).with_origin(self.mark(spot, false, related))
    }

    /// Something that hangs on what is not known until apply, there.
    fn unknown_at(&self, ty: Type, doubt: &Spot<'a>) -> Value {
        self.unknown_with(ty, doubt, doubt, Vec::new())
    }

    /// Something that hangs on `doubt` and is reported at `spot`.
    fn unknown_with(&self, ty: Type, spot: &Spot<'a>, doubt: &Spot<'a>, related: Vec<(Spot<'a>, String)>) -> Value {
        let mut unknown = Unknown::new(ty);
        unknown.reference = doubt.value.and_then(Value::reference).cloned();
        Value::from(Data::Unknown(Arc::new(unknown))).with_origin(self.mark_with(spot, related))
    }

    /// The address of an instance, in backquotes, as a value: written out once, for all facts of the instance.
    fn address_text(&self, instance: usize) -> Value {
        let mut addresses = self.addresses.borrow_mut();
        if addresses.is_empty() {
            addresses.resize(self.inventory.instances().len(), None);
        }
        let address = || text(&self.address(instance), Marks::NONE).as_str().unwrap_or_default().into();
        Value::normalized(addresses[instance].get_or_insert_with(address).clone())
    }

    /// The address of a spot's instance, in backquotes.
    fn address(&self, instance: usize) -> String {
        format!("`{}`", self.inventory.instance(instance).address)
    }
}
