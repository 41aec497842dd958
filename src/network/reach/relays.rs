//! Load balancers: what comes in at a listener goes out to the targets behind it.
//!
//! "Listeners", "Target groups" and "Client IP preservation" (Elastic Load Balancing, User Guides for Application and Network
//! Load Balancers); classic ones carry packets from a port to a port of their instances.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::cidr;
use crate::network::sets::AddressSet;

use super::bound::Sure;
use super::kinds::Targets;
use super::things::{Things, follow};
use super::topology::truth;

/// One way through a load balancer: from a port of its own to a port of a target.
#[derive(Clone, Debug)]
pub(super) struct Relay<'a> {
    /// The load balancer, in [`Things::things`].
    pub(super) balancer: usize,
    /// The listener.
    pub(super) listener: Spot<'a>,
    /// The port at which it listens.
    pub(super) port: Port,
    /// The target, in [`Things::things`].
    pub(super) target: usize,
    /// Its port.
    pub(super) target_port: Port,
    /// Which protocols: numbers.
    pub(super) protocols: Vec<u8>,
    /// Whether packets keep the client's address.
    pub(super) preserves: Sure<'a>,
    /// What names the target.
    pub(super) attachment: Spot<'a>,
    /// Set where the target may not be behind it.
    pub(super) doubt: Option<Spot<'a>>,
    /// Whether it carries connections on as they are: what a network one does, and a classic one for TCP.
    pub(super) connects: bool,
    /// Whether it is an endpoint, of which what comes in arrives at a load balancer wherever that is.
    pub(super) private_link: bool,
}

/// A port: known, or any.
pub(super) type Port = Option<u16>;

/// What is behind a target group.
#[derive(Clone, Debug)]
struct Member<'a> {
    /// The instances, one of them where `doubt` says so: shared, as what is not known may be any of many.
    targets: Rc<[usize]>,
    port: Port,
    spot: Spot<'a>,
    doubt: Option<Spot<'a>>,
}

const LISTENERS: Targets =
    &[("aws_lb_listener", "arn"), ("aws_lb_listener", "id"), ("aws_alb_listener", "arn"), ("aws_alb_listener", "id")];
pub(super) const BALANCERS: Targets = &[("aws_lb", "arn"), ("aws_lb", "id"), ("aws_alb", "arn"), ("aws_alb", "id")];
const GROUPS: Targets = &[
    ("aws_lb_target_group", "arn"),
    ("aws_lb_target_group", "id"),
    ("aws_alb_target_group", "arn"),
    ("aws_alb_target_group", "id"),
];
const SERVICES: Targets = &[("aws_vpc_endpoint_service", "service_name")];
const CLASSIC: Targets = &[("aws_elb", "id"), ("aws_elb", "name")];
const SCALING: Targets = &[("aws_autoscaling_group", "name"), ("aws_autoscaling_group", "id")];
const MEMBERS: Targets = &[
    ("aws_instance", "id"),
    ("aws_instance", "private_ip"),
    ("aws_network_interface", "private_ip"),
    ("aws_spot_instance_request", "spot_instance_id"),
    ("aws_lb", "arn"),
    ("aws_lb", "id"),
    ("aws_alb", "arn"),
    ("aws_alb", "id"),
];

/// The most ways that are told apart.
const MAX_RELAYS: usize = 100_000;

/// All ways through load balancers.
pub(super) fn read<'a>(aws: &Aws<'a>, things: &Things<'a>) -> Vec<Relay<'a>> {
    let reader = Reader { aws, things };
    let members = reader.members();
    let mut relays = Vec::new();
    for type_name in ["aws_lb_listener", "aws_alb_listener"] {
        for index in aws.of_type(type_name) {
            let listener = Spot::instance(aws.inventory, index);
            let groups = reader.forwarded(&listener, "default_action");
            reader.listen(&listener, &listener, groups, &members, &mut relays);
        }
    }
    for type_name in ["aws_lb_listener_rule", "aws_alb_listener_rule"] {
        for index in aws.of_type(type_name) {
            let rule = Spot::instance(aws.inventory, index);
            for (listener, _) in reader.which(&rule.get("listener_arn"), LISTENERS) {
                let listener = Spot::instance(aws.inventory, listener);
                let groups = reader.forwarded(&rule, "action");
                reader.listen(&listener, &rule, groups, &members, &mut relays);
            }
        }
    }
    reader.classic(&mut relays);
    reader.private_links(&mut relays);
    relays
}

