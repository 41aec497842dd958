//! CIDR text wherever the provider's schema has it.

use crate::lang::{Marks, Shape, Type, Value};
use crate::network::Network;
use crate::network::aws::of_type;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::cidr::{self, Fault};
use crate::network::sets::Family;
use crate::schema::{self, CidrKind};

use super::{Give, text};

/// One fact per text that should be, or hold, a CIDR block.
pub(super) fn cidrs(network: &Network<'_>, give: Give<'_>) {
    for type_name in network.inventory.types() {
        for &(path, kind) in schema::cidr_attributes(type_name) {
            let attribute = Attribute::new(type_name, path, kind);
            let reader = Reader { network, attribute: &attribute };
            for index in of_type(network.inventory, type_name) {
                reader.along(&Spot::instance(network.inventory, index), 0, give);
            }
        }
    }
}

static FACT: Shape<8> =
    Shape::new(["address", "attribute", "fault", "has_host_bits", "network", "site", "text", "valid"]);

/// What an attribute takes.
struct Attribute {
    kind: CidrKind,
    /// The names that lead to it, and with each the names up to it as text.
    way: Vec<(&'static str, Value)>,
    /// The family, where it takes one alone.
    family: Option<Family>,
    /// Whether an address inside the block may stand in its place.
    takes_host_bits: bool,
    /// Whether it takes an address without a prefix length.
    takes_addresses: bool,
}

impl Attribute {
    fn new(type_name: &str, path: &'static str, kind: CidrKind) -> Self {
        let ends = path.match_indices('.').map(|(dot, _)| dot).chain([path.len()]);
        Self {
            kind,
            way: path.split('.').zip(ends.map(|end| text(&path[..end], Marks::NONE))).collect(),
            family: family_of(type_name, path),
            takes_host_bits: !matches!(kind, CidrKind::Cidr) || takes_host_bits(type_name, path),
            takes_addresses: TAKE_ADDRESSES.contains(&type_name),
        }
    }
}

/// Makes the facts of one attribute.
struct Reader<'r, 'a> {
    network: &'r Network<'a>,
    attribute: &'r Attribute,
}

impl<'a> Reader<'_, 'a> {
    /// The facts of the values at the end of the way, through every element of lists, sets and blocks on it; so many
    /// names of it are behind. What is not known on the way stands for all behind it.
    fn along(&self, spot: &Spot<'a>, behind: usize, give: Give<'_>) {
        let inventory = self.network.inventory;
        let next = self.attribute.way.get(behind);
        let Some((name, _)) = next.filter(|_| spot.is_instance() || !spot.is_unknown(inventory)) else {
            return self.read(spot, behind, give);
        };
        match spot.attribute(name, inventory) {
            Setting::Unset => {}
            Setting::Known(value) if value.elements().is_some() => {
                spot.get(name).each().iter().for_each(|element| self.along(element, behind + 1, give));
            }
            Setting::Unknown => {
                let spot = spot.get(name);
                spot.held().iter().for_each(|element| self.along(element, behind + 1, give));
                self.along(&spot, behind + 1, give);
            }
            Setting::Known(_) => self.along(&spot.get(name), behind + 1, give),
        }
    }

    fn read(&self, spot: &Spot<'a>, behind: usize, give: Give<'_>) {
        match (self.attribute.kind, spot.setting(self.network.inventory)) {
            (_, Setting::Unset) => {}
            (_, Setting::Unknown) => {
                if doubtful(spot, self.attribute) != Some(false) {
                    give(self.fact(spot, spot, None, behind));
                }
            }
            (CidrKind::MapKey, Setting::Known(_)) => {
                for (key, entry) in spot.entries() {
                    give(self.fact(spot, &entry, Some(Value::string(key)), behind));
                }
            }
            (CidrKind::Cidr | CidrKind::Mixed | CidrKind::InterfaceAddress, Setting::Known(_)) => {
                spot.text_value().into_iter().for_each(|written| give(self.fact(spot, spot, Some(written), behind)));
            }
        }
    }

