//! Reachability against a simulator that knows nothing of sets: one packet walks hop by hop through plain `if`s, there and
//! back, over random small networks. Addresses are all known, so every answer has to be certain, and the same.
//!
//! `REACH_NETWORKS=5000 cargo test --test reach` looks at more of them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::net::Ipv4Addr;
use std::path::PathBuf;

use serde_json::{Map, Value as Json, json};
use terravet::network::reach::{End, Question, Reach, Verdict, Wanted};
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::{self, Options};

// ---------------------------------------------------------------------------------------------------------- random

struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }

    fn chance(&mut self, of_100: usize) -> bool {
        self.below(100) < of_100
    }

    fn pick<T: Clone>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())].clone()
    }
}

// -------------------------------------------------------------------------------------------------- simple structures

/// A block: first address, prefix length.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Block(u32, u32);

impl Block {
    fn holds(self, ip: u32) -> bool {
        self.1 == 0 || (ip >> (32 - self.1)) == (self.0 >> (32 - self.1))
    }

    fn text(self) -> String {
        format!("{}/{}", Ipv4Addr::from(self.0), self.1)
    }
}

#[derive(Clone, Debug)]
enum Far {
    Block(Block),
    Group(usize),
}

#[derive(Clone, Debug)]
struct Rule {
    egress: bool,
    protocol: &'static str,
    ports: (u16, u16),
    far: Far,
}

