//! The network that AWS describes (`tests/networks/describe.py`), as the simulator takes it: instance to subnet to route
//! table to routes, groups, network ACLs. Reads nothing but what `describe-*` says.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::simulator::{Block, Entry, Far, Instance, Ip, Network, Place, Point, Rule, Subnet, Via};

/// Something with network interfaces.
#[derive(Debug)]
pub(crate) struct Thing {
    /// The type of its resource.
    pub(crate) kind: &'static str,
    /// Its id, as Terraform's state has it.
    pub(crate) id: String,
    /// Whether it has all of these interfaces; otherwise one of them.
    pub(crate) each: bool,
    /// Its interfaces, each at one of several points.
    pub(crate) places: Vec<Vec<Point>>,
}

/// A network, and what is in it.
#[derive(Debug, Default)]
pub(crate) struct Described {
    pub(crate) network: Network,
    pub(crate) things: Vec<Thing>,
}

/// What has an id, by it.
type Ids = BTreeMap<String, usize>;

struct Reader<'j> {
    json: &'j Json,
    vpcs: Ids,
    subnets: Ids,
    subnet_blocks: Vec<Block>,
    groups: Ids,
    nats: Ids,
    peerings: Ids,
    tables: Ids,
    /// Interfaces and instances.
    interfaces: Ids,
    found: Described,
}

fn text<'j>(json: &'j Json, name: &str) -> &'j str {
    json[name].as_str().unwrap_or_default()
}

fn list<'j>(json: &'j Json, name: &str) -> &'j [Json] {
    json[name].as_array().map_or(&[], Vec::as_slice)
}

fn ids(json: &[Json], name: &str) -> Ids {
    json.iter().enumerate().map(|(number, each)| (text(each, name).to_owned(), number)).collect()
}

const fn protocol(text: &str) -> &'static str {
    match text.as_bytes() {
        b"tcp" | b"6" => "tcp",
        b"udp" | b"17" => "udp",
        b"icmp" | b"1" => "icmp",
        b"-1" => "-1",
        _ => "another",
    }
}

fn port(json: &Json, missing: u16) -> u16 {
    json.as_i64().and_then(|port| u16::try_from(port).ok()).unwrap_or(missing)
}

impl Described {
    pub(crate) fn read(json: &Json) -> Self {
        let of = |name: &str, id: &str| ids(list(json, name), id);
        let mut reader = Reader {
            json,
            vpcs: of("vpcs", "VpcId"),
            subnets: of("subnets", "SubnetId"),
            subnet_blocks: Vec::new(),
            groups: of("security_groups", "GroupId"),
            nats: of("nat_gateways", "NatGatewayId"),
            peerings: of("vpc_peering_connections", "VpcPeeringConnectionId"),
            tables: of("route_tables", "RouteTableId"),
            interfaces: Ids::new(),
            found: Self::default(),
        };
        reader.vpcs();
        reader.subnets();
        reader.groups();
        reader.instances();
        reader.managed();
        reader.tables();
        reader.acls();
        reader.transit();
        reader.found
    }
}

