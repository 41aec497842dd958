//! Gateways, and what joins VPCs.

use std::collections::BTreeSet;

use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::reach::bound::Sure;
use crate::network::reach::transit::End;
use crate::picture::{Element, Gateway, GatewayKind, Link, LinkKind};

use super::{Drawing, instance_name};

impl<'a> Drawing<'_, 'a> {
    pub(super) fn gateways(&mut self) {
        let topology = &self.reach.model.topology;
        for (gateways, kind) in [(&topology.internet, GatewayKind::Internet), (&topology.private, GatewayKind::Private)]
        {
            for gateway in gateways {
                self.gateway(gateway.instance, kind, gateway.vpc, gateway.doubt.is_none());
            }
        }
        for (type_name, kind) in
            [("aws_egress_only_internet_gateway", GatewayKind::EgressOnly), ("aws_vpc_endpoint", GatewayKind::Endpoint)]
        {
            for instance in self.aws().of_type(type_name) {
                let spot = Spot::instance(self.aws().inventory, instance);
                let of_gateway = spot.get("vpc_endpoint_type").text().is_none_or(|of| of == "Gateway" || of.is_empty());
                if kind == GatewayKind::Endpoint && !of_gateway {
                    continue;
                }
                let vpc = topology.vpc(self.aws(), &spot.get("vpc_id"));
                self.gateway(instance, kind, vpc, !self.aws().inventory.instance(instance).symbolic);
            }
        }
        for instance in self.aws().of_type("aws_ec2_transit_gateway") {
            self.gateway(instance, GatewayKind::Transit, None, !self.aws().inventory.instance(instance).symbolic);
        }
        // Those of other configurations.
        let foreign: BTreeSet<&Target> =
            self.reach.model.transit.attachments.iter().filter_map(|it| it.gateway.as_ref()).collect();
        for target in foreign.into_iter().filter(|target| !matches!(target, Target::Instance(_))) {
            let name = self.name(target, true);
            self.picture.gateways.push(Gateway { name, kind: GatewayKind::Transit, vpc: None, certain: true });
        }
    }

    fn gateway(&mut self, instance: usize, kind: GatewayKind, vpc: Option<usize>, certain: bool) {
        if vpc.is_none() && kind != GatewayKind::Transit {
            return;
        }
        let name = instance_name(self.address(instance), false);
        self.concern(instance, Element::Gateway(self.picture.gateways.len()));
        self.picture.gateways.push(Gateway { name, kind, vpc, certain });
    }

    pub(super) fn links(&mut self) {
        let mut links = Vec::new();
        for (index, gateway) in self.picture.gateways.iter().enumerate() {
            let to = match gateway.kind {
                GatewayKind::Internet | GatewayKind::EgressOnly => Element::Internet,
                GatewayKind::Private => Element::OnPremises,
                GatewayKind::Endpoint | GatewayKind::Transit => continue,
            };
            let (from, certain) = (Element::Gateway(index), gateway.certain);
            links.push(Link { from, to, kind: LinkKind::Way, name: None, certain });
        }
        for peering in &self.reach.model.topology.peerings {
            if let [Some(from), Some(to)] = peering.ends {
                let name = Some(instance_name(self.address(peering.instance), false));
                let (from, to) = (Element::Vpc(from), Element::Vpc(to));
                let certain = matches!(peering.accepted, Sure::Yes);
                links.push(Link { from, to, kind: LinkKind::Peering, name, certain });
            }
        }
        let attachments = &self.reach.model.transit.attachments;
        for attachment in attachments {
            let Some(gateway) = attachment.gateway.as_ref().and_then(|target| self.transit(target)) else { continue };
            let name = Some(instance_name(self.address(attachment.instance), false));
            let (to, kind) = match &attachment.end {
                End::Vpc(Some(vpc), _) => (Element::Vpc(*vpc), LinkKind::Attachment),
                End::OnPremises => (Element::OnPremises, LinkKind::Attachment),
                End::Gateway(other) => {
                    match attachments[*other].gateway.as_ref().and_then(|target| self.transit(target)) {
                        // Both sides have an attachment: one line is enough.
                        Some(far) if gateway < far => (far, LinkKind::Peering),
                        Some(_) | None => continue,
                    }
                }
                End::Vpc(None, _) => continue,
            };
            let certain = attachment.absent.is_none();
            links.push(Link { from: gateway, to, kind, name, certain });
        }
        for (instance, element) in self.link_instances() {
            self.concern(instance, element);
        }
        self.picture.links.extend(links);
    }

    /// Attachments and peering connections concern the VPCs that they join.
    fn link_instances(&self) -> Vec<(usize, Element)> {
        let peerings = self.reach.model.topology.peerings.iter();
        let ends = peerings.flat_map(|it| it.ends.iter().flatten().map(|vpc| (it.instance, Element::Vpc(*vpc))));
        let attached = self.reach.model.transit.attachments.iter().filter_map(|it| match it.end {
            End::Vpc(Some(vpc), _) => Some((it.instance, Element::Vpc(vpc))),
            End::Vpc(None, _) | End::Gateway(_) | End::OnPremises => None,
        });
        ends.chain(attached).collect()
    }

    fn transit(&self, target: &Target) -> Option<Element> {
        let full = self.name(target, true).full;
        let found = self.picture.gateways.iter().position(|it| it.kind == GatewayKind::Transit && it.name.full == full);
        found.map(Element::Gateway)
    }
}