#[derive(Clone, Debug)]
struct Entry {
    egress: bool,
    allow: bool,
    number: usize,
    protocol: &'static str,
    ports: (u16, u16),
    block: Block,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Via {
    Internet,
    Nat(usize),
    Peering(usize),
    Transit,
    Appliance(usize),
}

#[derive(Clone, Debug)]
struct Instance {
    subnet: usize,
    ip: u32,
    public: bool,
    forwards: bool,
    groups: Vec<usize>,
}

#[derive(Clone, Debug)]
struct Subnet {
    vpc: usize,
    block: Block,
    /// `None`: the main table, which has the local route alone.
    table: Option<usize>,
    /// `None`: the default ACL, which lets everything through.
    acl: Option<usize>,
}

#[derive(Clone, Debug, Default)]
struct Network {
    vpcs: Vec<Block>,
    gateways: Vec<bool>,
    subnets: Vec<Subnet>,
    tables: Vec<(usize, Vec<(Block, Via)>)>,
    acls: Vec<(usize, Vec<Entry>)>,
    groups: Vec<(usize, Vec<Rule>)>,
    instances: Vec<Instance>,
    /// Both VPCs, and whether it is accepted.
    peerings: Vec<(usize, usize, bool)>,
    /// NAT gateways: subnet and address.
    nats: Vec<(usize, u32)>,
    /// Of each VPC, the subnet of its attachment and the table of the transit gateway that this is associated with.
    attachments: Vec<Option<(usize, Option<usize>)>>,
    /// Tables of the transit gateway: block, and to which VPC (`None`: blackhole).
    transit: Vec<Vec<(Block, Option<usize>)>>,
    /// Whether groups may be named across the transit gateway.
    transit_references: bool,
}

// --------------------------------------------------------------------------------------------------------- generator

const PROTOCOLS: &[&str] = &["tcp", "tcp", "tcp", "udp", "-1"];
const PORTS: &[(u16, u16)] = &[(0, 65535), (0, 65535), (443, 443), (22, 80), (80, 80), (443, 8080)];
const ANSWERS: &[(u16, u16)] =
    &[(0, 65535), (0, 65535), (1024, 65535), (32768, 60999), (1024, 1024), (443, 443), (65535, 65535)];

fn ip(a: u32, b: u32, c: u32, d: u32) -> u32 {
    (a << 24) | (b << 16) | (c << 8) | d
}

impl Network {
    fn random(random: &mut Random) -> Self {
        let mut net = Self { transit_references: random.chance(50), ..Self::default() };
        for vpc in 0..1 + random.below(3) {
            let block = Block(ip(10, vpc as u32, 0, 0), 16);
            net.vpcs.push(block);
            net.gateways.push(random.chance(70));
            let first = net.subnets.len();
            for number in 0..1 + random.below(3) {
                let block = Block(ip(10, vpc as u32, number as u32, 0), 24);
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
    fn some_block(&self, random: &mut Random) -> Block {
        match random.below(5) {
            0 => Block(0, 0),
            1 => random.pick(&self.vpcs),
            2 => {
                let subnets: Vec<Block> = self.subnets.iter().map(|subnet| subnet.block).collect();
                random.pick(&subnets)
            }
            3 if !self.instances.is_empty() => Block(self.instances[random.below(self.instances.len())].ip, 32),
            _ => random.pick(&[Block(ip(10, 0, 0, 0), 8), Block(ip(198, 51, 100, 0), 24), Block(ip(8, 0, 0, 0), 8)]),
        }
    }

    fn random_blocks(&mut self, random: &mut Random) {
        for subnet in 0..self.subnets.len() {
            for number in 0..1 + random.below(2) as u32 {
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
                    let far = Far::Block(Block(0, 0));
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
                        let block = if random.chance(60) { Block(0, 0) } else { self.some_block(random) };
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
                    self.transit[table].push((self.vpcs[vpc], Some(vpc)));
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

    fn random_table(&self, random: &mut Random, vpc: usize) -> Vec<(Block, Via)> {
        let mut routes: Vec<(Block, Via)> = Vec::new();
        let mut add = |block: Block, via: Via| {
            // AWS takes one route for a block, and none that is no more than the local one.
            if block != self.vpcs[vpc] && routes.iter().all(|(known, _)| *known != block) {
                routes.push((block, via));
            }
        };
        let appliances: Vec<usize> = (0..self.instances.len())
            .filter(|&number| self.subnets[self.instances[number].subnet].vpc == vpc)
            .collect();
        for (number, &(one, other, _)) in self.peerings.iter().enumerate() {
            if (one == vpc || other == vpc) && random.chance(75) {
                let far = if one == vpc { other } else { one };
                add(self.vpcs[far], Via::Peering(number));
            }
        }
        if self.attachments[vpc].is_some() && random.chance(75) {
            add(Block(ip(10, 0, 0, 0), 8), Via::Transit);
        }
        let nats: Vec<usize> = (0..self.nats.len()).filter(|&nat| self.subnets[self.nats[nat].0].vpc == vpc).collect();
        if self.gateways[vpc] && random.chance(60) {
            add(Block(0, 0), Via::Internet);
        } else if !nats.is_empty() && random.chance(80) {
            add(Block(0, 0), Via::Nat(random.pick(&nats)));
        }
        if random.chance(30) {
            let block = self.some_block(random);
            let inside = block.1 > 16 && self.vpcs[vpc].holds(block.0);
            let appliance = random.pick(&appliances);
            // More specific than local: through an interface, for a whole subnet ("Middlebox routing").
            if !inside || self.subnets.iter().any(|subnet| subnet.block == block) {
                add(block, Via::Appliance(appliance));
            }
        }
        routes
    }
}

// --------------------------------------------------------------------------------------------------------- simulator

#[derive(Clone, Copy, Debug, PartialEq)]
struct Packet {
    source: u32,
    destination: u32,
    protocol: &'static str,
    /// The port at the destination.
    port: u16,
}

/// Where a packet comes from, and goes.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Instance(usize),
    Nat(usize),
    Internet,
}

/// What a walk comes to.
#[derive(Clone, Debug)]
struct Arrived {
    place: Place,
    /// Whether it came straight enough for groups to be named.
    named: bool,
    /// The subnets that it left (true) and entered, with the packet as it was then.
    crossed: Vec<(usize, bool, Packet)>,
    nat: Option<(usize, u32)>,
    packet: Packet,
}

impl Network {
    fn acl_passes(&self, subnet: usize, egress: bool, packet: Packet) -> bool {
        let Some(acl) = self.subnets[subnet].acl else { return true };
        let mut entries: Vec<&Entry> = self.acls[acl].1.iter().filter(|entry| entry.egress == egress).collect();
        entries.sort_by_key(|entry| entry.number);
        let far = if egress { packet.destination } else { packet.source };
        for entry in entries {
            let protocol = entry.protocol == "-1" || entry.protocol == packet.protocol;
            let port = entry.protocol == "-1" || (entry.ports.0 <= packet.port && packet.port <= entry.ports.1);
            if protocol && port && entry.block.holds(far) {
                return entry.allow;
            }
        }
        false
    }

    /// `far`: the groups of the interface at the other end, where they may be named.
    fn groups_pass(&self, groups: &[usize], egress: bool, packet: Packet, far: Option<&[usize]>) -> bool {
        let address = if egress { packet.destination } else { packet.source };
        for &group in groups {
            for rule in self.groups[group].1.iter().filter(|rule| rule.egress == egress) {
                let protocol = rule.protocol == "-1" || rule.protocol == packet.protocol;
                let port = rule.protocol == "-1" || (rule.ports.0 <= packet.port && packet.port <= rule.ports.1);
                let matches = match &rule.far {
                    Far::Block(block) => block.holds(address),
                    Far::Group(named) => far.is_some_and(|far| far.contains(named)),
                };
                if protocol && port && matches {
                    return true;
                }
            }
        }
        false
    }

    fn owner(&self, address: u32) -> Option<Place> {
        if let Some(instance) = self.instances.iter().position(|instance| instance.ip == address) {
            return Some(Place::Instance(instance));
        }
        self.nats.iter().position(|nat| nat.1 == address).map(Place::Nat)
    }

    fn subnet_of(&self, place: Place) -> Option<usize> {
        match place {
            Place::Instance(instance) => Some(self.instances[instance].subnet),
            Place::Nat(nat) => Some(self.nats[nat].0),
            Place::Internet => None,
        }
    }

    /// A packet in a subnet, on its way out of it or to a neighbour. `answer`: it answers another.
    fn walk(&self, subnet: usize, mut at: Arrived, answer: bool, steps: usize, public: bool) -> Option<Arrived> {
        if steps > 12 {
            return None;
        }
        let packet = at.packet;
        let here = &self.subnets[subnet];
        let owner = self.owner(packet.destination);
        let to = owner.and_then(|owner| self.subnet_of(owner));
        if to == Some(subnet) {
            at.place = owner?;
            return Some(at);
        }
        let local = self.vpcs[here.vpc].holds(packet.destination);
        // The longest prefix; the local route is one of 16 bits.
        let mut best: Option<(u32, Option<Via>)> = if local { Some((16, None)) } else { None };
        if let Some(table) = here.table {
            for (block, via) in &self.tables[table].1 {
                let specific = !local || matches!(via, Via::Appliance(_) | Via::Nat(_));
                if specific && block.holds(packet.destination) && best.is_none_or(|known| block.1 > known.0) {
                    best = Some((block.1, Some(*via)));
                }
            }
        }
        let leave = |at: &mut Arrived| {
            at.crossed.push((subnet, true, packet));
            self.acl_passes(subnet, true, packet)
        };
        let enter = |at: &mut Arrived, other: usize, packet: Packet| {
            at.crossed.push((other, false, packet));
            self.acl_passes(other, false, packet)
        };
        match best?.1 {
            None => {
                let to = to?;
                if !leave(&mut at) || !enter(&mut at, to, packet) {
                    return None;
                }
                at.place = owner?;
                Some(at)
            }
            Some(Via::Internet) => {
                let inside = self.vpcs.iter().any(|vpc| vpc.holds(packet.destination));
                if !leave(&mut at) || !self.gateways[here.vpc] || inside || !(public || at.nat.is_some()) {
                    return None;
                }
                at.place = Place::Internet;
                Some(at)
            }
            Some(Via::Nat(nat)) => {
                if answer {
                    return None;
                }
                let (own, address) = self.nats[nat];
                if own != subnet && (!leave(&mut at) || !enter(&mut at, own, packet)) {
                    return None;
                }
                at.nat = Some((nat, packet.source));
                at.named = false;
                at.packet.source = address;
                self.walk(own, at, answer, steps + 1, true)
            }
            Some(Via::Peering(peering)) => {
                let (one, other, accepted) = self.peerings[peering];
                let far = if one == here.vpc { other } else { one };
                if !accepted || !leave(&mut at) {
                    return None;
                }
                let to = to.filter(|&to| self.subnets[to].vpc == far)?;
                if !enter(&mut at, to, packet) {
                    return None;
                }
                at.place = owner?;
                Some(at)
            }
            Some(Via::Transit) => {
                let (entry, table) = self.attachments[here.vpc]?;
                if !leave(&mut at) || !enter(&mut at, entry, packet) {
                    return None;
                }
                let mut best: Option<(u32, Option<usize>)> = None;
                for (block, to) in &self.transit[table?] {
                    if block.holds(packet.destination) && best.is_none_or(|known| block.1 > known.0) {
                        best = Some((block.1, *to));
                    }
                }
                let vpc = best?.1?;
                at.named &= self.transit_references;
                self.walk(self.attachments[vpc]?.0, at, answer, steps + 1, public)
            }
            Some(Via::Appliance(appliance)) => {
                let instance = &self.instances[appliance];
                if !leave(&mut at) || !instance.forwards {
                    return None;
                }
                if instance.subnet != subnet && !enter(&mut at, instance.subnet, packet) {
                    return None;
                }
                if !self.groups_pass(&instance.groups, false, packet, None)
                    || !self.groups_pass(&instance.groups, true, packet, None)
                {
                    return None;
                }
                at.named = false;
                let inside = self.vpcs.iter().any(|vpc| vpc.holds(packet.destination));
                // A NAT instance, where it has a public address.
                let translates = instance.public && !inside && !answer;
                if translates {
                    at.nat = Some((usize::MAX, packet.source));
                    at.packet.source = instance.ip;
                }
                self.walk(instance.subnet, at, answer, steps + 1, public || translates)
            }
        }
    }

    /// Whether a connection from `from` to `to` gets there, and its answer back, from some port of the client.
    fn connects(&self, from: (Place, u32), to: (Place, u32), protocol: &'static str, port: u16) -> bool {
        let packet = Packet { source: from.1, destination: to.1, protocol, port };
        let start = Arrived { place: from.0, named: true, crossed: Vec::new(), nat: None, packet };
        let arrived = match from.0 {
            Place::Internet => {
                let Some(subnet) = self.subnet_of(to.0) else { return false };
                let Place::Instance(instance) = to.0 else { return false };
                if !self.gateways[self.subnets[subnet].vpc] || !self.instances[instance].public {
                    return false;
                }
                if !self.acl_passes(subnet, false, packet) {
                    return false;
                }
                Arrived { place: to.0, named: false, ..start }
            }
            place => {
                let Some(subnet) = self.subnet_of(place) else { return false };
                let Place::Instance(instance) = place else { return false };
                let Some(arrived) = self.walk(subnet, start, false, 0, self.instances[instance].public) else {
                    return false;
                };
                arrived
            }
        };
        if arrived.place != to.0 {
            return false;
        }
        let groups = |place: Place| match place {
            Place::Instance(instance) => Some(self.instances[instance].groups.as_slice()),
            Place::Nat(_) | Place::Internet => None,
        };
        let (own, far) = (groups(from.0), groups(to.0));
        if own.is_some_and(|own| !self.groups_pass(own, true, packet, far.filter(|_| arrived.named))) {
            return false;
        }
        if far.is_some_and(|far| !self.groups_pass(far, false, arrived.packet, own.filter(|_| arrived.named))) {
            return false;
        }
        [1024, 1025, 32768, 60999, 61000, 65535]
            .iter()
            .any(|&client| self.answers(from, to, &arrived, protocol, client))
    }

    /// Whether the answer to what arrived gets back to this port.
    fn answers(
        &self,
        from: (Place, u32),
        to: (Place, u32),
        arrived: &Arrived,
        protocol: &'static str,
        client: u16,
    ) -> bool {
        // Up to a NAT gateway, and from the internet, answers come back as the packets came.
        let back = |crossed: &[(usize, bool, Packet)]| {
            crossed.iter().all(|&(subnet, left, packet)| {
                let answer = Packet { source: packet.destination, destination: packet.source, protocol, port: client };
                self.acl_passes(subnet, !left, answer)
            })
        };
        if to.0 == Place::Internet {
            return back(&arrived.crossed);
        }
        let Some(subnet) = self.subnet_of(to.0) else { return false };
        let Place::Instance(instance) = to.0 else { return false };
        let packet = Packet { source: to.1, destination: arrived.packet.source, protocol, port: client };
        let start = Arrived { place: to.0, named: true, crossed: Vec::new(), nat: None, packet };
        let Some(answer) = self.walk(subnet, start, true, 0, self.instances[instance].public) else { return false };
        match arrived.nat {
            Some((nat, original)) => {
                let before = arrived.crossed.iter().filter(|(_, _, packet)| packet.source == original);
                let before: Vec<_> = before.copied().collect();
                answer.place == Place::Nat(nat) && back(&before)
            }
            None => answer.place == from.0,
        }
    }
}

// ------------------------------------------------------------------------------------------------------ as Terraform

impl Network {
    fn configuration(&self) -> Json {
        let mut resources: Map<String, Json> = Map::new();
        let mut add = |kind: &str, name: String, body: Json| {
            resources.entry(kind).or_insert_with(|| json!({})).as_object_mut().unwrap().insert(name, body);
        };
        for (vpc, block) in self.vpcs.iter().enumerate() {
            add("aws_vpc", format!("v{vpc}"), json!({"cidr_block": block.text()}));
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
                    Some(vpc) if self.vpcs[*vpc] == *block => {
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
                "private_ip": Ipv4Addr::from(instance.ip).to_string(),
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
                              "private_ip": Ipv4Addr::from(*address).to_string()});
            add("aws_nat_gateway", format!("n{number}"), body);
        }
        json!({"resource": resources})
    }
}

// --------------------------------------------------------------------------------------------------------------- tests

/// A directory that is removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("terravet-reach-{}-{name}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        Self(directory)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A question: from, to, protocol and port.
type Asked = (String, String, &'static str, u16);

/// The answers to questions about a configuration.
fn answers(scratch: &Scratch, configuration: &Json, asked: &[Asked]) -> Vec<Verdict> {
    fs::write(scratch.0.join("main.tf.json"), serde_json::to_vec_pretty(configuration).unwrap()).unwrap();
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let options = Options { current_directory: scratch.0.clone(), ..Options::default() };
    let reading = terraform::read(&scratch.0, &options, &mut sources, &mut trees);
    assert!(reading.problems.is_empty(), "{:?}\n{configuration:#}", reading.problems);
    let reach = Reach::new(&reading.inventory, &trees);
    let answer = |(from, to, protocol, port): &Asked| {
        let number = if *protocol == "tcp" { 6 } else { 17 };
        let wanted = Wanted { protocol: Some(number), port: Some(*port) };
        let (from, to) = (End::parse(from).unwrap(), End::parse(to).unwrap());
        reach.answer(&Question { from, to, wanted, relay: false }).unwrap().verdict
    };
    asked.iter().map(answer).collect()
}

/// Addresses on the internet that are asked about.
const OUTSIDE: &[u32] = &[0x0808_0808, 0xC633_6407];

/// Where something is, and its address.
type Point = (Place, u32);

fn questions(net: &Network, random: &mut Random, count: usize) -> Vec<(Asked, Point, Point)> {
    let mut places: Vec<(String, (Place, u32))> = Vec::new();
    for (number, instance) in net.instances.iter().enumerate() {
        places.push((format!("aws_instance.i{number}"), (Place::Instance(number), instance.ip)));
    }
    for &address in OUTSIDE {
        places.push((Ipv4Addr::from(address).to_string(), (Place::Internet, address)));
    }
    let mut asked = Vec::new();
    while asked.len() < count {
        let (from, to) = (random.pick(&places), random.pick(&places));
        if from.0 == to.0 || (from.1.0 == Place::Internet && to.1.0 == Place::Internet) {
            continue;
        }
        let port = random.pick(&[21, 22, 79, 80, 81, 443, 444, 8080, 8081, 65535]);
        let protocol = random.pick(&["tcp", "tcp", "udp"]);
        asked.push(((from.0, to.0, protocol, port), from.1, to.1));
    }
    asked
}

fn networks() -> u64 {
    std::env::var("REACH_NETWORKS").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

#[test]
fn the_engine_and_the_simulator_agree() {
    let scratch = Scratch::new("agree");
    let (mut reachable, mut total) = (0, 0);
    for seed in 0..networks() {
        let mut random = Random(seed * 7919 + 1);
        let net = Network::random(&mut random);
        let asked = questions(&net, &mut random, 40);
        let configuration = net.configuration();
        let found = answers(&scratch, &configuration, &asked.iter().map(|it| it.0.clone()).collect::<Vec<_>>());
        for (((from, to, protocol, port), source, destination), verdict) in asked.iter().zip(found) {
            let expected = net.connects(*source, *destination, protocol, *port);
            total += 1;
            reachable += usize::from(expected);
            let expected = if expected { Verdict::Reachable } else { Verdict::Unreachable };
            assert_eq!(verdict, expected, "seed {seed}: {from} -> {to} {protocol} {port}\n{net:#?}");
        }
    }
    assert!(reachable * 50 > total, "too few of the connections work to say anything: {reachable} of {total}");
}

#[test]
fn another_permission_never_takes_anything_away() {
    let scratch = Scratch::new("monotone");
    for seed in 0..networks() / 4 {
        let mut random = Random(seed * 104_729 + 3);
        let mut net = Network::random(&mut random);
        let asked: Vec<Asked> = questions(&net, &mut random, 30).into_iter().map(|it| it.0).collect();
        let before = answers(&scratch, &net.configuration(), &asked);
        let group = random.below(net.groups.len());
        let (far, egress) = (Far::Block(net.some_block(&mut random)), random.chance(50));
        net.groups[group].1.push(Rule { egress, protocol: random.pick(PROTOCOLS), ports: random.pick(PORTS), far });
        if !net.acls.is_empty() {
            let acl = random.below(net.acls.len());
            let (protocol, ports) = (random.pick(PROTOCOLS), random.pick(PORTS));
            let block = net.some_block(&mut random);
            let egress = random.chance(50);
            // In front of all others.
            net.acls[acl].1.push(Entry { egress, allow: true, number: 1, protocol, ports, block });
        }
        let after = answers(&scratch, &net.configuration(), &asked);
        for ((asked, before), after) in asked.iter().zip(&before).zip(&after) {
            assert!(after >= before, "seed {seed}: {asked:?} was {before:?} and is {after:?}\n{net:#?}");
        }
    }
}

#[test]
fn what_is_not_known_never_turns_an_answer_around() {
    let scratch = Scratch::new("unknown");
    let (mut kept, mut lost) = (0, 0);
    for seed in 0..networks() {
        let mut random = Random(seed * 15_485_863 + 11);
        let net = Network::random(&mut random);
        let asked: Vec<Asked> = questions(&net, &mut random, 20).into_iter().map(|it| it.0).collect();
        let mut configuration = net.configuration();
        let before = answers(&scratch, &configuration, &asked);
        configuration["resource"]["terraform_data"] = json!({"later": {}});
        let hidden = hide(&mut configuration["resource"], &mut random);
        let after = answers(&scratch, &configuration, &asked);
        for ((asked, before), after) in asked.iter().zip(&before).zip(&after) {
            let same = before == after;
            *(if same { &mut kept } else { &mut lost }) += 1;
            assert!(
                same || *after == Verdict::Undetermined,
                "seed {seed}: with {hidden} not known, {asked:?} was {before:?} and is {after:?}\n{net:#?}"
            );
        }
    }
    assert!(kept > lost, "{lost} answers were lost, {kept} kept");
}

/// Replaces one argument of one resource by what is not known until apply; where it was.
fn hide(resources: &mut Json, random: &mut Random) -> String {
    let of_type: Vec<String> =
        resources.as_object().unwrap().keys().filter(|kind| *kind != "terraform_data").cloned().collect();
    loop {
        let kind = random.pick(&of_type);
        let names: Vec<String> = resources[&kind].as_object().unwrap().keys().cloned().collect();
        let name = random.pick(&names);
        let arguments: Vec<String> = resources[&kind][&name].as_object().unwrap().keys().cloned().collect();
        let argument = random.pick(&arguments);
        let value = &mut resources[&kind][&name][&argument];
        // Blocks are hidden by one of their arguments.
        let at = match value.as_array_mut() {
            Some(list) if list.first().is_some_and(Json::is_object) => {
                let index = random.below(list.len());
                let block = list[index].as_object_mut().unwrap();
                let names: Vec<String> = block.keys().cloned().collect();
                let inner = random.pick(&names);
                block.insert(inner.clone(), "${jsondecode(terraform_data.later.id)}".into());
                format!("{argument}[{index}].{inner}")
            }
            Some(list) if list.is_empty() => continue,
            _ => {
                *value = "${jsondecode(terraform_data.later.id)}".into();
                argument
            }
        };
        return format!("{kind}.{name}.{at}");
    }
}