impl<'j> Reader<'j> {
    fn all(&self, name: &str) -> &'j [Json] {
        list(self.json, name)
    }

    fn vpcs(&mut self) {
        for vpc in self.all("vpcs") {
            let of = |name, member| list(vpc, name).iter().map(move |each| Block::read(text(each, member)));
            let v6 = of("Ipv6CidrBlockAssociationSet", "Ipv6CidrBlock");
            self.found.network.vpcs.push(of("CidrBlockAssociationSet", "CidrBlock").chain(v6).collect());
            self.found.network.gateways.push(false);
            self.found.network.attachments.push(None);
        }
        for gateway in self.all("internet_gateways") {
            for attachment in list(gateway, "Attachments") {
                self.found.network.gateways[self.vpcs[text(attachment, "VpcId")]] = true;
            }
        }
        for peering in self.all("vpc_peering_connections") {
            let vpc = |name: &str| self.vpcs[text(&peering[name], "VpcId")];
            let active = text(&peering["Status"], "Code") == "active";
            self.found.network.peerings.push((vpc("RequesterVpcInfo"), vpc("AccepterVpcInfo"), active));
        }
    }

    fn subnets(&mut self) {
        for subnet in self.all("subnets") {
            let block = Block::read(text(subnet, "CidrBlock"));
            self.subnet_blocks.push(block);
            let vpc = self.vpcs[text(subnet, "VpcId")];
            self.found.network.subnets.push(Subnet { vpc, block, table: None, acl: None });
        }
        for gateway in self.all("nat_gateways") {
            let address = &list(gateway, "NatGatewayAddresses")[0];
            let address = Block::read(&format!("{}/32", text(address, "PrivateIp"))).0;
            self.found.network.nats.push((self.subnets[text(gateway, "SubnetId")], address));
        }
    }

    fn groups(&mut self) {
        for group in self.all("security_groups") {
            let vpc = self.vpcs[text(group, "VpcId")];
            let mut rules = Vec::new();
            for (name, egress) in [("IpPermissions", false), ("IpPermissionsEgress", true)] {
                for permission in list(group, name) {
                    let protocol = protocol(text(permission, "IpProtocol"));
                    let (from, to) = (&permission["FromPort"], &permission["ToPort"]);
                    // Of ICMP, these are a type and a code.
                    let ports = match (protocol, from.as_i64()) {
                        ("icmp", Some(kind)) if kind >= 0 => (port(from, 0), port(from, 0)),
                        ("icmp" | "-1", _) => (0, u16::MAX),
                        (_, _) => (port(from, 0), port(to, u16::MAX)),
                    };
                    for far in self.far(permission) {
                        rules.push(Rule { egress, protocol, ports, far });
                    }
                }
            }
            self.found.network.groups.push((vpc, rules));
        }
    }

    fn far(&self, permission: &Json) -> Vec<Far> {
        let blocks = |name, member| list(permission, name).iter().map(move |each| Block::read(text(each, member)));
        let mut found: Vec<Far> =
            blocks("IpRanges", "CidrIp").chain(blocks("Ipv6Ranges", "CidrIpv6")).map(Far::Block).collect();
        for named in list(permission, "PrefixListIds") {
            found.extend(self.prefix_list(text(named, "PrefixListId")).into_iter().map(Far::Block));
        }
        for pair in list(permission, "UserIdGroupPairs") {
            found.push(Far::Group(self.groups[text(pair, "GroupId")]));
        }
        found
    }

    fn prefix_list(&self, id: &str) -> Vec<Block> {
        let named = self.all("managed_prefix_lists").iter().find(|each| text(each, "PrefixListId") == id);
        named.map_or_else(Vec::new, |found| {
            list(found, "Entries").iter().map(|entry| Block::read(text(entry, "Cidr"))).collect()
        })
    }

    fn group_ids(&self, groups: &[Json], member: &str) -> Vec<usize> {
        groups.iter().map(|group| self.groups[group.as_str().unwrap_or_else(|| text(group, member))]).collect()
    }

    fn add(&mut self, subnet: usize, ip: Ip, public: bool, forwards: bool, groups: &[usize]) -> Point {
        let instances = &mut self.found.network.instances;
        instances.push(Instance { subnet, ip, public, forwards, groups: groups.to_vec() });
        (Place::Instance(instances.len() - 1), ip)
    }

    fn instances(&mut self) {
        for instance in self.all("instances") {
            let mut places = Vec::new();
            for interface in list(instance, "NetworkInterfaces") {
                let forwards = interface["SourceDestCheck"] == false;
                let own = self.interface(interface, forwards);
                if let Some((Place::Instance(number), _)) = own.first().and_then(|points| points.first()) {
                    self.interfaces.insert(text(instance, "InstanceId").to_owned(), *number);
                }
                places.extend(own);
            }
            self.found.things.push(Thing {
                kind: "aws_instance",
                id: text(instance, "InstanceId").to_owned(),
                each: true,
                places,
            });
        }
    }

    fn interface(&mut self, interface: &Json, forwards: bool) -> Vec<Vec<Point>> {
        let subnet = self.subnets[text(interface, "SubnetId")];
        let groups = self.group_ids(list(interface, "Groups"), "GroupId");
        let id = text(interface, "NetworkInterfaceId");
        // The association may stand with the interface alone.
        let own = self.all("network_interfaces").iter().find(|each| text(each, "NetworkInterfaceId") == id);
        let is_public = |json: &Json| !text(&json["Association"], "PublicIp").is_empty();
        let elastic = self.all("addresses").iter().any(|each| text(each, "NetworkInterfaceId") == id);
        let public = is_public(interface) || own.is_some_and(is_public) || elastic;
        let ip = Block::read(&format!("{}/32", text(interface, "PrivateIpAddress"))).0;
        let first = self.add(subnet, ip, public, forwards, &groups);
        if let Place::Instance(number) = first.0 {
            self.interfaces.insert(id.to_owned(), number);
        }
        let mut places = vec![vec![first]];
        for address in list(interface, "Ipv6Addresses") {
            let ip = Block::read(&format!("{}/128", text(address, "Ipv6Address"))).0;
            places.push(vec![self.add(subnet, ip, true, forwards, &groups)]);
        }
        places
    }

    /// What AWS gives an address that it does not say: the first and the last that are free.
    fn somewhere(&mut self, subnet: &str, public: bool, groups: &[usize]) -> Vec<Point> {
        let subnet = self.subnets[subnet];
        let Block(first, length) = self.subnet_blocks[subnet];
        let last = first + (1 << (128 - length)) - 1;
        let free = |ip: &Ip| self.found.network.owner(*ip).is_none();
        let low = (first + 4..last).find(free).unwrap();
        let high = (first + 4..last).rev().find(free).unwrap();
        vec![self.add(subnet, low, public, false, groups), self.add(subnet, high, public, false, groups)]
    }

    fn managed(&mut self) {
        for balancer in self.all("load_balancers") {
            let groups = self.group_ids(list(balancer, "SecurityGroups"), "");
            let public = text(balancer, "Scheme") != "internal";
            let zones: Vec<&str> =
                list(balancer, "AvailabilityZones").iter().map(|zone| text(zone, "SubnetId")).collect();
            let places = zones.into_iter().map(|subnet| self.somewhere(subnet, public, &groups)).collect();
            self.found.things.push(Thing {
                kind: "aws_lb",
                id: text(balancer, "LoadBalancerArn").to_owned(),
                each: true,
                places,
            });
        }
        for database in self.all("db_instances") {
            let groups = self.group_ids(list(database, "VpcSecurityGroups"), "VpcSecurityGroupId");
            let public = database["PubliclyAccessible"] == true;
            let subnets = list(&database["DBSubnetGroup"], "Subnets").iter();
            let subnets: Vec<&str> = subnets.map(|subnet| text(subnet, "SubnetIdentifier")).collect();
            let places = subnets.into_iter().map(|subnet| self.somewhere(subnet, public, &groups)).collect();
            self.found.things.push(Thing {
                kind: "aws_db_instance",
                id: text(database, "DBInstanceIdentifier").to_owned(),
                each: false,
                places,
            });
        }
        for endpoint in self.all("vpc_endpoints").iter().filter(|each| text(each, "VpcEndpointType") == "Interface") {
            let groups = self.group_ids(list(endpoint, "Groups"), "GroupId");
            let subnets = list(endpoint, "SubnetIds").iter().map(|id| id.as_str().unwrap());
            let places = subnets.map(|subnet| self.somewhere(subnet, false, &groups)).collect();
            self.found.things.push(Thing {
                kind: "aws_vpc_endpoint",
                id: text(endpoint, "VpcEndpointId").to_owned(),
                each: true,
                places,
            });
        }
    }

    fn tables(&mut self) {
        for (number, table) in self.all("route_tables").iter().enumerate() {
            let vpc = self.vpcs[text(table, "VpcId")];
            let mut routes = Vec::new();
            for route in list(table, "Routes") {
                let Some(via) = self.via(route) else { continue };
                let blocks = match text(route, "DestinationPrefixListId") {
                    "" => vec![match text(route, "DestinationCidrBlock") {
                        "" => Block::read(text(route, "DestinationIpv6CidrBlock")),
                        block => Block::read(block),
                    }],
                    id => self.prefix_list(id),
                };
                routes.extend(blocks.into_iter().map(|block| (block, via)));
            }
            self.found.network.tables.push((vpc, routes));
            if list(table, "Associations").iter().any(|each| each["Main"] == true) {
                let subnets = self.found.network.subnets.iter_mut();
                subnets
                    .filter(|subnet| subnet.vpc == vpc && subnet.table.is_none())
                    .for_each(|subnet| subnet.table = Some(number));
            }
        }
        for table in self.all("route_tables") {
            for subnet in list(table, "Associations").iter().filter_map(|each| each["SubnetId"].as_str()) {
                let number = self.tables[text(table, "RouteTableId")];
                self.found.network.subnets[self.subnets[subnet]].table = Some(number);
            }
        }
    }

    /// Where a route leads; `None` for local ones, and for those to gateway endpoints, whose addresses are of services.
    fn via(&self, route: &Json) -> Option<Via> {
        if text(route, "State") == "blackhole" {
            return Some(Via::Nothing);
        }
        let named = |name| route[name].as_str().filter(|id| !id.is_empty());
        if let Some(gateway) = named("GatewayId") {
            let internet = gateway.starts_with("igw-");
            assert!(internet || gateway == "local" || gateway.starts_with("vpce-"), "{route}");
            return internet.then_some(Via::Internet);
        }
        if let Some(nat) = named("NatGatewayId") {
            return Some(Via::Nat(self.nats[nat]));
        }
        if named("EgressOnlyInternetGatewayId").is_some() {
            return Some(Via::EgressOnly);
        }
        if let Some(peering) = named("VpcPeeringConnectionId") {
            return Some(Via::Peering(self.peerings[peering]));
        }
        if named("TransitGatewayId").is_some() {
            return Some(Via::Transit);
        }
        let interface = named("NetworkInterfaceId").or_else(|| named("InstanceId"));
        Some(Via::Appliance(self.interfaces[interface.unwrap_or_else(|| panic!("{route}"))]))
    }

    fn acls(&mut self) {
        for (number, acl) in self.all("network_acls").iter().enumerate() {
            let entry = |entry: &Json| {
                let range = &entry["PortRange"];
                let block = match text(entry, "CidrBlock") {
                    "" => text(entry, "Ipv6CidrBlock"),
                    block => block,
                };
                Entry {
                    egress: entry["Egress"] == true,
                    allow: text(entry, "RuleAction") == "allow",
                    number: entry["RuleNumber"].as_u64().unwrap() as usize,
                    protocol: protocol(text(entry, "Protocol")),
                    ports: (port(&range["From"], 0), port(&range["To"], u16::MAX)),
                    block: Block::read(block),
                }
            };
            let entries = list(acl, "Entries").iter().map(entry).collect();
            self.found.network.acls.push((self.vpcs[text(acl, "VpcId")], entries));
            for subnet in list(acl, "Associations").iter().map(|each| text(each, "SubnetId")) {
                self.found.network.subnets[self.subnets[subnet]].acl = Some(number);
            }
        }
    }

    fn transit(&mut self) {
        let mut attached: BTreeMap<&str, usize> = BTreeMap::new();
        for attachment in self.all("transit_gateway_vpc_attachments") {
            let vpc = self.vpcs[text(attachment, "VpcId")];
            attached.insert(text(attachment, "TransitGatewayAttachmentId"), vpc);
            let subnet = self.subnets[list(attachment, "SubnetIds")[0].as_str().unwrap()];
            self.found.network.attachments[vpc] = Some((subnet, None));
        }
        for (number, table) in self.all("transit_gateway_route_tables").iter().enumerate() {
            let mut routes: Vec<(Block, Option<usize>)> = Vec::new();
            for route in list(table, "Routes").iter().filter(|route| text(route, "Type") != "propagated") {
                let block = Block::read(text(route, "DestinationCidrBlock"));
                let to = list(route, "TransitGatewayAttachments").first();
                // The mock does not say to which attachment a route leads: here, to that of the VPC with this very block.
                let of_block = || self.found.network.vpcs.iter().position(|blocks| blocks.contains(&block));
                let to = to.map(|to| attached[text(to, "TransitGatewayAttachmentId")]).or_else(of_block);
                routes.push((block, to.filter(|_| text(route, "State") != "blackhole")));
            }
            for from in list(table, "Propagations") {
                let vpc = attached[text(from, "TransitGatewayAttachmentId")];
                // Written routes come first.
                for &block in &self.found.network.vpcs[vpc] {
                    if routes.iter().all(|(known, _)| *known != block) {
                        routes.push((block, Some(vpc)));
                    }
                }
            }
            self.found.network.transit.push(routes);
            for association in list(table, "Associations") {
                let vpc = attached[text(association, "TransitGatewayAttachmentId")];
                if let Some(attachment) = &mut self.found.network.attachments[vpc] {
                    attachment.1 = Some(number);
                }
            }
        }
    }
}