    fn fact(&self, of: &Spot<'a>, site: &Spot<'a>, written: Option<Value>, behind: usize) -> Value {
        let (network, attribute) = (self.network, self.attribute);
        let typed = written.as_ref().and_then(Value::as_str);
        let fault = typed.and_then(|typed| judge(typed, attribute));
        let (valid, host_bits) = match typed {
            // What another resource has as its block is one.
            None if is_block(of) => (Value::bool(true), Value::bool(false)),
            None => (network.unknown_at(Type::Bool, of), network.unknown_at(Type::Bool, of)),
            Some(typed) => {
                let host_bits = !attribute.takes_host_bits && cidr::check(typed).is_ok_and(cidr::has_host_bits);
                (Value::bool(fault.is_none()), Value::bool(host_bits))
            }
        };
        let block = typed.and_then(cidr::read).map(|block| block.trunc().to_string()).unwrap_or_default();
        let way = behind.checked_sub(1).and_then(|last| attribute.way.get(last));
        let written = written.unwrap_or_else(|| text("", Marks::NONE));
        FACT.object([
            network.address_text(of.instance),
            way.map_or_else(|| text("", Marks::NONE), |(_, names)| names.clone()),
            text(fault.unwrap_or_default(), Marks::NONE),
            host_bits,
            text(&block, site.marks),
            network.leaf(site),
            written.with_marks(site.marks),
            valid,
        ])
    }
}

/// Whether something is in doubt of a value that is one of several, or holds some of several, or `None` where it may be
/// anything: what all of these have in common is a fact of its own.
fn doubtful(spot: &Spot<'_>, attribute: &Attribute) -> Option<bool> {
    let value = spot.value?;
    let choices = value.choices()?;
    let scalars: Vec<&Value> = choices.iter().filter(|choice| choice.elements().is_none()).collect();
    let elements = value.possible()?;
    let wrong = |value: &&Value| {
        let written = value.as_str().unwrap_or_default();
        let host_bits = !attribute.takes_host_bits && cidr::check(written).is_ok_and(cidr::has_host_bits);
        !value.is_null() && (judge(written, attribute).is_some() || host_bits)
    };
    let held = value.held();
    let held = |value: &&Value| held.iter().any(|it| std::ptr::eq(*it, *value));
    Some(scalars.iter().any(wrong) || elements.iter().filter(|element| !held(element)).any(wrong))
}

/// Whether an unknown value stands for the block of some VPC, subnet or such.
fn is_block(spot: &Spot<'_>) -> bool {
    let reference = match spot.subnet() {
        // `cidrsubnet` makes nothing else.
        Some(_) => return true,
        None => spot.value.and_then(Value::reference).filter(|it| !matches!(&*it.address.type_name, "var" | "module")),
    };
    let Some(reference) = reference else { return false };
    let names = reference.path.iter().rev().find_map(|step| match step {
        crate::address::Step::Attribute(name) => Some(name),
        crate::address::Step::Index(_) | crate::address::Step::Key(_) => None,
    });
    names.is_some_and(|name| {
        name.ends_with("cidr_block")
            || name.ends_with("cidr_blocks")
            || matches!(&**name, "cidr" | "cidr_ipv4" | "cidr_ipv6")
    })
}

/// What is wrong with text, in words.
fn judge(written: &str, attribute: &Attribute) -> Option<&'static str> {
    match attribute.kind {
        CidrKind::Mixed if !looks_like_block(written) || written.parse::<std::net::IpAddr>().is_ok() => return None,
        CidrKind::Mixed | CidrKind::Cidr | CidrKind::InterfaceAddress | CidrKind::MapKey => {}
    }
    match (cidr::check(written), attribute.family) {
        (Ok(block), Some(family)) if cidr::family(block) != family => Some(match family {
            Family::V4 => "an IPv6 block where an IPv4 block belongs",
            Family::V6 => "an IPv4 block where an IPv6 block belongs",
        }),
        (Ok(_), _) => None,
        (Err(Fault::Empty), _) => Some("it is empty"),
        (Err(Fault::NoPrefixLength), _) if attribute.takes_addresses => None,
        (Err(Fault::NoPrefixLength), _) => Some("it has no prefix length"),
        (Err(Fault::BadAddress), _) => Some("it does not begin with an IP address"),
        (Err(Fault::BadPrefixLength), _) => Some("what follows the slash is no prefix length"),
    }
}

/// Text of digits, dots, colons and a slash, which can only be meant as a block.
fn looks_like_block(text: &str) -> bool {
    text.contains('/') && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:/".contains(&byte))
}

/// The family that an attribute takes, where it takes one alone.
fn family_of(type_name: &str, path: &str) -> Option<Family> {
    let name = path.rsplit('.').next().unwrap_or(path);
    if name.contains("ipv6") {
        return Some(Family::V6);
    }
    let v4 = name.contains("ipv4") || (name.contains("cidr_block") && IPV4_ONLY.contains(&type_name));
    v4.then_some(Family::V4)
}

