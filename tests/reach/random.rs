//! Random small networks, and the configurations that make them.

use std::net::Ipv4Addr;

use serde_json::{Map, Value as Json, json};

use super::simulator::{Block, Entry, Far, Instance, Ip, Network, Rule, Subnet, Via, v4, written};

pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    pub(crate) fn chance(&mut self, of_100: usize) -> bool {
        self.below(100) < of_100
    }

    pub(crate) fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }
}

pub(crate) const PROTOCOLS: &[&str] = &["tcp", "tcp", "tcp", "udp", "-1"];
pub(crate) const PORTS: &[(u16, u16)] = &[(0, 65535), (0, 65535), (443, 443), (22, 80), (80, 80), (443, 8080)];
const ANSWERS: &[(u16, u16)] =
    &[(0, 65535), (0, 65535), (1024, 65535), (32768, 60999), (1024, 1024), (443, 443), (65535, 65535)];

fn ip(a: u8, b: u8, c: u8, d: u8) -> Ip {
    v4(Ipv4Addr::new(a, b, c, d))
}

impl Network {
    pub(crate) fn random(random: &mut Random) -> Self {
        let mut net = Self { transit_references: random.chance(50), ..Self::default() };
        for vpc in 0..1 + random.below(3) {
            let block = Block::of_v4(ip(10, vpc as u8, 0, 0), 16);
            net.vpcs.push(vec![block]);
            net.gateways.push(random.chance(70));
            let first = net.subnets.len();
            for number in 0..1 + random.below(3) {
                let block = Block::of_v4(ip(10, vpc as u8, number as u8, 0), 24);
                net.subnets.push(Subnet { vpc, block, table: None, acl: None });
            }
            let last = net.subnets.len();
            for number in 0..1 + random.below(2) {
                let subnet = first + random.below(last - first);
                let own = net.subnets[subnet].block.0;
                if number == 0 && random.chance(40) {
                    net.nats.push((subnet, own + 200));
                }
            }
            net.attachments.push(None);
        }
        let vpcs = net.vpcs.len();
        for one in 0..vpcs {
            for other in one + 1..vpcs {
                if random.chance(40) {
                    net.peerings.push((one, other, random.chance(80)));
                }
            }
        }
        net.transit = (0..1 + random.below(2)).map(|_| Vec::new()).collect();
        for vpc in 0..vpcs {
            if random.chance(60) {
                let own: Vec<usize> = (0..net.subnets.len()).filter(|&it| net.subnets[it].vpc == vpc).collect();
                let table = random.chance(85).then(|| random.below(net.transit.len()));
                net.attachments[vpc] = Some((random.pick(&own), table));
            }
        }
        for vpc in 0..vpcs {
            for _ in 0..1 + random.below(2) {
                let rules = Vec::new();
                net.groups.push((vpc, rules));
            }
        }
        net.random_blocks(random);
        net
    }

    /// A block that matters somewhere.
    pub(crate) fn some_block(&self, random: &mut Random) -> Block {
        match random.below(5) {
            0 => Block::V4,
            1 => random.pick(&self.vpcs)[0],
            2 => {
                let subnets: Vec<Block> = self.subnets.iter().map(|subnet| subnet.block).collect();
                random.pick(&subnets)
            }
            3 if !self.instances.is_empty() => Block::of_v4(self.instances[random.below(self.instances.len())].ip, 32),
            _ => random.pick(&[
                Block::of_v4(ip(10, 0, 0, 0), 8),
                Block::of_v4(ip(198, 51, 100, 0), 24),
                Block::of_v4(ip(8, 0, 0, 0), 8),
            ]),
        }
    }

