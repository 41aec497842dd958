//! Load balancers: what comes in at a listener goes out to the targets behind it.
//!
//! "Listeners", "Target groups" and "Client IP preservation" (Elastic Load Balancing, User Guides for Application and Network
//! Load Balancers); classic ones carry packets from a port to a port of their instances.

use std::collections::BTreeMap;

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
}

/// A port: known, or any.
pub(super) type Port = Option<u16>;

/// What is behind a target group.
#[derive(Clone, Debug)]
struct Member<'a> {
    target: usize,
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
            if let Some(listener) = reader.named(&rule.get("listener_arn"), LISTENERS) {
                let listener = Spot::instance(aws.inventory, listener);
                let groups = reader.forwarded(&rule, "action");
                reader.listen(&listener, &rule, groups, &members, &mut relays);
            }
        }
    }
    reader.classic(&mut relays);
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
        let balancer = self.named(&listener.get("load_balancer_arn"), BALANCERS);
        let Some(balancer) = balancer.and_then(|instance| self.things.of_instance(instance)) else { return };
        let protocol = listener.get("protocol").text().unwrap_or_default();
        let protocols = protocols(&protocol);
        for named in groups {
            let Some(group) = self.named(&named, GROUPS) else { continue };
            let own = Spot::instance(self.aws.inventory, group);
            let port = self.port(&own.get("port"));
            for member in members.get(&group).into_iter().flatten() {
                relays.push(Relay {
                    balancer,
                    listener: shown.clone(),
                    port: self.port(&listener.get("port")),
                    target: member.target,
                    target_port: member.port.or(port),
                    protocols: protocols.clone(),
                    preserves: self.preserves(balancer, &own),
                    attachment: member.spot.clone(),
                    doubt: member.doubt.clone(),
                    connects: self.kind(balancer).as_deref() == Some("network"),
                });
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
        let mut add = |group: &Spot<'a>, target: Option<usize>, port: Port, spot: Spot<'a>| {
            let target = target.and_then(|target| self.things.of_instance(target));
            if let (Some(group), Some(target)) = (self.named(group, GROUPS), target) {
                let absent =
                    aws.may_be_absent(spot.instance, Some(&Target::Instance(self.things.things[target].instance)));
                let doubt = absent.then(|| spot.clone());
                members.entry(group).or_default().push(Member { target, port, spot, doubt });
            }
        };
        for type_name in ["aws_lb_target_group_attachment", "aws_alb_target_group_attachment"] {
            for index in aws.of_type(type_name) {
                let spot = Spot::instance(aws.inventory, index);
                let id = spot.get("target_id");
                let target = self.named(&id, MEMBERS).or_else(|| self.with_address(&id));
                add(&spot.get("target_group_arn"), target, self.port(&spot.get("port")), spot.clone());
            }
        }
        for index in aws.of_type("aws_autoscaling_group") {
            let spot = Spot::instance(aws.inventory, index);
            for named in spot.get("target_group_arns").each() {
                add(&named, Some(index), None, named.clone());
            }
        }
        for index in aws.of_type("aws_autoscaling_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let group = self.named(&spot.get("autoscaling_group_name"), SCALING);
            for name in ["lb_target_group_arn", "alb_target_group_arn"] {
                add(&spot.get(name), group, None, spot.clone());
            }
        }
        for index in aws.of_type("aws_ecs_service") {
            for block in Spot::instance(aws.inventory, index).get("load_balancer").each() {
                let port = self.port(&block.get("container_port"));
                add(&block.get("target_group_arn"), Some(index), port, block.clone());
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
        let mut joins: Vec<(usize, usize, Spot<'a>)> = Vec::new();
        for index in aws.of_type("aws_elb") {
            for named in Spot::instance(aws.inventory, index).get("instances").each() {
                joins.extend(self.named(&named, MEMBERS).map(|target| (index, target, named)));
            }
        }
        for index in aws.of_type("aws_elb_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let pair = (self.named(&spot.get("elb"), CLASSIC), self.named(&spot.get("instance"), MEMBERS));
            if let (Some(balancer), Some(target)) = pair {
                joins.push((balancer, target, spot));
            }
        }
        for index in aws.of_type("aws_autoscaling_group") {
            for named in Spot::instance(aws.inventory, index).get("load_balancers").each() {
                joins.extend(self.named(&named, CLASSIC).map(|balancer| (balancer, index, named)));
            }
        }
        for index in aws.of_type("aws_autoscaling_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let pair =
                (self.named(&spot.get("elb"), CLASSIC), self.named(&spot.get("autoscaling_group_name"), SCALING));
            if let (Some(balancer), Some(target)) = pair {
                joins.push((balancer, target, spot));
            }
        }
        for (balancer, target, attachment) in joins {
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
                    doubt: aws.may_be_absent(attachment.instance, None).then(|| attachment.clone()),
                    connects: listener
                        .get("lb_protocol")
                        .text()
                        .is_some_and(|text| ["TCP", "SSL"].iter().any(|name| name.eq_ignore_ascii_case(&text))),
                    listener,
                });
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
    let own = relay.listener.get("port");
    matches!(own.setting(aws.inventory), Setting::Unknown) || relay.port.is_none() || relay.target_port.is_none()
}