/// Types whose attributes `cidr_block`, `cidr_blocks` and `destination_cidr_block` take IPv4 alone: those where the
/// provider (5.100.0, `terraform validate`) refuses IPv6, and VPCs and network ACL rules, where AWS does.
const IPV4_ONLY: &[&str] = &[
    "aws_default_network_acl",
    "aws_default_route_table",
    "aws_default_security_group",
    "aws_ec2_client_vpn_route",
    "aws_network_acl",
    "aws_network_acl_rule",
    "aws_route",
    "aws_route_table",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_subnet",
    "aws_vpc",
    "aws_vpc_ipv4_cidr_block_association",
];

/// Types that take an address alone, without a prefix length.
const TAKE_ADDRESSES: &[&str] = &[
    "aws_networkfirewall_firewall_policy",
    "aws_networkfirewall_rule_group",
    "aws_networkfirewall_tls_inspection_configuration",
    "aws_ses_receipt_filter",
    "aws_workspaces_ip_group",
];

/// Types where neither the provider (5.100.0, `terraform validate`) refuses host bits, nor AWS's documentation says that
/// AWS refuses them or writes the block anew (as "API Reference: CreateNetworkAclEntry" and others of EC2 do).
const TAKE_HOST_BITS: &[&str] = &[
    "aws_cognito_risk_configuration",
    "aws_directory_service_ip_route",
    "aws_directory_service_ip_routes_exclusive",
    "aws_dx_gateway_association",
    "aws_dx_gateway_association_proposal",
    "aws_dx_hosted_public_virtual_interface",
    "aws_dx_public_virtual_interface",
    "aws_finspace_kx_environment",
    "aws_fms_policy",
    "aws_fsx_openzfs_file_system",
    "aws_globalaccelerator_cross_account_attachment",
    "aws_mailmanager_rule_set",
    "aws_mailmanager_traffic_policy",
    "aws_networkfirewall_firewall_policy",
    "aws_networkfirewall_tls_inspection_configuration",
    "aws_networkmanager_connect_peer",
    "aws_odb_network",
    "aws_odb_network_peering_connection",
    "aws_route53_cidr_location",
    "aws_sagemaker_workforce",
    "aws_ses_receipt_filter",
    "aws_verifiedaccess_endpoint",
    "aws_waf_ipset",
    "aws_wafregional_ipset",
    "aws_wafv2_ip_set",
    "aws_workspaces_ip_group",
];

/// Whether an attribute takes an address inside a block in its place.
fn takes_host_bits(type_name: &str, path: &str) -> bool {
    let rule_variables = type_name == "aws_networkfirewall_rule_group" && path.starts_with("rule_group.rule_variables");
    rule_variables || TAKE_HOST_BITS.contains(&type_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_provider_has_these_types() {
        for type_name in IPV4_ONLY.iter().chain(TAKE_ADDRESSES).chain(TAKE_HOST_BITS) {
            assert!(!schema::cidr_attributes(type_name).is_empty(), "{type_name}");
        }
    }

    #[test]
    fn text_is_judged_by_what_its_attribute_takes() {
        let judge = |written, kind, type_name, path| judge(written, &Attribute::new(type_name, path, kind)).is_none();
        assert!(judge("10.0.0.0/8", CidrKind::Cidr, "aws_security_group", "ingress.cidr_blocks"));
        assert!(!judge("::/0", CidrKind::Cidr, "aws_security_group", "ingress.cidr_blocks"));
        assert!(!judge("0.0.0.0/0", CidrKind::Cidr, "aws_security_group", "ingress.ipv6_cidr_blocks"));
        assert!(judge("::/0", CidrKind::Cidr, "aws_ec2_managed_prefix_list", "entry.cidr"));
        assert!(judge("$HOME_NET", CidrKind::Mixed, "aws_networkfirewall_rule_group", "source"));
        assert!(judge("10.0.0.1", CidrKind::Mixed, "aws_storagegateway_nfs_file_share", "client_list"));
        assert!(!judge("10.0.0.0/33", CidrKind::Mixed, "aws_storagegateway_nfs_file_share", "client_list"));
        assert!(judge("10.0.0.1", CidrKind::Cidr, "aws_ses_receipt_filter", "cidr"));
        assert!(!judge("10.0.0.1", CidrKind::Cidr, "aws_subnet", "cidr_block"));
    }
}