    pub(crate) fn random_blocks(&mut self, random: &mut Random) {
        for subnet in 0..self.subnets.len() {
            for number in 0..1 + random.below(2) as Ip {
                let own: Vec<usize> =
                    (0..self.groups.len()).filter(|&group| self.groups[group].0 == self.subnets[subnet].vpc).collect();
                let mut groups = vec![random.pick(&own)];
                if random.chance(30) {
                    groups.push(random.pick(&own));
                }
                groups.sort_unstable();
                groups.dedup();
                let ip = self.subnets[subnet].block.0 + 10 + number;
                let (public, forwards) = (random.chance(50), random.chance(25));
                self.instances.push(Instance { subnet, ip, public, forwards, groups });
            }
        }
        for group in 0..self.groups.len() {
            for egress in [true, false] {
                if random.chance(50) {
                    let far = Far::Block(Block::V4);
                    self.groups[group].1.push(Rule { egress, protocol: "-1", ports: (0, 65535), far });
                }
                for _ in 0..random.below(4) {
                    let far = if random.chance(40) {
                        Far::Group(random.below(self.groups.len()))
                    } else {
                        Far::Block(self.some_block(random))
                    };
                    let (protocol, ports) = (random.pick(PROTOCOLS), random.pick(PORTS));
                    self.groups[group].1.push(Rule { egress, protocol, ports, far });
                }
            }
        }
        for subnet in 0..self.subnets.len() {
            if random.chance(35) {
                let mut entries = Vec::new();
                for egress in [true, false] {
                    let mut number = 10;
                    for _ in 0..1 + random.below(4) {
                        number += 1 + random.below(10);
                        let ports = if random.chance(60) { random.pick(ANSWERS) } else { random.pick(PORTS) };
                        let (allow, protocol) = (random.chance(75), random.pick(PROTOCOLS));
                        let block = if random.chance(60) { Block::V4 } else { self.some_block(random) };
                        entries.push(Entry { egress, allow, number, protocol, ports, block });
                    }
                }
                self.subnets[subnet].acl = Some(self.acls.len());
                self.acls.push((self.subnets[subnet].vpc, entries));
            }
            if random.chance(90) {
                let table = self.random_table(random, self.subnets[subnet].vpc);
                self.subnets[subnet].table = Some(self.tables.len());
                self.tables.push((self.subnets[subnet].vpc, table));
            }
        }
        for table in 0..self.transit.len() {
            for vpc in 0..self.vpcs.len() {
                if self.attachments[vpc].is_some() && random.chance(70) {
                    self.transit[table].push((self.vpcs[vpc][0], Some(vpc)));
                }
            }
            for _ in 0..random.below(3) {
                let block = self.some_block(random);
                let attached: Vec<usize> =
                    (0..self.vpcs.len()).filter(|&vpc| self.attachments[vpc].is_some()).collect();
                let to = if attached.is_empty() || random.chance(40) { None } else { Some(random.pick(&attached)) };
                if self.transit[table].iter().all(|(known, _)| *known != block) {
                    self.transit[table].push((block, to));
                }
            }
        }
    }

    pub(crate) fn random_table(&self, random: &mut Random, vpc: usize) -> Vec<(Block, Via)> {
        let mut routes: Vec<(Block, Via)> = Vec::new();
        let mut add = |block: Block, via: Via| {
            // AWS takes one route for a block, and none that is no more than the local one.
            if block != self.vpcs[vpc][0] && routes.iter().all(|(known, _)| *known != block) {
                routes.push((block, via));
            }
        };
        let appliances: Vec<usize> = (0..self.instances.len())
            .filter(|&number| self.subnets[self.instances[number].subnet].vpc == vpc)
            .collect();
        for (number, &(one, other, _)) in self.peerings.iter().enumerate() {
            if (one == vpc || other == vpc) && random.chance(75) {
                let far = if one == vpc { other } else { one };
                add(self.vpcs[far][0], Via::Peering(number));
            }
        }
        if self.attachments[vpc].is_some() && random.chance(75) {
            add(Block::of_v4(ip(10, 0, 0, 0), 8), Via::Transit);
        }
        let nats: Vec<usize> = (0..self.nats.len()).filter(|&nat| self.subnets[self.nats[nat].0].vpc == vpc).collect();
        if self.gateways[vpc] && random.chance(60) {
            add(Block::V4, Via::Internet);
        } else if !nats.is_empty() && random.chance(80) {
            add(Block::V4, Via::Nat(random.pick(&nats)));
        }
        if random.chance(30) {
            let block = self.some_block(random);
            let inside = block.1 > 96 + 16 && self.vpcs[vpc][0].holds(block.0);
            let appliance = random.pick(&appliances);
            // More specific than local: through an interface, for a whole subnet ("Middlebox routing").
            if !inside || self.subnets.iter().any(|subnet| subnet.block == block) {
                add(block, Via::Appliance(appliance));
            }
        }
        routes
    }
}

