//! What names stand for: one instance, or any one of several where that is not known.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use crate::address::Step;
use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::cidr;
use crate::network::reach::bound::Sure;
use crate::network::reach::kinds::Targets;
use crate::network::reach::model::Model;
use crate::network::reach::things::{Place, Things};
use crate::network::reach::topology::Topology;
use crate::network::sets::AddressSet;

use super::{BALANCERS, Back, Kind, Port};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) struct Choice<'a> {
    /// Instances.
    pub(super) among: Rc<[usize]>,
    /// Set where it is one of them, or none.
    pub(super) doubt: Option<Spot<'a>>,
}

impl Choice<'_> {
    pub(super) fn known(instance: usize) -> Self {
        Self { among: Rc::new([instance]), doubt: None }
    }
}

/// Instances that a kind of name may stand for.
pub(super) struct Names {
    targets: Targets,
    all: Rc<[usize]>,
}

/// Reads names.
pub(super) struct Reader<'m, 'a> {
    pub(super) aws: &'m Aws<'a>,
    pub(super) things: &'m Things<'a>,
    topology: &'m Topology<'a>,
    pub(super) balancers: Names,
    /// Things by the one address that they have.
    by_address: HashMap<&'m AddressSet, Vec<usize>>,
    /// The things of instances that names share.
    shared: RefCell<BTreeMap<Shared, Rc<[usize]>>>,
}

impl<'m, 'a> Reader<'m, 'a> {
    pub(super) fn new(aws: &'m Aws<'a>, model: &'m Model<'a>) -> Self {
        let mut by_address: HashMap<&AddressSet, Vec<usize>> = HashMap::new();
        for (number, thing) in model.things.things.iter().enumerate() {
            for own in thing.places.iter().filter_map(|place| place.v4.as_ref()) {
                by_address.entry(own).or_default().push(number);
            }
        }
        let (things, topology) = (&model.things, &model.topology);
        Self { aws, things, topology, balancers: Names::new(aws, BALANCERS), by_address, shared: RefCell::default() }
    }

    pub(super) fn names(&self, targets: Targets) -> Names {
        Names::new(self.aws, targets)
    }

    pub(super) fn instances(&self, types: &[&str]) -> impl Iterator<Item = Spot<'a>> {
        let all: Vec<usize> = types.iter().flat_map(|type_name| self.aws.of_type(type_name)).collect();
        let inventory = self.aws.inventory;
        all.into_iter().map(|index| Spot::instance(inventory, index))
    }

    pub(super) fn named(&self, spot: &Spot<'a>, targets: Targets) -> Option<usize> {
        match self.aws.ids().target(spot.value?, targets)? {
            Target::Instance(index) => Some(index),
            // The Auto Scaling groups that EKS makes for a node group are named by what that says of them.
            Target::Attribute(reference) if &*reference.address.type_name == "aws_eks_node_group" => {
                let resources = matches!(reference.path.first(), Some(Step::Attribute(name)) if **name == *"resources");
                self.aws.ids().managed(&reference).filter(|_| resources)
            }
            Target::Id(_) | Target::Attribute(_) => None,
        }
    }

    /// What a value names; nothing where that is no instance here.
    pub(super) fn which(&self, spot: &Spot<'a>, names: &Names) -> Option<Choice<'a>> {
        if let Some(known) = self.named(spot, names.targets) {
            return Some(Choice::known(known));
        }
        if spot.value.and_then(Value::identity).is_some() || !spot.is_unknown(self.aws.inventory) {
            return None;
        }
        let held: Vec<usize> = spot.held().iter().filter_map(|spot| self.named(spot, names.targets)).collect();
        let among = if held.is_empty() { Rc::clone(&names.all) } else { held.into() };
        (!among.is_empty()).then(|| Choice { among, doubt: Some(spot.clone()) })
    }

    /// The things of instances, ascending.
    pub(super) fn things_of(&self, instances: &[usize]) -> Rc<[usize]> {
        let mut found: Vec<usize> =
            instances.iter().filter_map(|&instance| self.things.of_instance(instance)).collect();
        found.sort_unstable();
        found.dedup();
        found.into()
    }

    /// The things that a choice is among: what is any of many is shared.
    pub(super) fn targets(&self, choice: &Choice<'a>) -> Rc<[usize]> {
        if choice.among.len() == 1 {
            return self.things_of(&choice.among);
        }
        let mut known = self.shared.borrow_mut();
        let things = known.entry(Shared(Rc::clone(&choice.among))).or_insert_with(|| self.things_of(&choice.among));
        Rc::clone(things)
    }

    /// What says that a member may not be attached, where that is not known.
    pub(super) fn absent(&self, attachment: &Spot<'a>, members: &Choice<'a>) -> Option<Spot<'a>> {
        let owner = Target::Instance(members.among[0]);
        self.aws.may_be_absent(attachment.instance, Some(&owner)).then(|| attachment.clone())
    }

    /// What has this address; of several VPCs that have it, in that of the target group.
    pub(super) fn with_address(&self, id: &Spot<'a>, group: &Spot<'a>) -> Option<Choice<'a>> {
        let all = self.by_address.get(&AddressSet::from(cidr::read(&id.text()?)?))?;
        let vpc = || self.topology.vpc(self.aws, &group.get("vpc_id"));
        let own = if all.len() > 1 { vpc() } else { None };
        let is_in = |place: &Place<'a>| place.subnet.and_then(|subnet| self.topology.subnets[subnet].vpc) == own;
        let is_own = |&&number: &&usize| own.is_none() || self.things.things[number].places.iter().any(is_in);
        let among: Rc<[usize]> = all.iter().filter(is_own).map(|&number| self.things.things[number].instance).collect();
        let doubt = (among.len() > 1).then(|| id.clone());
        (!among.is_empty()).then_some(Choice { among, doubt })
    }

    pub(super) fn kind(&self, balancer: usize) -> Kind {
        let spot = Spot::instance(self.aws.inventory, self.things.things[balancer].instance);
        match spot.get("load_balancer_type").text().as_deref() {
            Some("network") => Kind::Connections,
            Some("gateway") => Kind::Packets,
            _ => Kind::Requests,
        }
    }
}

