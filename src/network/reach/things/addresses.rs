//! Which addresses an interface has.

use std::collections::BTreeMap;

use crate::network::aws::Aws;
use crate::network::aws::databases::is_before_version_6;
use crate::network::aws::join::Target;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::vpcs::SUBNETS;
use crate::network::cidr;
use crate::network::sets::{AddressSet, Family};

use super::super::bound::Sure;
use super::super::kinds::{Kind, Public, V6};
use super::super::topology::{everything, truth};
use super::{Place, Reader, follow, is_empty};

/// What has elastic addresses, by instance.
#[derive(Debug, Default)]
pub(super) struct Elastic<'a> {
    of: BTreeMap<usize, Sure<'a>>,
    /// An address of which nobody knows whose it is.
    stray: Option<Spot<'a>>,
}

impl<'a> Elastic<'a> {
    fn of(&self, instance: usize) -> Sure<'a> {
        let known = self.of.get(&instance).cloned().unwrap_or_default();
        known.or(|| self.stray.clone().map_or(Sure::No, Sure::Perhaps))
    }

    fn give(&mut self, holder: usize, sure: Sure<'a>) {
        let known = self.of.remove(&holder).unwrap_or_default();
        self.of.insert(holder, known.or(|| sure));
    }
}

impl<'a> Reader<'_, 'a> {
    pub(super) fn place(
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
        let given = || {
            let interfaces = self.given(kind, spot).into_iter();
            let mut addresses = interfaces.map(|interface| Spot::instance(aws.inventory, interface));
            addresses.find(|it| self.is_in(it, subnet)).and_then(|it| own_address(aws, &it))
        };
        let own = own_address(aws, spot).or_else(given);
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

    /// The interfaces that an instance is given when it starts, where they are resources here.
    pub(super) fn given(&self, kind: &Kind, spot: &Spot<'a>) -> Vec<usize> {
        if kind.type_name != "aws_instance" {
            return Vec::new();
        }
        let named = follow(spot, "network_interface.network_interface_id").into_iter();
        let targets = named.filter_map(|spot| self.aws.ids().target(spot.value?, &[("aws_network_interface", "id")]));
        targets.filter_map(|it| if let Target::Instance(interface) = it { Some(interface) } else { None }).collect()
    }

    fn is_in(&self, interface: &Spot<'a>, subnet: Option<usize>) -> bool {
        let target = interface.get("subnet_id").value.and_then(|value| self.aws.ids().target(value, SUBNETS));
        subnet.is_some_and(|subnet| target.as_ref() == Some(&self.topology.subnets[subnet].target))
    }

    fn public(&self, kind: &Kind, spot: &Spot<'a>, templates: &[Spot<'a>], subnet: Option<usize>) -> Sure<'a> {
        let aws = self.aws;
        let given = self.given(kind, spot);
        let elastic = || {
            let own =
                given.iter().fold(Sure::No, |known: Sure<'a>, &interface| known.or(|| self.elastic.of(interface)));
            own.or(|| self.elastic.of(spot.instance))
        };
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
                    // "You can't auto-assign a public IPv4 address" to an interface that is there already.
                    Some(_) if !given.is_empty() => Sure::No,
                    Some(subnet) => self.topology.subnets[subnet].public_on_launch.clone(),
                    None => Sure::Perhaps(spot.clone()),
                };
                asked.map_or_else(by_subnet, |asked| truth(aws, &asked, false)).or(elastic)
            }
        }
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
pub(super) fn elastic<'a>(aws: &Aws<'a>) -> Elastic<'a> {
    const HOLDERS: &[(&str, &str)] = &[
        ("aws_instance", "id"),
        ("aws_network_interface", "id"),
        ("aws_instance", "primary_network_interface_id"),
        ("aws_spot_instance_request", "spot_instance_id"),
    ];
    let mut elastic = Elastic::default();
    for (type_name, names) in [
        ("aws_eip", ["instance", "network_interface"]),
        ("aws_eip_association", ["instance_id", "network_interface_id"]),
    ] {
        for index in aws.of_type(type_name) {
            let spot = Spot::instance(aws.inventory, index);
            for name in names {
                let named = spot.get(name);
                match named.value.and_then(|value| aws.ids().target(value, HOLDERS)) {
                    Some(Target::Instance(holder)) => {
                        let absent = aws.may_be_absent(index, Some(&Target::Instance(holder)));
                        elastic.give(holder, if absent { Sure::Perhaps(spot.clone()) } else { Sure::Yes });
                    }
                    Some(target) if aws.ids().may_find_made(&target) => elastic.stray = Some(named),
                    None if named.is_unknown(aws.inventory) => {
                        let held = named.held();
                        let those = held.iter().filter_map(|spot| aws.ids().target(spot.value?, HOLDERS));
                        for target in those {
                            if let Target::Instance(holder) = target {
                                elastic.give(holder, Sure::Perhaps(named.clone()));
                            }
                        }
                        if held.is_empty() {
                            elastic.stray = Some(named);
                        }
                    }
                    Some(Target::Id(_) | Target::Attribute(_)) | None => {}
                }
            }
        }
    }
    elastic
}
