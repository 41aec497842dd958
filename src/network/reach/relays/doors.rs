//! Where listeners of load balancers of version 2 listen.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::reach::kinds::Targets;

use super::choice::{Names, Reader, Shared};
use super::{Kind, Port, port, port_spot, protocols};

/// Types of listeners.
pub(super) const LISTENERS: &[&str] = &["aws_lb_listener", "aws_alb_listener"];
const NAMES: Targets =
    &[("aws_lb_listener", "arn"), ("aws_lb_listener", "id"), ("aws_alb_listener", "arn"), ("aws_alb_listener", "id")];

/// A port of a load balancer, or of any one of several.
#[derive(Clone, Debug)]
pub(super) struct Door<'a> {
    /// In [`Things::things`](crate::network::reach::things::Things::things).
    pub(super) balancers: Rc<[usize]>,
    pub(super) kind: Kind,
    pub(super) port: Port,
    pub(super) protocols: &'static [u8],
    /// What says the port.
    pub(super) said: Spot<'a>,
    /// Set where it may not be there.
    pub(super) doubt: Option<Spot<'a>>,
}

/// Load balancers by their kind.
type ByKind = Vec<(Kind, Rc<[usize]>)>;

/// The doors of all listeners.
pub(super) struct Doors<'r, 'm, 'a> {
    reader: &'r Reader<'m, 'a>,
    names: Names,
    by_listener: BTreeMap<usize, Vec<Door<'a>>>,
    /// Those that listeners may belong to.
    split: BTreeMap<Shared, ByKind>,
    /// What any one of several listeners may be.
    merged: BTreeMap<Shared, Vec<Door<'a>>>,
}

impl<'r, 'm, 'a> Doors<'r, 'm, 'a> {
    pub(super) fn new(reader: &'r Reader<'m, 'a>) -> Self {
        let names = reader.names(NAMES);
        let mut doors =
            Self { reader, names, by_listener: BTreeMap::new(), split: BTreeMap::new(), merged: BTreeMap::new() };
        for listener in reader.instances(LISTENERS) {
            let own = doors.read(&listener);
            doors.by_listener.insert(listener.instance, own);
        }
        doors
    }

    /// Several, where load balancers of several kinds may have the listener.
    fn read(&mut self, listener: &Spot<'a>) -> Vec<Door<'a>> {
        let reader = self.reader;
        let Some(named) = reader.which(&listener.get("load_balancer_arn"), &reader.balancers) else {
            return Vec::new();
        };
        let said = port_spot(listener);
        let absent = reader.aws.may_be_absent(listener.instance, Some(&Target::Instance(named.among[0])));
        let protocol = Some(listener.get("protocol")).filter(|said| said.is_unknown(reader.aws.inventory));
        let protocols = if protocol.is_some() { &[6, 17] } else { protocols(listener) };
        let doubt = named.doubt.or_else(|| absent.then(|| listener.clone())).or(protocol);
        let split = self.split.entry(Shared(named.among)).or_insert_with_key(|among| by_kind(reader, &among.0));
        let door = |(kind, balancers): &(Kind, Rc<[usize]>)| Door {
            balancers: Rc::clone(balancers),
            kind: *kind,
            port: port(&said),
            protocols,
            said: said.clone(),
            doubt: doubt.clone(),
        };
        split.iter().map(door).collect()
    }

    /// Those of a listener.
    pub(super) fn of(&self, listener: usize) -> &[Door<'a>] {
        self.by_listener.get(&listener).map_or(&[], Vec::as_slice)
    }

    /// Those of all listeners, by load balancer.
    pub(super) fn by_balancer(&self) -> BTreeMap<usize, Vec<&Door<'a>>> {
        let mut found: BTreeMap<usize, Vec<&Door<'a>>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for door in self.by_listener.values().flatten() {
            let several = door.balancers.len() > 1;
            if several && !seen.insert((Shared(Rc::clone(&door.balancers)), door.port, door.protocols)) {
                continue;
            }
            door.balancers.iter().for_each(|&balancer| found.entry(balancer).or_default().push(door));
        }
        found
    }

    /// Those of the listener that a rule names, each with what it hangs on.
    pub(super) fn of_rule(&mut self, rule: &Spot<'a>) -> Vec<Door<'a>> {
        let Some(named) = self.reader.which(&rule.get("listener_arn"), &self.names) else { return Vec::new() };
        let absent = self.reader.aws.may_be_absent(rule.instance, Some(&Target::Instance(named.among[0])));
        let by_listener = &self.by_listener;
        let of = |listener: &usize| by_listener.get(listener).into_iter().flatten();
        let own = if named.doubt.is_none() {
            named.among.iter().flat_map(of).cloned().collect()
        } else {
            let among = Shared(Rc::clone(&named.among));
            self.merged.entry(among).or_insert_with(|| merged(named.among.iter().flat_map(of))).clone()
        };
        let doubt = named.doubt.or_else(|| absent.then(|| rule.clone()));
        own.into_iter().map(|door| Door { doubt: door.doubt.or_else(|| doubt.clone()), ..door }).collect()
    }
}

fn by_kind(reader: &Reader<'_, '_>, instances: &[usize]) -> ByKind {
    let mut kinds: BTreeMap<Kind, Vec<usize>> = BTreeMap::new();
    for &balancer in reader.things_of(instances).iter() {
        kinds.entry(reader.kind(balancer)).or_default().push(balancer);
    }
    kinds.into_iter().map(|(kind, balancers)| (kind, balancers.into())).collect()
}

/// Doors that are alike are one.
fn merged<'d, 'a: 'd>(doors: impl Iterator<Item = &'d Door<'a>>) -> Vec<Door<'a>> {
    let mut found: BTreeMap<_, (Door<'a>, BTreeSet<usize>)> = BTreeMap::new();
    for door in doors {
        let alike = found.entry((door.kind, door.port, door.protocols));
        let (_, balancers) = alike.or_insert_with(|| (door.clone(), BTreeSet::new()));
        balancers.extend(door.balancers.iter());
    }
    let one =
        |(door, balancers): (Door<'a>, BTreeSet<usize>)| Door { balancers: balancers.into_iter().collect(), ..door };
    found.into_values().map(one).collect()
}
