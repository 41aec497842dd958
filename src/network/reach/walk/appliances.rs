//! Through interfaces that forward, and through what inspects: firewalls, and endpoints of gateway load balancers.

use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::SUBNETS;

use super::super::bound::{Bound, Sure};
use super::super::tables::Route;
use super::super::things::follow;
use super::{Goal, Met, Walk, Way};

impl<'a> Walk<'_, 'a> {
    /// Through an interface that forwards what is not for itself.
    pub(super) fn through_thing(&mut self, thing: usize, from: Option<usize>, way: Way<'a>) {
        let found = &self.model.things.things[thing];
        let holder = found.holder.map_or(found, |holder| &self.model.things.things[holder]);
        let place = &found.places[0];
        let own = Spot::instance(self.aws.inventory, found.instance);
        let Some(subnet) = place.subnet else { return self.anywhere(way, &place.spot) };
        let forwards = found
            .forwards
            .clone()
            .or(|| if found.holder.is_some() && found.word == "instance" { holder.forwards.clone() } else { Sure::No });
        if !forwards.holds(self.bound) {
            let why = "it drops what is not for itself: `source_dest_check` is on";
            return self.fail(way, "network-interface", Some(own.get("source_dest_check")), why);
        }
        let way = way.hang_on(forwards.doubt().cloned());
        let way = if from == Some(subnet) { way } else { way.pass(Met::Acl(subnet, Direction::Ingress)) };
        let why = "forwards it".to_owned();
        let mut way = way.pass(Met::Passed("appliance", own, why)).pass(Met::Forwarder(thing)).unreferenced();
        if self.goal == Goal::Internet && !self.answer && place.public.holds(self.bound) {
            // A NAT instance: what else would an appliance with a public address do with it.
            way.translated = place.v4.clone();
        }
        self.start_in(subnet, way);
    }

    /// Through the endpoint of a firewall or gateway load balancer, which hands it back unchanged; from there on by the table
    /// of the endpoint's subnet ("Gateway Load Balancer endpoints", AWS PrivateLink).
    pub(super) fn through_endpoint(&mut self, route: &Route<'a>, from: Option<usize>, way: Way<'a>) {
        let spot = &route.via.spot;
        let leave = |way: Way<'a>| from.map_or(way.clone(), |from| way.pass(Met::Acl(from, Direction::Egress)));
        let (instance, subnets) = match &route.via.target {
            Some(Target::Instance(instance)) => match self.model.things.of_instance(*instance) {
                Some(thing) => {
                    let thing = &self.model.things.things[thing];
                    let subnets: Option<Vec<usize>> = thing.places.iter().map(|place| place.subnet).collect();
                    (*instance, subnets)
                }
                None => {
                    let why = "the route leads to the endpoint of a service";
                    return self.fail(way, "endpoint", Some(route.spot.clone()), why);
                }
            },
            Some(Target::Attribute(reference)) if &*reference.address.type_name == "aws_networkfirewall_firewall" => {
                let Some(instance) = self.aws.ids().referenced(reference) else {
                    return self.anywhere(leave(way), spot);
                };
                let named = follow(&Spot::instance(self.aws.inventory, instance), "subnet_mapping.subnet_id");
                let targets = named.iter().map(|spot| {
                    let target = self.aws.ids().target(spot.value?, SUBNETS)?;
                    if let Target::Instance(subnet) = target { self.model.topology.subnet_of(subnet) } else { None }
                });
                (instance, targets.collect())
            }
            Some(Target::Id(_) | Target::Attribute(_)) | None => return self.anywhere(leave(way), spot),
        };
        let Some(subnets) = subnets.filter(|subnets| !subnets.is_empty()) else {
            return self.anywhere(leave(way), spot);
        };
        let own = Spot::instance(self.aws.inventory, instance);
        let way = match self.inspection(instance) {
            Sure::No => {
                return self.fail(
                    way,
                    "firewall",
                    Some(own),
                    "the firewall's policy drops what its rules do not pass, and has no rules",
                );
            }
            Sure::Perhaps(doubt) if self.bound == Bound::Certain => {
                return self.fail(
                    way,
                    "firewall",
                    Some(doubt),
                    "what the rules of the firewall let through is not looked at",
                );
            }
            Sure::Perhaps(doubt) => way.hang_on([doubt]),
            Sure::Yes => way,
        };
        let why = "inspects it and hands it back".to_owned();
        let way = way.pass(Met::Passed("appliance", own, why)).unreferenced();
        self.each(&subnets, |walk, subnet| {
            let mut way = way.clone();
            if from != Some(subnet) {
                way = leave(way).pass(Met::Acl(subnet, Direction::Ingress));
            }
            walk.start_in(subnet, way);
        });
    }

    /// Whether a firewall lets everything through: an appliance behind a gateway load balancer is taken to, one of AWS
    /// Network Firewall does where its policy passes everything on and has no rules ("Firewall policy settings").
    fn inspection(&self, instance: usize) -> Sure<'a> {
        let own = Spot::instance(self.aws.inventory, instance);
        if self.aws.inventory.instance(instance).type_name() != "aws_networkfirewall_firewall" {
            return Sure::Yes;
        }
        let arn = own.get("firewall_policy_arn");
        let kinds = &[("aws_networkfirewall_firewall_policy", "arn"), ("aws_networkfirewall_firewall_policy", "id")];
        let Some(Target::Instance(policy)) = arn.value.and_then(|value| self.aws.ids().target(value, kinds)) else {
            return Sure::Perhaps(arn);
        };
        let policy = Spot::instance(self.aws.inventory, policy);
        let ruled = ["firewall_policy.stateful_rule_group_reference", "firewall_policy.stateless_rule_group_reference"];
        let referenced = ruled.iter().flat_map(|path| follow(&policy, path)).find(|spot| !spot.each().is_empty());
        if let Some(rules) = referenced {
            return Sure::Perhaps(rules);
        }
        let defaults = follow(&policy, "firewall_policy.stateless_default_actions");
        let actions: Vec<_> = defaults.iter().flat_map(Spot::each).filter_map(|spot| spot.text()).collect();
        if actions.iter().any(|action| action == "aws:drop") {
            return Sure::No;
        }
        let stateful = follow(&policy, "firewall_policy.stateful_default_actions");
        let strict =
            stateful.iter().find(|spot| spot.value.is_some_and(|value| !value.is_null()) && !spot.each().is_empty());
        let passes = actions.iter().any(|action| action == "aws:pass");
        match strict {
            Some(strict) if !passes => Sure::Perhaps(strict.clone()),
            _ if actions.is_empty() => Sure::Perhaps(arn),
            _ => Sure::Yes,
        }
    }
}