/// A port at which a load balancer listens.
#[derive(Clone, Debug)]
pub(super) struct Listener<'a> {
    /// The load balancer's instance.
    pub(super) balancer: usize,
    /// The expression of the port, or the listener.
    pub(super) spot: Spot<'a>,
    pub(super) port: Port,
    /// Which protocols: numbers.
    pub(super) protocols: Vec<u8>,
}

/// All listeners of load balancers of version 2.
pub(super) fn listeners<'a>(aws: &Aws<'a>, things: &Things<'a>) -> Vec<Listener<'a>> {
    let reader = Reader { aws, things };
    let of_types = ["aws_lb_listener", "aws_alb_listener"].into_iter().flat_map(|name| aws.of_type(name));
    let listener = |index| {
        let own = Spot::instance(aws.inventory, index);
        let balancer = reader.named(&own.get("load_balancer_arn"), BALANCERS)?;
        let port = reader.port(&own.get("port"));
        let protocols = protocols(&own.get("protocol").text().unwrap_or_default());
        let spot = if own.get("port").value.is_some() { own.get("port") } else { own };
        Some(Listener { balancer, spot, port, protocols })
    };
    of_types.filter_map(listener).collect()
}

struct Reader<'m, 'a> {
    aws: &'m Aws<'a>,
    things: &'m Things<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn named(&self, spot: &Spot<'a>, kinds: Targets) -> Option<usize> {
        match self.aws.ids().target(spot.value?, kinds)? {
            Target::Instance(index) => Some(index),
            Target::Id(_) | Target::Attribute(_) => None,
        }
    }

    /// What a value names: one instance, or any of them where that is not known, which is the doubt.
    fn which(&self, spot: &Spot<'a>, kinds: Targets) -> Vec<(usize, Option<Spot<'a>>)> {
        if let Some(known) = self.named(spot, kinds) {
            return vec![(known, None)];
        }
        if spot.value.and_then(Value::identity).is_some() || !spot.is_unknown(self.aws.inventory) {
            return Vec::new();
        }
        let held: Vec<usize> = spot.held().iter().filter_map(|spot| self.named(spot, kinds)).collect();
        let mut types: Vec<&str> = kinds.iter().map(|(type_name, _)| *type_name).collect();
        types.dedup();
        let any = || types.iter().flat_map(|type_name| self.aws.of_type(type_name)).collect();
        let found: Vec<usize> = if held.is_empty() { any() } else { held };
        found.into_iter().map(|instance| (instance, Some(spot.clone()))).collect()
    }

    fn port(&self, spot: &Spot<'a>) -> Port {
        spot.integer().and_then(|port| u16::try_from(port).ok())
    }

    /// The target groups that an action forwards to.
    fn forwarded(&self, of: &Spot<'a>, action: &'static str) -> Vec<Spot<'a>> {
        let mut groups = Vec::new();
        for action in of.get(action).each() {
            groups.push(action.get("target_group_arn"));
            groups.extend(follow(&action, "forward.target_group.arn"));
        }
        groups.retain(|spot| !spot.is_unset(self.aws.inventory));
        groups
    }

    fn listen(
        &self,
        listener: &Spot<'a>,
        shown: &Spot<'a>,
        groups: Vec<Spot<'a>>,
        members: &BTreeMap<usize, Vec<Member<'a>>>,
        relays: &mut Vec<Relay<'a>>,
    ) {
        let protocol = listener.get("protocol").text().unwrap_or_default();
        let protocols = protocols(&protocol);
        let balancers = self.which(&listener.get("load_balancer_arn"), BALANCERS);
        let groups = groups.iter().flat_map(|named| self.which(named, GROUPS));
        let pairs = groups.flat_map(|group| balancers.iter().map(move |balancer| (group.clone(), balancer)));
        for ((group, group_doubt), (balancer, balancer_doubt)) in pairs {
            let Some(balancer) = self.things.of_instance(*balancer) else { continue };
            let doubt = group_doubt.as_ref().or(balancer_doubt.as_ref());
            let own = Spot::instance(self.aws.inventory, group);
            let port = self.port(&own.get("port"));
            for member in members.get(&group).into_iter().flatten() {
                for &instance in member.targets.iter() {
                    let Some(target) = self.things.of_instance(instance) else { continue };
                    if relays.len() >= MAX_RELAYS {
                        return;
                    }
                    let absent = self.aws.may_be_absent(member.spot.instance, Some(&Target::Instance(instance)));
                    let own_doubt = member.doubt.clone().or_else(|| absent.then(|| member.spot.clone()));
                    relays.push(Relay {
                        balancer,
                        listener: shown.clone(),
                        port: self.port(&listener.get("port")),
                        target,
                        target_port: member.port.or(port),
                        protocols: protocols.clone(),
                        preserves: self.preserves(balancer, &own),
                        attachment: member.spot.clone(),
                        doubt: own_doubt.or_else(|| doubt.cloned()),
                        connects: self.kind(balancer).as_deref() == Some("network"),
                        private_link: false,
                    });
                }
            }
        }
    }

    fn kind(&self, balancer: usize) -> Option<String> {
        Spot::instance(self.aws.inventory, self.things.things[balancer].instance).get("load_balancer_type").text()
    }

    /// Application load balancers never do. Network ones do for instances and load balancers; for addresses, with UDP, and
    /// with TCP where that is asked for.
    fn preserves(&self, balancer: usize, group: &Spot<'a>) -> Sure<'a> {
        if self.kind(balancer).is_none_or(|text| text == "application" || text.is_empty()) {
            return Sure::No;
        }
        let kind = group.get("target_type").text().unwrap_or_default();
        let protocol = group.get("protocol").text().unwrap_or_default().to_uppercase();
        let by_default = kind != "ip" || protocol.contains("UDP");
        truth(self.aws, &group.get("preserve_client_ip"), by_default)
    }

    /// What is behind each target group.
    fn members(&self) -> BTreeMap<usize, Vec<Member<'a>>> {
        let aws = self.aws;
        let mut members: BTreeMap<usize, Vec<Member<'a>>> = BTreeMap::new();
        let mut add = |group: &Spot<'a>, targets: &[(usize, Option<Spot<'a>>)], port: Port, spot: &Spot<'a>| {
            // All of them hang on the same.
            let doubt = targets.first().and_then(|(_, doubt)| doubt.clone());
            let targets: Rc<[usize]> = targets.iter().map(|(instance, _)| *instance).collect();
            for (group, group_doubt) in self.which(group, GROUPS) {
                let (targets, doubt) = (Rc::clone(&targets), doubt.clone().or(group_doubt));
                members.entry(group).or_default().push(Member { targets, port, spot: spot.clone(), doubt });
            }
        };
        for type_name in ["aws_lb_target_group_attachment", "aws_alb_target_group_attachment"] {
            for index in aws.of_type(type_name) {
                let spot = Spot::instance(aws.inventory, index);
                let id = spot.get("target_id");
                let targets = match self.with_address(&id) {
                    Some(target) => vec![(target, None)],
                    None => self.which(&id, MEMBERS),
                };
                add(&spot.get("target_group_arn"), &targets, self.port(&spot.get("port")), &spot);
            }
        }
        for index in aws.of_type("aws_autoscaling_group") {
            let spot = Spot::instance(aws.inventory, index);
            for named in spot.get("target_group_arns").each() {
                add(&named, &[(index, None)], None, &named);
            }
        }
        for index in aws.of_type("aws_autoscaling_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let groups = self.which(&spot.get("autoscaling_group_name"), SCALING);
            for name in ["lb_target_group_arn", "alb_target_group_arn"] {
                add(&spot.get(name), &groups, None, &spot);
            }
        }
        for index in aws.of_type("aws_ecs_service") {
            for block in Spot::instance(aws.inventory, index).get("load_balancer").each() {
                let port = self.port(&block.get("container_port"));
                add(&block.get("target_group_arn"), &[(index, None)], port, &block);
            }
        }
        members
    }

    /// The thing that has this address.
    fn with_address(&self, id: &Spot<'a>) -> Option<usize> {
        let set = AddressSet::from(cidr::read(&id.text()?)?);
        let has = |thing: &&super::things::Thing<'a>| thing.places.iter().any(|place| place.v4.as_ref() == Some(&set));
        self.things.things.iter().find(has).map(|thing| thing.instance)
    }

    fn classic(&self, relays: &mut Vec<Relay<'a>>) {
        let aws = self.aws;
        let mut joins: Vec<(usize, usize, Spot<'a>, Option<Spot<'a>>)> = Vec::new();
        let mut join = |balancers: &[(usize, Option<Spot<'a>>)],
                        targets: &[(usize, Option<Spot<'a>>)],
                        spot: &Spot<'a>| {
            for (balancer, balancer_doubt) in balancers {
                for (target, doubt) in targets {
                    joins.push((*balancer, *target, spot.clone(), balancer_doubt.clone().or_else(|| doubt.clone())));
                }
            }
        };
        for index in aws.of_type("aws_elb") {
            for named in Spot::instance(aws.inventory, index).get("instances").each() {
                join(&[(index, None)], &self.which(&named, MEMBERS), &named);
            }
        }
        for index in aws.of_type("aws_elb_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            join(&self.which(&spot.get("elb"), CLASSIC), &self.which(&spot.get("instance"), MEMBERS), &spot);
        }
        for index in aws.of_type("aws_autoscaling_group") {
            for named in Spot::instance(aws.inventory, index).get("load_balancers").each() {
                join(&self.which(&named, CLASSIC), &[(index, None)], &named);
            }
        }
        for index in aws.of_type("aws_autoscaling_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let groups = self.which(&spot.get("autoscaling_group_name"), SCALING);
            join(&self.which(&spot.get("elb"), CLASSIC), &groups, &spot);
        }
        for (balancer, target, attachment, doubt) in joins {
            let pair = (self.things.of_instance(balancer), self.things.of_instance(target));
            let (Some(thing), Some(target)) = pair else { continue };
            for listener in Spot::instance(aws.inventory, balancer).get("listener").each() {
                relays.push(Relay {
                    balancer: thing,
                    port: self.port(&listener.get("lb_port")),
                    target,
                    target_port: self.port(&listener.get("instance_port")),
                    protocols: vec![6],
                    preserves: Sure::No,
                    attachment: attachment.clone(),
                    doubt: doubt
                        .clone()
                        .or_else(|| aws.may_be_absent(attachment.instance, None).then(|| attachment.clone())),
                    connects: listener
                        .get("lb_protocol")
                        .text()
                        .is_some_and(|text| ["TCP", "SSL"].iter().any(|name| name.eq_ignore_ascii_case(&text))),
                    private_link: false,
                    listener,
                });
            }
        }
    }

    /// From an interface endpoint to the load balancers of the service ("What is AWS PrivateLink?"): the service sees the load
    /// balancer's address.
    fn private_links(&self, relays: &mut Vec<Relay<'a>>) {
        let aws = self.aws;
        let mut listeners: BTreeMap<usize, Vec<Spot<'a>>> = BTreeMap::new();
        for index in aws.of_type("aws_lb_listener") {
            let spot = Spot::instance(aws.inventory, index);
            if let Some(balancer) = self.named(&spot.get("load_balancer_arn"), BALANCERS) {
                listeners.entry(balancer).or_default().push(spot);
            }
        }
        for index in aws.of_type("aws_vpc_endpoint") {
            let Some(endpoint) = self.things.of_instance(index) else { continue };
            let named = Spot::instance(aws.inventory, index).get("service_name");
            let Some(service) = self.named(&named, SERVICES) else { continue };
            let service = Spot::instance(aws.inventory, service);
            for balancer in service.get("network_load_balancer_arns").each() {
                let Some(balancer) = self.named(&balancer, BALANCERS) else { continue };
                let Some(target) = self.things.of_instance(balancer) else { continue };
                for listener in listeners.get(&balancer).into_iter().flatten() {
                    let port = self.port(&listener.get("port"));
                    // Groups of the load balancer may be asked, or not.
                    let doubt = (!self.things.things[target].groups.open)
                        .then(|| Spot::instance(aws.inventory, balancer).get("security_groups"));
                    relays.push(Relay {
                        balancer: endpoint,
                        listener: named.clone(),
                        port,
                        target,
                        target_port: port,
                        protocols: protocols(&listener.get("protocol").text().unwrap_or_default()),
                        preserves: Sure::No,
                        attachment: service.clone(),
                        doubt,
                        connects: true,
                        private_link: true,
                    });
                }
            }
        }
    }
}

/// The protocols of a listener, by number; HTTP where nothing is said.
fn protocols(text: &str) -> Vec<u8> {
    match text.to_uppercase().as_str() {
        "UDP" | "QUIC" => vec![17],
        "TCP_UDP" | "TCP_QUIC" => vec![6, 17],
        _ => vec![6],
    }
}

/// Whether a port is not known.
pub(super) fn unknown_port<'a>(aws: &Aws<'a>, relay: &Relay<'a>) -> bool {
    if relay.private_link {
        return relay.port.is_none();
    }
    let own = relay.listener.get("port");
    matches!(own.setting(aws.inventory), Setting::Unknown) || relay.port.is_none() || relay.target_port.is_none()
}
