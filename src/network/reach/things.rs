//! What has network interfaces: in which subnets, with which groups and addresses.

use std::collections::BTreeMap;

use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::databases::is_before_version_6;
use crate::network::aws::join::Target;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::cidr;
use crate::network::sets::{AddressSet, Family};

use super::bound::Sure;
use super::groups::{Groups, Worn};
use super::kinds::{KINDS, Kind, Public, Ungrouped, V6};
use super::topology::{Topology, everything, truth};

/// Something with network interfaces.
#[derive(Clone, Debug)]
pub(super) struct Thing<'a> {
    /// Its instance.
    pub(super) instance: usize,
    /// What to call it.
    pub(super) word: &'static str,
    /// Where its interfaces are.
    pub(super) places: Vec<Place<'a>>,
    /// Whether there is one in each place; otherwise in one of them.
    pub(super) each: bool,
    pub(super) groups: Worn<'a>,
    /// Whether it forwards what is not for itself (`source_dest_check`).
    pub(super) forwards: Sure<'a>,
    /// The thing whose interface it is, in [`Things::things`].
    pub(super) holder: Option<usize>,
}

/// A network interface.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// Its subnet; `None` where that is not known.
    pub(super) subnet: Option<usize>,
    /// The expression that names it.
    pub(super) spot: Spot<'a>,
    /// The addresses of which it has one, by family; `None` where it has none.
    pub(super) v4: Option<AddressSet>,
    pub(super) v6: Option<AddressSet>,
    /// Whether it has an IPv6 address.
    pub(super) has_v6: Sure<'a>,
    /// Whether it has a public IPv4 address.
    pub(super) public: Sure<'a>,
}

