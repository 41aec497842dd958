//! Which security groups a thing has.

use crate::lang::Value;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;

use super::super::groups::Worn;
use super::super::kinds::{KINDS, Kind, Ungrouped};
use super::{Reader, Thing, follow, is_empty};

impl<'a> Reader<'_, 'a> {
    pub(super) fn worn(
        &mut self,
        kind: &Kind,
        spot: &Spot<'a>,
        parents: &[Spot<'a>],
        templates: &[Spot<'a>],
    ) -> Worn<'a> {
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

    /// The groups that resources of their own give to its interfaces: in place of the default one, or beside those it has.
    pub(super) fn add_groups(&mut self, kind: &Kind, thing: &mut Thing<'a>, instead: bool) {
        let mut holders = self.given(kind, &Spot::instance(self.aws.inventory, thing.instance));
        holders.push(thing.instance);
        for given in holders.into_iter().flat_map(|holder| self.associations.groups_of(holder)) {
            match given.perhaps {
                _ if given.instead != instead => {}
                true => drop(thing.groups.doubt.get_or_insert(given.group)),
                false => self.groups.worn(self.aws, &given.group, &mut thing.groups),
            }
        }
        if let Some(stray) = self.associations.stray_of(kind.type_name) {
            thing.groups.doubt.get_or_insert_with(|| stray.clone());
        }
    }

    /// What has no group is in its VPC's default one, or takes everything.
    pub(super) fn give_groups(&mut self, kind: &Kind, thing: &mut Thing<'a>) {
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
}