impl Names {
    fn new(aws: &Aws<'_>, targets: Targets) -> Self {
        let types: BTreeSet<&str> = targets.iter().map(|(type_name, _)| *type_name).collect();
        Self { targets, all: types.iter().flat_map(|type_name| aws.of_type(type_name)).collect() }
    }
}

/// Numbers that are shared, told apart by where they are and not by what they hold.
#[derive(Clone, Debug)]
pub(super) struct Shared(pub(super) Rc<[usize]>);

impl Ord for Shared {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.as_ptr().cmp(&other.0.as_ptr())
    }
}

impl PartialOrd for Shared {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Shared {}

/// Backs of which it is not known whether they are behind something: those that are alike are one, which may be any of them.
#[derive(Default)]
pub(super) struct Doubtful<'a> {
    backs: Vec<(Back<'a>, BTreeSet<usize>)>,
    by_kind: BTreeMap<(Port, u8), usize>,
    /// Targets that are there already.
    seen: BTreeSet<(Shared, usize)>,
}

impl<'a> Doubtful<'a> {
    /// Adds what may be behind; `doubt` is what that hangs on.
    pub(super) fn add(&mut self, back: &Back<'a>, doubt: &Spot<'a>) {
        let preserves = match back.preserves {
            Sure::No => 0,
            Sure::Perhaps(_) => 1,
            Sure::Yes => 2,
        };
        let alike = *self.by_kind.entry((back.port, preserves)).or_insert_with(|| {
            let doubt = back.doubt.clone().or_else(|| Some(doubt.clone()));
            self.backs.push((Back { doubt, ..back.clone() }, BTreeSet::new()));
            self.backs.len() - 1
        });
        if self.seen.insert((Shared(Rc::clone(&back.targets)), alike)) {
            self.backs[alike].1.extend(back.targets.iter());
        }
    }

    /// All of it.
    pub(super) fn finish(self) -> Vec<Back<'a>> {
        let merged =
            |(back, targets): (Back<'a>, BTreeSet<usize>)| Back { targets: targets.into_iter().collect(), ..back };
        self.backs.into_iter().map(merged).collect()
    }
}

/// What may be behind any one of several, by these.
#[derive(Default)]
pub(super) struct Loose<'a> {
    lists: Vec<(Rc<[usize]>, Doubtful<'a>)>,
    known: BTreeMap<Shared, usize>,
}

impl<'a> Loose<'a> {
    /// Adds what may be behind one of those that `choice` is among.
    pub(super) fn add(&mut self, choice: &Choice<'a>, doubt: &Spot<'a>, back: &Back<'a>) {
        let list = *self.known.entry(Shared(Rc::clone(&choice.among))).or_insert_with(|| {
            self.lists.push((Rc::clone(&choice.among), Doubtful::default()));
            self.lists.len() - 1
        });
        self.lists[list].1.add(back, doubt);
    }

    /// Puts it behind each of them.
    pub(super) fn put(self, found: &mut BTreeMap<usize, Vec<Back<'a>>>) {
        for (among, backs) in self.lists {
            let backs = backs.finish();
            among.iter().for_each(|&front| found.entry(front).or_default().extend(backs.iter().cloned()));
        }
    }
}
