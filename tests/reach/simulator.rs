//! One packet walks hop by hop through plain `if`s, there and back: nothing here knows of sets.

use std::net::{Ipv4Addr, Ipv6Addr};

/// An address: of IPv6, or of IPv4 as IPv6 writes it (`::ffff:10.0.0.1`).
pub(crate) type Ip = u128;

/// An address of IPv4.
pub(crate) fn v4(address: Ipv4Addr) -> Ip {
    address.to_ipv6_mapped().to_bits()
}

/// An address as it is written.
pub(crate) fn written(ip: Ip) -> String {
    let ip = Ipv6Addr::from_bits(ip);
    ip.to_ipv4_mapped().map_or_else(|| ip.to_string(), |ip| ip.to_string())
}

/// A block: first address, prefix length (of IPv6).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Block(pub(crate) Ip, pub(crate) u32);

impl Block {
    /// Every address of IPv4.
    pub(crate) const V4: Self = Self(0xFFFF_0000_0000, 96);

    /// Of IPv4, with a prefix length of IPv4.
    pub(crate) const fn of_v4(first: Ip, length: u32) -> Self {
        Self(first, 96 + length)
    }

    pub(crate) fn read(text: &str) -> Self {
        let (address, length) = text.split_once('/').unwrap();
        let length: u32 = length.parse().unwrap();
        match address.parse::<Ipv4Addr>() {
            Ok(address) => Self::of_v4(v4(address), length),
            Err(_) => Self(address.parse::<Ipv6Addr>().unwrap().to_bits(), length),
        }
    }

    pub(crate) fn holds(self, ip: Ip) -> bool {
        self.1 == 0 || (ip >> (128 - self.1)) == (self.0 >> (128 - self.1))
    }