impl Place<'_> {
    /// The addresses of a family of which it has one.
    pub(super) const fn addresses(&self, family: Family) -> Option<&AddressSet> {
        match family {
            Family::V4 => self.v4.as_ref(),
            Family::V6 => self.v6.as_ref(),
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Things<'a> {
    pub(super) things: Vec<Thing<'a>>,
    by_instance: BTreeMap<usize, usize>,
}

/// What has elastic addresses, by instance.
type Elastic<'a> = BTreeMap<usize, Sure<'a>>;

const LAUNCH_TEMPLATES: &[(&str, &str)] =
    &[("aws_launch_template", "id"), ("aws_launch_template", "name"), ("aws_launch_template", "arn")];
const LAUNCH_CONFIGURATIONS: &[(&str, &str)] =
    &[("aws_launch_configuration", "name"), ("aws_launch_configuration", "id")];

/// The paths under which launch templates are named.
const TEMPLATE_PATHS: &[&str] = &[
    "launch_template.id",
    "launch_template.name",
    "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id",
    "mixed_instances_policy.launch_template.launch_template_specification.launch_template_name",
];

impl<'a> Things<'a> {
    pub(super) fn read(aws: &Aws<'a>, topology: &mut Topology<'a>, groups: &mut Groups<'a>) -> Self {
        let elastic = elastic(aws);
        let mut things = Self::default();
        let mut reader = Reader { aws, topology, groups, elastic };
        for kind in KINDS {
            for index in aws.of_type(kind.type_name) {
                if let Some(thing) = reader.thing(kind, index) {
                    things.by_instance.insert(index, things.things.len());
                    things.things.push(thing);
                }
            }
        }
        things.join_interfaces(aws);
        things
    }

    /// The thing of an instance.
    pub(super) fn of_instance(&self, instance: usize) -> Option<usize> {
        self.by_instance.get(&instance).copied()
    }

    /// The interfaces that instances are given, or that are attached to them, are theirs.
    fn join_interfaces(&mut self, aws: &Aws<'a>) {
        let interfaces = &[("aws_network_interface", "id")];
        let mut joins = Vec::new();
        for index in aws.of_type("aws_instance") {
            let blocks = follow(&Spot::instance(aws.inventory, index), "network_interface.network_interface_id");
            joins.extend(blocks.into_iter().map(|spot| (index, spot)));
        }
        for index in aws.of_type("aws_network_interface_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let instance =
                spot.get("instance_id").value.and_then(|value| aws.ids().target(value, &[("aws_instance", "id")]));
            if let Some(Target::Instance(instance)) = instance {
                joins.push((instance, spot.get("network_interface_id")));
            }
        }
        for index in aws.of_type("aws_network_interface") {
            let instance = follow(&Spot::instance(aws.inventory, index), "attachment.instance");
            for spot in instance {
                if let Some(Target::Instance(holder)) =
                    spot.value.and_then(|value| aws.ids().target(value, &[("aws_instance", "id")]))
                    && let (Some(holder), Some(interface)) = (self.of_instance(holder), self.of_instance(index))
                {
                    self.things[interface].holder = Some(holder);
                }
            }
        }
        for (instance, spot) in joins {
            let interface = spot.value.and_then(|value| aws.ids().target(value, interfaces));
            if let Some(Target::Instance(interface)) = interface
                && let (Some(holder), Some(interface)) = (self.of_instance(instance), self.of_instance(interface))
            {
                self.things[interface].holder = Some(holder);
            }
        }
    }
}

struct Reader<'m, 'a> {
    aws: &'m Aws<'a>,
    topology: &'m mut Topology<'a>,
    groups: &'m mut Groups<'a>,
    elastic: Elastic<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn thing(&mut self, kind: &'static Kind, index: usize) -> Option<Thing<'a>> {
        let aws = self.aws;
        let spot = Spot::instance(aws.inventory, index);
        if kind.type_name == "aws_vpc_endpoint" {
            let wanted = spot.get("vpc_endpoint_type").text().unwrap_or_default();
            if !["Interface", "GatewayLoadBalancer"].contains(&wanted.as_str()) {
                return None;
            }
        }
        let parents: Vec<Spot<'a>> = kind
            .parent
            .iter()
            .filter_map(|(name, targets)| {
                let target = aws.ids().target(spot.get(name).value?, targets)?;
                if let Target::Instance(parent) = target { Some(Spot::instance(aws.inventory, parent)) } else { None }
            })
            .collect();
        let templates = self.templates(&spot);
        let subnets = self.subnets(kind, &spot, &parents, &templates);
        let groups = self.worn(kind, &spot, &parents, &templates);
        let places: Vec<Place<'a>> =
            subnets.into_iter().map(|(subnet, named)| self.place(kind, &spot, &templates, subnet, named)).collect();
        if places.is_empty() {
            return None;
        }
        let mut thing = Thing {
            instance: index,
            word: kind.word,
            places,
            each: kind.each,
            groups,
            forwards: forwards(aws, &spot),
            holder: None,
        };
        self.give_groups(kind, &mut thing);
        Some(thing)
    }

    /// Launch templates and configurations that say what the instances are like.
    fn templates(&self, spot: &Spot<'a>) -> Vec<Spot<'a>> {
        let aws = self.aws;
        let mut named: Vec<(Spot<'a>, _)> = Vec::new();
        for path in TEMPLATE_PATHS {
            named.extend(follow(spot, path).into_iter().map(|spot| (spot, LAUNCH_TEMPLATES)));
        }
        named.push((spot.get("launch_configuration"), LAUNCH_CONFIGURATIONS));
        named
            .into_iter()
            .filter_map(|(spot, targets)| match aws.ids().target(spot.value?, targets)? {
                Target::Instance(template) => Some(Spot::instance(aws.inventory, template)),
                Target::Id(_) | Target::Attribute(_) => None,
            })
            .collect()
    }

    /// The subnets that it names, each with the expression. Nothing where it is in no VPC.
    fn subnets(
        &mut self,
        kind: &Kind,
        spot: &Spot<'a>,
        parents: &[Spot<'a>],
        templates: &[Spot<'a>],
    ) -> Vec<(Option<usize>, Spot<'a>)> {
        let aws = self.aws;
        for path in kind.subnets {
            let named: Vec<Spot<'a>> = follow(spot, path).into_iter().filter(|spot| !is_empty(aws, spot)).collect();
            if !named.is_empty() {
                return named.into_iter().flat_map(|named| self.listed(&named)).collect();
            }
        }
        let of_group = |reader: &mut Self, spot: &Spot<'a>, attribute: &'static str, targets| {
            let named = spot.get(attribute);
            if is_empty(aws, &named) {
                return None;
            }
            Some(match named.value.and_then(|value| aws.ids().target(value, targets)) {
                Some(Target::Instance(group)) => {
                    let ids = Spot::instance(aws.inventory, group).get("subnet_ids");
                    reader.listed(&ids)
                }
                Some(Target::Id(_) | Target::Attribute(_)) | None => vec![(None, named)],
            })
        };
        if let Some((attribute, targets)) = kind.group
            && let Some(found) = of_group(self, spot, attribute, targets)
        {
            return found;
        }
        for parent in parents {
            let type_name = aws.inventory.instance(parent.instance).type_name();
            if let Some(of_parent) = KINDS.iter().find(|kind| kind.type_name == type_name) {
                return self.subnets(of_parent, parent, &[], &[]);
            }
        }
        for template in templates {
            let named = follow(template, "network_interfaces.subnet_id");
            if let Some(named) = named.into_iter().find(|spot| !is_empty(aws, spot)) {
                return self.listed(&named);
            }
        }
        match kind.type_name {
            // Its interfaces are resources of their own.
            "aws_instance" if !follow(spot, "network_interface.network_interface_id").is_empty() => {
                let mut found = Vec::new();
                for named in follow(spot, "network_interface.network_interface_id") {
                    let interface =
                        named.value.and_then(|value| aws.ids().target(value, &[("aws_network_interface", "id")]));
                    match interface {
                        Some(Target::Instance(interface)) => {
                            let subnet = Spot::instance(aws.inventory, interface).get("subnet_id");
                            found.extend(self.listed(&subnet));
                        }
                        Some(Target::Id(_) | Target::Attribute(_)) | None => found.push((None, named)),
                    }
                }
                found
            }
            // Functions, search domains and endpoints that name no subnet are in no VPC.
            "aws_lambda_function"
            | "aws_opensearch_domain"
            | "aws_elasticsearch_domain"
            | "aws_vpc_endpoint"
            | "aws_ecs_service" => Vec::new(),
            // The rest is in the default VPC, or in a subnet group of AWS's own.
            _ => vec![(None, spot.clone())],
        }
    }

    fn listed(&mut self, ids: &Spot<'a>) -> Vec<(Option<usize>, Spot<'a>)> {
        let listed = ids.value.is_some_and(|value| value.elements().is_some());
        if listed {
            return ids.each().into_iter().map(|id| (self.topology.subnet(self.aws, &id), id)).collect();
        }
        let mut found: Vec<_> = ids.held().into_iter().map(|id| (self.topology.subnet(self.aws, &id), id)).collect();
        if found.is_empty() || ids.value.and_then(Value::identity).is_some() {
            found.push((self.topology.subnet(self.aws, ids), ids.clone()));
        } else {
            found.push((None, ids.clone()));
        }
        found
    }

    fn worn(&mut self, kind: &Kind, spot: &Spot<'a>, parents: &[Spot<'a>], templates: &[Spot<'a>]) -> Worn<'a> {
        let mut worn = Worn::default();
        self.wear(spot, kind.security_groups, &mut worn);
        if kind.type_name == "aws_eks_cluster" {
            worn.known.extend(self.groups.of_instance(spot.instance));
        }
        for parent in parents {
            let type_name = self.aws.inventory.instance(parent.instance).type_name();
            let paths =
                KINDS.iter().find(|kind| kind.type_name == type_name).map_or(&[][..], |kind| kind.security_groups);
            if worn.spot.is_none() {
                self.wear(parent, paths, &mut worn);
            }
        }
        for template in templates {
            if worn.spot.is_none() {
                let paths = &["vpc_security_group_ids", "network_interfaces.security_groups", "security_groups"];
                self.wear(template, paths, &mut worn);
            }
        }
        if kind.type_name == "aws_instance" && worn.spot.is_none() {
            for named in follow(spot, "network_interface.network_interface_id") {
                let interface =
                    named.value.and_then(|value| self.aws.ids().target(value, &[("aws_network_interface", "id")]));
                match interface {
                    Some(Target::Instance(interface)) => {
                        let groups = Spot::instance(self.aws.inventory, interface).get("security_groups");
                        self.groups.worn(self.aws, &groups, &mut worn);
                    }
                    Some(Target::Id(_) | Target::Attribute(_)) | None => worn.doubt = Some(named),
                }
            }
        }
        // A managed node group without groups of its own has the cluster's.
        if kind.type_name == "aws_eks_node_group" && worn.spot.is_none() {
            let clusters = &[("aws_eks_cluster", "name"), ("aws_eks_cluster", "id")];
            let name = spot.get("cluster_name");
            match name.value.and_then(|value| self.aws.ids().target(value, clusters)) {
                Some(Target::Instance(cluster)) => worn.known.extend(self.groups.of_instance(cluster)),
                Some(Target::Id(_) | Target::Attribute(_)) | None => worn.doubt = Some(name.clone()),
            }
            worn.spot = Some(name);
        }
        let launched = ["launch_template", "launch_configuration", "mixed_instances_policy"];
        if let Some(unread) = launched.iter().map(|name| spot.get(name)).find(|spot| !is_empty(self.aws, spot))
            && templates.is_empty()
            && worn.spot.is_none()
        {
            worn.doubt = Some(unread.clone());
            worn.spot = Some(unread);
        }
        worn.known.sort_unstable();
        worn.known.dedup();
        worn
    }

    fn wear(&mut self, spot: &Spot<'a>, paths: &[&'static str], worn: &mut Worn<'a>) {
        for path in paths {
            for named in follow(spot, path) {
                let none = named.value.and_then(Value::elements).is_some_and(<[Value]>::is_empty);
                if !none {
                    self.groups.worn(self.aws, &named, worn);
                }
            }
        }
    }

    /// What has no group is in its VPC's default one, or takes everything.
    fn give_groups(&mut self, kind: &Kind, thing: &mut Thing<'a>) {
        if thing.groups.spot.is_some() || !thing.groups.known.is_empty() {
            return;
        }
        let network_balancer = matches!(kind.type_name, "aws_lb" | "aws_alb")
            && Spot::instance(self.aws.inventory, thing.instance)
                .get("load_balancer_type")
                .text()
                .is_some_and(|of| of != "application");
        if kind.ungrouped == Ungrouped::Open || network_balancer {
            thing.groups.open = true;
            return;
        }
        let vpc = thing.places.iter().find_map(|place| self.topology.subnets[place.subnet?].vpc);
        let default = vpc.and_then(|vpc| self.groups.default_of(self.aws, &self.topology.vpcs[vpc].target));
        match default {
            Some(group) => thing.groups.known.push(group),
            None => thing.groups.doubt = Some(Spot::instance(self.aws.inventory, thing.instance)),
        }
        thing.groups.spot = Some(Spot::instance(self.aws.inventory, thing.instance));
    }

    fn place(
        &self,
        kind: &Kind,
        spot: &Spot<'a>,
        templates: &[Spot<'a>],
        subnet: Option<usize>,
        named: Spot<'a>,
    ) -> Place<'a> {
        let aws = self.aws;
        let of_subnet = subnet.map(|subnet| &self.topology.subnets[subnet]);
        let anywhere = || Some(everything(Family::V4));
        let own = own_address(aws, spot);
        let v4 = own.or_else(|| of_subnet.map_or_else(anywhere, |subnet| subnet.v4.clone()));
        let has_v6 = match kind.v6 {
            V6::Never => Sure::No,
            V6::Attribute(name) => match spot.get(name).setting(aws.inventory) {
                Setting::Unknown => Sure::Perhaps(spot.get(name)),
                Setting::Unset => Sure::No,
                Setting::Known(_) => {
                    let text = spot.get(name).text().unwrap_or_default().to_lowercase();
                    (text.contains("dual") || text.contains("ipv6")).into()
                }
            },
            V6::Subnet => {
                let count = spot.get("ipv6_address_count");
                let listed = spot.get("ipv6_addresses");
                let some = |spot: &Spot<'a>| match spot.setting(aws.inventory) {
                    Setting::Unset => Sure::No,
                    Setting::Unknown => Sure::Perhaps(spot.clone()),
                    Setting::Known(value) => match value.elements() {
                        Some(elements) => (!elements.is_empty()).into(),
                        None => spot.integer().is_some_and(|count| count > 0).into(),
                    },
                };
                let given = || of_subnet.map_or(Sure::No, |subnet| subnet.v6_on_creation.clone());
                some(&count).or(|| some(&listed)).or(given)
            }
        };
        let v6 = match &has_v6 {
            Sure::No => None,
            Sure::Yes | Sure::Perhaps(_) => of_subnet.and_then(|subnet| subnet.v6.clone()),
        };
        let public = self.public(kind, spot, templates, subnet);
        Place { subnet, spot: named, v4, v6, has_v6, public }
    }

    fn public(&self, kind: &Kind, spot: &Spot<'a>, templates: &[Spot<'a>], subnet: Option<usize>) -> Sure<'a> {
        let aws = self.aws;
        let elastic = || self.elastic.get(&spot.instance).cloned().unwrap_or_default();
        let set = |path: &'static str, missing: bool| {
            let named = follow(spot, path);
            named.first().map_or_else(|| missing.into(), |spot| truth(aws, spot, missing))
        };
        match kind.public {
            Public::Never => Sure::No,
            Public::Attribute(path) => set(path, false),
            Public::NotSinceVersion6(path) => set(path, is_before_version_6(aws, spot.instance).unwrap_or(true)),
            Public::Unless(path) => match set(path, false) {
                Sure::No => Sure::Yes,
                Sure::Yes => Sure::No,
                Sure::Perhaps(doubt) => Sure::Perhaps(doubt),
            },
            Public::Elastic => {
                let allocated = ["allocation_id", "connectivity_type"].map(|name| spot.get(name));
                if kind.type_name != "aws_nat_gateway" {
                    return elastic();
                }
                if allocated[1].text().as_deref() == Some("private") { Sure::No } else { Sure::Yes }
            }
            Public::OrSubnet(path) => {
                let mut asked: Vec<Spot<'a>> = if path.is_empty() { Vec::new() } else { vec![spot.get(path)] };
                for template in templates {
                    asked.extend(follow(template, "network_interfaces.associate_public_ip_address"));
                    asked.push(template.get("associate_public_ip_address"));
                }
                let asked = asked.into_iter().find(|spot| !is_empty(aws, spot));
                let by_subnet = || match subnet {
                    Some(subnet) => self.topology.subnets[subnet].public_on_launch.clone(),
                    None => Sure::Perhaps(spot.clone()),
                };
                asked.map_or_else(by_subnet, |asked| truth(aws, &asked, false)).or(elastic)
            }
        }
    }
}

/// Whether it forwards what is not for itself ("Disable source/destination check", Amazon EC2 User Guide).
fn forwards<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> Sure<'a> {
    match truth(aws, &spot.get("source_dest_check"), true) {
        Sure::Yes => Sure::No,
        Sure::No => Sure::Yes,
        Sure::Perhaps(doubt) => Sure::Perhaps(doubt),
    }
}

/// The private IPv4 addresses that it says it has.
fn own_address<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> Option<AddressSet> {
    let text = |spot: &Spot<'a>| spot.text().filter(|text| !text.is_empty()).and_then(|text| cidr::read(&text));
    let mut found: Vec<AddressSet> = text(&spot.get("private_ip")).map(AddressSet::from).into_iter().collect();
    if found.is_empty() && aws.inventory.instance(spot.instance).type_name() == "aws_network_interface" {
        found.extend(spot.get("private_ips").each().iter().filter_map(&text).map(AddressSet::from).take(1));
    }
    if found.is_empty() { None } else { Some(found.iter().collect()) }
}

/// What has elastic addresses.
fn elastic<'a>(aws: &Aws<'a>) -> Elastic<'a> {
    const HOLDERS: &[(&str, &str)] = &[
        ("aws_instance", "id"),
        ("aws_network_interface", "id"),
        ("aws_instance", "primary_network_interface_id"),
        ("aws_spot_instance_request", "spot_instance_id"),
    ];
    let mut elastic = Elastic::new();
    for (type_name, names) in [
        ("aws_eip", ["instance", "network_interface"]),
        ("aws_eip_association", ["instance_id", "network_interface_id"]),
    ] {
        for index in aws.of_type(type_name) {
            let spot = Spot::instance(aws.inventory, index);
            for name in names {
                let named = spot.get(name);
                if let Some(Target::Instance(holder)) = named.value.and_then(|value| aws.ids().target(value, HOLDERS)) {
                    let absent = aws.may_be_absent(index, Some(&Target::Instance(holder)));
                    let sure = if absent { Sure::Perhaps(spot.clone()) } else { Sure::Yes };
                    let known = elastic.remove(&holder).unwrap_or_default();
                    elastic.insert(holder, known.or(|| sure));
                }
            }
        }
    }
    elastic
}

/// Whether nothing is set there.
fn is_empty<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> bool {
    spot.is_unset(aws.inventory)
        || spot.text().is_some_and(|text| text.is_empty())
        || spot.value.and_then(Value::elements).is_some_and(<[Value]>::is_empty)
}

/// The values at a path of attributes and blocks.
pub(super) fn follow<'a>(spot: &Spot<'a>, path: &'static str) -> Vec<Spot<'a>> {
    let mut spots = vec![spot.clone()];
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let last = names.peek().is_none();
        spots = spots
            .iter()
            .map(|spot| spot.get(name))
            .filter(|spot| spot.value.is_some())
            .flat_map(|spot| match spot.value {
                // What is not known in whole has parts that are not known.
                Some(value) if value.is_unknown() && !last => vec![spot],
                Some(_) if !last => spot.each(),
                Some(_) | None => vec![spot],
            })
            .collect();
        if !last && spots.iter().any(|spot| spot.value.is_some_and(Value::is_unknown)) {
            return spots;
        }
    }
    spots
}