impl Network {
    pub(crate) fn configuration(&self) -> Json {
        let mut resources: Map<String, Json> = Map::new();
        let mut add = |kind: &str, name: String, body: Json| {
            resources.entry(kind).or_insert_with(|| json!({})).as_object_mut().unwrap().insert(name, body);
        };
        for (vpc, blocks) in self.vpcs.iter().enumerate() {
            add("aws_vpc", format!("v{vpc}"), json!({"cidr_block": blocks[0].text()}));
            if self.gateways[vpc] {
                add("aws_internet_gateway", format!("v{vpc}"), json!({"vpc_id": format!("${{aws_vpc.v{vpc}.id}}")}));
            }
            if let Some((subnet, table)) = &self.attachments[vpc] {
                let body = json!({
                    "vpc_id": format!("${{aws_vpc.v{vpc}.id}}"),
                    "subnet_ids": [format!("${{aws_subnet.s{subnet}.id}}")],
                    "transit_gateway_id": "${aws_ec2_transit_gateway.t.id}",
                });
                add("aws_ec2_transit_gateway_vpc_attachment", format!("v{vpc}"), body);
                if let Some(table) = table {
                    let body = json!({
                        "transit_gateway_attachment_id": format!("${{aws_ec2_transit_gateway_vpc_attachment.v{vpc}.id}}"),
                        "transit_gateway_route_table_id": format!("${{aws_ec2_transit_gateway_route_table.t{table}.id}}"),
                    });
                    add("aws_ec2_transit_gateway_route_table_association", format!("v{vpc}"), body);
                }
            }
        }
        let references = if self.transit_references { "enable" } else { "disable" };
        let body = json!({
            "default_route_table_association": "disable",
            "default_route_table_propagation": "disable",
            "security_group_referencing_support": references,
        });
        add("aws_ec2_transit_gateway", "t".to_owned(), body);
        for (number, routes) in self.transit.iter().enumerate() {
            let gateway = json!({"transit_gateway_id": "${aws_ec2_transit_gateway.t.id}"});
            add("aws_ec2_transit_gateway_route_table", format!("t{number}"), gateway);
            let table = format!("${{aws_ec2_transit_gateway_route_table.t{number}.id}}");
            for (index, (block, to)) in routes.iter().enumerate() {
                let mut body = json!({"transit_gateway_route_table_id": table, "destination_cidr_block": block.text()});
                match to {
                    Some(vpc) if self.vpcs[*vpc][0] == *block => {
                        let body = json!({
                            "transit_gateway_route_table_id": table,
                            "transit_gateway_attachment_id":
                                format!("${{aws_ec2_transit_gateway_vpc_attachment.v{vpc}.id}}"),
                        });
                        add("aws_ec2_transit_gateway_route_table_propagation", format!("t{number}_{index}"), body);
                        continue;
                    }
                    Some(vpc) => {
                        body["transit_gateway_attachment_id"] =
                            format!("${{aws_ec2_transit_gateway_vpc_attachment.v{vpc}.id}}").into();
                    }
                    None => body["blackhole"] = true.into(),
                }
                add("aws_ec2_transit_gateway_route", format!("t{number}_{index}"), body);
            }
        }
        for (number, subnet) in self.subnets.iter().enumerate() {
            let body = json!({"vpc_id": format!("${{aws_vpc.v{}.id}}", subnet.vpc), "cidr_block": subnet.block.text()});
            add("aws_subnet", format!("s{number}"), body);
            if let Some(table) = subnet.table {
                let body = json!({
                    "subnet_id": format!("${{aws_subnet.s{number}.id}}"),
                    "route_table_id": format!("${{aws_route_table.r{table}.id}}"),
                });
                add("aws_route_table_association", format!("s{number}"), body);
            }
        }
        for (number, (vpc, routes)) in self.tables.iter().enumerate() {
            add("aws_route_table", format!("r{number}"), json!({"vpc_id": format!("${{aws_vpc.v{vpc}.id}}")}));
            for (index, (block, via)) in routes.iter().enumerate() {
                let mut body = json!({
                    "route_table_id": format!("${{aws_route_table.r{number}.id}}"),
                    "destination_cidr_block": block.text(),
                });
                let (name, target) = match via {
                    Via::Internet => ("gateway_id", format!("aws_internet_gateway.v{vpc}.id")),
                    Via::EgressOnly | Via::Nothing => unreachable!("none is made at random"),
                    Via::Nat(nat) => ("nat_gateway_id", format!("aws_nat_gateway.n{nat}.id")),
                    Via::Peering(peering) => {
                        ("vpc_peering_connection_id", format!("aws_vpc_peering_connection.p{peering}.id"))
                    }
                    Via::Transit => ("transit_gateway_id", "aws_ec2_transit_gateway.t.id".to_owned()),
                    Via::Appliance(instance) => {
                        ("network_interface_id", format!("aws_instance.i{instance}.primary_network_interface_id"))
                    }
                };
                body[name] = format!("${{{target}}}").into();
                add("aws_route", format!("r{number}_{index}"), body);
            }
        }
        for (number, (vpc, entries)) in self.acls.iter().enumerate() {
            let subnets: Vec<String> = (0..self.subnets.len())
                .filter(|&subnet| self.subnets[subnet].acl == Some(number))
                .map(|subnet| format!("${{aws_subnet.s{subnet}.id}}"))
                .collect();
            let list = |egress: bool| -> Vec<Json> {
                let entries = entries.iter().filter(|entry| entry.egress == egress);
                let entry = |entry: &Entry| {
                    let ports = if entry.protocol == "-1" { (0, 0) } else { entry.ports };
                    json!({"rule_no": entry.number, "action": if entry.allow { "allow" } else { "deny" },
                           "protocol": entry.protocol, "from_port": ports.0, "to_port": ports.1,
                           "cidr_block": entry.block.text(),
                           "ipv6_cidr_block": null, "icmp_type": null, "icmp_code": null})
                };
                entries.map(entry).collect()
            };
            let body = json!({"vpc_id": format!("${{aws_vpc.v{vpc}.id}}"), "subnet_ids": subnets,
                              "ingress": list(false), "egress": list(true)});
            add("aws_network_acl", format!("a{number}"), body);
        }
        for (number, (vpc, rules)) in self.groups.iter().enumerate() {
            add("aws_security_group", format!("g{number}"), json!({"vpc_id": format!("${{aws_vpc.v{vpc}.id}}")}));
            for (index, rule) in rules.iter().enumerate() {
                let kind = if rule.egress {
                    "aws_vpc_security_group_egress_rule"
                } else {
                    "aws_vpc_security_group_ingress_rule"
                };
                let mut body = json!({"security_group_id": format!("${{aws_security_group.g{number}.id}}"),
                                      "ip_protocol": rule.protocol});
                if rule.protocol != "-1" {
                    body["from_port"] = rule.ports.0.into();
                    body["to_port"] = rule.ports.1.into();
                }
                match &rule.far {
                    Far::Block(block) => body["cidr_ipv4"] = block.text().into(),
                    Far::Group(group) => {
                        body["referenced_security_group_id"] = format!("${{aws_security_group.g{group}.id}}").into();
                    }
                }
                add(kind, format!("g{number}_{index}"), body);
            }
        }
        for (number, instance) in self.instances.iter().enumerate() {
            let groups: Vec<String> =
                instance.groups.iter().map(|group| format!("${{aws_security_group.g{group}.id}}")).collect();
            let body = json!({
                "subnet_id": format!("${{aws_subnet.s{}.id}}", instance.subnet),
                "private_ip": written(instance.ip),
                "associate_public_ip_address": instance.public,
                "source_dest_check": !instance.forwards,
                "vpc_security_group_ids": groups,
                "ami": "ami-1", "instance_type": "t3.micro",
            });
            add("aws_instance", format!("i{number}"), body);
        }
        for (number, (one, other, accepted)) in self.peerings.iter().enumerate() {
            let body = json!({"vpc_id": format!("${{aws_vpc.v{one}.id}}"),
                              "peer_vpc_id": format!("${{aws_vpc.v{other}.id}}"), "auto_accept": accepted});
            add("aws_vpc_peering_connection", format!("p{number}"), body);
        }
        for (number, (subnet, address)) in self.nats.iter().enumerate() {
            let body = json!({"subnet_id": format!("${{aws_subnet.s{subnet}.id}}"), "allocation_id": "eipalloc-1",
                              "private_ip": written(*address)});
            add("aws_nat_gateway", format!("n{number}"), body);
        }
        json!({"resource": resources})
    }
}