    pub(crate) fn text(self) -> String {
        let is_v4 = Ipv6Addr::from_bits(self.0).to_ipv4_mapped().is_some();
        format!("{}/{}", written(self.0), if is_v4 { self.1 - 96 } else { self.1 })
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Far {
    Block(Block),
    Group(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) egress: bool,
    pub(crate) protocol: &'static str,
    pub(crate) ports: (u16, u16),
    pub(crate) far: Far,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) egress: bool,
    pub(crate) allow: bool,
    pub(crate) number: usize,
    pub(crate) protocol: &'static str,
    pub(crate) ports: (u16, u16),
    pub(crate) block: Block,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Via {
    Internet,
    EgressOnly,
    Nothing,
    Nat(usize),
    Peering(usize),
    Transit,
    Appliance(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Instance {
    pub(crate) subnet: usize,
    pub(crate) ip: Ip,
    pub(crate) public: bool,
    pub(crate) forwards: bool,
    /// None: it takes everything.
    pub(crate) groups: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Subnet {
    pub(crate) vpc: usize,
    pub(crate) block: Block,
    /// `None`: the main table, which has the local route alone.
    pub(crate) table: Option<usize>,
    /// `None`: the default ACL, which lets everything through.
    pub(crate) acl: Option<usize>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Network {
    pub(crate) vpcs: Vec<Vec<Block>>,
    pub(crate) gateways: Vec<bool>,
    pub(crate) subnets: Vec<Subnet>,
    pub(crate) tables: Vec<(usize, Vec<(Block, Via)>)>,
    pub(crate) acls: Vec<(usize, Vec<Entry>)>,
    pub(crate) groups: Vec<(usize, Vec<Rule>)>,
    pub(crate) instances: Vec<Instance>,
    /// Both VPCs, and whether it is accepted.
    pub(crate) peerings: Vec<(usize, usize, bool)>,
    /// NAT gateways: subnet and address.
    pub(crate) nats: Vec<(usize, Ip)>,
    /// Of each VPC, the subnet of its attachment and the table of the transit gateway that this is associated with.
    pub(crate) attachments: Vec<Option<(usize, Option<usize>)>>,
    /// Tables of the transit gateway: block, and to which VPC (`None`: blackhole).
    pub(crate) transit: Vec<Vec<(Block, Option<usize>)>>,
    /// Whether groups may be named across the transit gateway.
    pub(crate) transit_references: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Packet {
    pub(crate) source: Ip,
    pub(crate) destination: Ip,
    pub(crate) protocol: &'static str,
    /// The port at the destination.
    pub(crate) port: u16,
}

/// Where a packet comes from, and goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Place {
    Instance(usize),
    Nat(usize),
    Internet,
}

/// Where something is, and its address.
pub(crate) type Point = (Place, Ip);

/// What a walk comes to.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) place: Place,
    /// Whether it came straight enough for groups to be named.
    pub(crate) named: bool,
    /// The subnets that it left (true) and entered, with the packet as it was then.
    pub(crate) crossed: Vec<(usize, bool, Packet)>,
    pub(crate) nat: Option<(usize, Ip)>,
    pub(crate) packet: Packet,
}

impl Network {
    pub(crate) fn acl_passes(&self, subnet: usize, egress: bool, packet: Packet) -> bool {
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
    pub(crate) fn groups_pass(&self, groups: &[usize], egress: bool, packet: Packet, far: Option<&[usize]>) -> bool {
        let address = if egress { packet.destination } else { packet.source };
        if groups.is_empty() {
            return true;
        }
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

    pub(crate) fn is_inside(&self, address: Ip) -> bool {
        self.vpcs.iter().flatten().any(|block| block.holds(address))
    }

    pub(crate) fn owner(&self, address: Ip) -> Option<Place> {
        if let Some(instance) = self.instances.iter().position(|instance| instance.ip == address) {
            return Some(Place::Instance(instance));
        }
        self.nats.iter().position(|nat| nat.1 == address).map(Place::Nat)
    }

    pub(crate) fn subnet_of(&self, place: Place) -> Option<usize> {
        match place {
            Place::Instance(instance) => Some(self.instances[instance].subnet),
            Place::Nat(nat) => Some(self.nats[nat].0),
            Place::Internet => None,
        }
    }

    /// A packet in a subnet, on its way out of it or to a neighbour. `answer`: it answers another.
    pub(crate) fn walk(
        &self,
        subnet: usize,
        mut at: Arrived,
        answer: bool,
        steps: usize,
        public: bool,
    ) -> Option<Arrived> {
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
        let local = self.vpcs[here.vpc].iter().find(|block| block.holds(packet.destination));
        // The longest prefix; the local route is that of the VPC's block.
        let mut best: Option<(u32, Option<Via>)> = local.map(|block| (block.1, None));
        if let Some(table) = here.table {
            for (block, via) in &self.tables[table].1 {
                let specific = local.is_none() || matches!(via, Via::Appliance(_) | Via::Nat(_));
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
                let inside = self.is_inside(packet.destination);
                if !leave(&mut at) || !self.gateways[here.vpc] || inside || !(public || at.nat.is_some()) {
                    return None;
                }
                at.place = Place::Internet;
                Some(at)
            }
            Some(Via::EgressOnly) => {
                if answer || !leave(&mut at) || self.is_inside(packet.destination) {
                    return None;
                }
                at.place = Place::Internet;
                Some(at)
            }
            Some(Via::Nothing) => None,
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
                let inside = self.is_inside(packet.destination);
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
    pub(crate) fn connects(&self, from: Point, to: Point, protocol: &'static str, port: u16) -> bool {
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
        let entries = self.acls.iter().flat_map(|(_, entries)| entries);
        let edges = entries.flat_map(|entry| {
            [entry.ports.0.saturating_sub(1), entry.ports.0, entry.ports.1, entry.ports.1.saturating_add(1)]
        });
        let mut clients = edges.chain([1024, 32768, 65535]).filter(|&port| port >= 1024);
        clients.any(|client| self.answers(from, to, &arrived, protocol, client))
    }

    /// Whether the answer to what arrived gets back to this port.
    pub(crate) fn answers(
        &self,
        from: Point,
        to: Point,
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
