//! Which subnets a thing is in.

use crate::lang::Value;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;

use super::super::kinds::{KINDS, Kind};
use super::{Reader, follow, is_empty};

impl<'a> Reader<'_, 'a> {
    /// The subnets that it names, each with the expression. Nothing where it is in no VPC.
    pub(super) fn subnets(
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
        let associated = self.associations.subnets_of(spot.instance);
        if !associated.is_empty() {
            return associated.iter().flat_map(|named| self.listed(named)).collect();
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
            | "aws_codebuild_project"
            | "aws_sagemaker_notebook_instance"
            | "aws_ecs_service" => Vec::new(),
            // The rest is in the default VPC, or in a subnet group of AWS's own.
            _ => vec![(None, spot.clone())],
        }
    }

    pub(super) fn listed(&mut self, ids: &Spot<'a>) -> Vec<(Option<usize>, Spot<'a>)> {
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
}
