//! Properties against naive models.

use std::collections::BTreeSet;

use ipnet::IpNet;
use num_bigint::BigUint;
use proptest::prelude::*;

use super::*;

/// A small window in which sets are compared number by number; its ends lie where IPv4, or `u128`, ends.
fn window(top: bool) -> std::ops::RangeInclusive<u128> {
    if top { u128::MAX - 39..=u128::MAX } else { 0..=39 }
}

/// Whether the window lies at the top, and two lists of ranges in it.
type TwoSets = (bool, Vec<(u128, u128)>, Vec<(u128, u128)>);

fn two_sets() -> impl Strategy<Value = TwoSets> {
    any::<bool>().prop_flat_map(|top| (Just(top), ranges(top), ranges(top)))
}

fn ranges(top: bool) -> impl Strategy<Value = Vec<(u128, u128)>> {
    let start = *window(top).start();
    prop::collection::vec((0..40u128, 0..12u128), 0..8).prop_map(move |pairs| {
        pairs.into_iter().map(|(first, length)| (start + first, start + (first + length).min(39))).collect()
    })
}

fn model(ranges: &[(u128, u128)]) -> BTreeSet<u128> {
    ranges.iter().flat_map(|&(first, last)| first..=last).collect()
}

fn members(set: &Ranges, top: bool) -> BTreeSet<u128> {
    window(top).filter(|&number| set.contains(number)).collect()
}

proptest! {
    #[test]
    fn ranges_are_sets_of_numbers((top, a, b) in two_sets()) {
        let (left, right): (Ranges, Ranges) = (a.iter().copied().collect(), b.iter().copied().collect());
        let (a, b) = (model(&a), model(&b));
        prop_assert_eq!(members(&left, top), a.clone());
        prop_assert_eq!(members(&left.union(&right), top), &a | &b);
        prop_assert_eq!(members(&left.intersection(&right), top), &a & &b);
        prop_assert_eq!(members(&left.difference(&right), top), &a - &b);
        prop_assert_eq!(left.overlaps(&right), !a.is_disjoint(&b));
        prop_assert_eq!(left.is_subset(&right), a.is_subset(&b));
        prop_assert_eq!(left.size(), BigUint::from(a.len()));
        // Canonical: built in any way, equal sets are equal values.
        prop_assert_eq!(left.union(&right), right.union(&left));
        prop_assert_eq!(left.difference(&right).union(&left.intersection(&right)), left);
    }

    #[test]
    fn cidr_lists_are_exact_and_shortest(blocks in prop::collection::vec((any::<u32>(), 20..=32u8), 0..12)) {
        let set: AddressSet = blocks.iter().map(|&(bits, prefix)| AddressSet::from(v4(bits, prefix)))
            .collect::<Vec<_>>().iter().collect();
        let cidrs = set.to_cidrs();
        let again: AddressSet = cidrs.iter().map(|&cidr| AddressSet::from(cidr)).collect::<Vec<_>>().iter().collect();
        prop_assert_eq!(&again, &set);
        // `aggregate` of ipnet is another implementation of the same list.
        let nets: Vec<IpNet> = blocks.iter().map(|&(bits, prefix)| v4(bits, prefix)).collect();
        prop_assert_eq!(cidrs, IpNet::aggregate(&nets));
    }

    #[test]
    fn packets_are_sets_of_triples(a in packets(), b in packets()) {
        let (left, right) = (packet_set(&a), packet_set(&b));
        let (a, b) = (packet_model(&a), packet_model(&b));
        prop_assert_eq!(packet_members(&left), a.clone());
        prop_assert_eq!(packet_members(&left.union(&right)), &a | &b);
        prop_assert_eq!(packet_members(&left.intersection(&right)), &a & &b);
        prop_assert_eq!(packet_members(&left.difference(&right)), &a - &b);
        prop_assert_eq!(left.is_subset(&right), a.is_subset(&b));
        prop_assert_eq!(left.size(), BigUint::from(a.len()));
        prop_assert_eq!(left.union(&right), right.union(&left));
        prop_assert_eq!(left.difference(&right).union(&left.intersection(&right)), left);
    }
}

fn v4(bits: u32, prefix: u8) -> IpNet {
    IpNet::new(std::net::Ipv4Addr::from_bits(bits).into(), prefix).expect("a prefix of IPv4").trunc()
}

type Box3 = (u8, (u16, u16), (u128, u128));

/// Boxes near the borders between protocols (ports 65533 to 65535 and 0 to 2).
fn packets() -> impl Strategy<Value = Vec<Box3>> {
    let port = prop_oneof![0..3u16, 65533..=65535u16];
    prop::collection::vec((5..8u8, (port.clone(), port), (0..6u128, 0..6u128)), 0..5)
}

fn packet_set(boxes: &[Box3]) -> PacketSet {
    boxes.iter().fold(PacketSet::EMPTY, |set, &(protocol, (first, last), (from, to))| {
        let addresses = AddressSet::of_family(Family::V4, Ranges::range(from, to));
        // Only the ports of the model: a range across the middle would be 65,536 ports.
        let ports = PortSet::range(first, last).difference(&PortSet::range(3, 65532));
        set.union(&PacketSet::new(Protocols::One(protocol), &ports, &addresses))
    })
}

fn packet_model(boxes: &[Box3]) -> BTreeSet<(u8, u16, u128)> {
    let mut model = BTreeSet::new();
    for &(protocol, (first, last), (from, to)) in boxes {
        for port in [0, 1, 2, 65533, 65534, 65535].into_iter().filter(|port| (first..=last).contains(port)) {
            model.extend((from..=to).map(|address| (protocol, port, address)));
        }
    }
    model
}

fn packet_members(set: &PacketSet) -> BTreeSet<(u8, u16, u128)> {
    let mut members = BTreeSet::new();
    for protocol in 4..=8u8 {
        for port in [0, 1, 2, 3, 65532, 65533, 65534, 65535] {
            let addresses = set.addresses(protocol, port).family(Family::V4);
            members.extend((0..12).filter(|&address| addresses.contains(address)).map(|it| (protocol, port, it)));
        }
    }
    members
}

#[test]
fn sizes_are_exact_up_to_everything() {
    let everything = AddressSet::everything();
    let (v4, v6) = (BigUint::from(1u8) << 32u8, BigUint::from(1u8) << 128u8);
    assert_eq!(everything.family(Family::V6).size(), v6);
    assert_eq!(everything.size(), &v4 + &v6);
    assert_eq!(PacketSet::everything().size(), (v4 + v6) << 24u8);
    assert_eq!(PortSet::everything().size(), 65536);
}

#[test]
fn a_set_exceeds_a_block_only_if_it_is_larger() {
    let set = |text: &str| AddressSet::from(text.parse::<IpNet>().unwrap());
    assert!(!set("0.0.0.0/16").exceeds(Family::V4, 16));
    assert!(set("0.0.0.0/15").exceeds(Family::V4, 16));
    assert!(set("::/0").exceeds(Family::V6, 1));
    assert!(!set("::/0").exceeds(Family::V6, 0));
    assert!(!set("0.0.0.0/0").exceeds(Family::V4, 0));
    assert!(set("0.0.0.0/31").exceeds(Family::V4, 32));
}

#[test]
fn ports_print_as_ranges() {
    let ports: PortSet = [(80, 80), (22, 22), (443, 450), (451, 451)].into_iter().collect();
    assert_eq!(ports.to_string(), "22, 80, 443-451");
    assert_eq!(PortSet::clamped(-1, 70_000), PortSet::everything());
    assert!(PortSet::clamped(10, 5).is_empty());
}

#[test]
fn all_protocols_are_every_protocol() {
    let all = PacketSet::new(Protocols::All, &PortSet::everything(), &AddressSet::everything());
    let by_number = (0..=255).fold(PacketSet::EMPTY, |set, number| {
        set.union(&PacketSet::new(Protocols::One(number), &PortSet::everything(), &AddressSet::everything()))
    });
    assert_eq!(all, by_number);
    assert!(all.difference(&by_number).is_empty());
    assert_eq!(all.of_protocol(6).map(|(first, last, _)| (first, last)).collect::<Vec<_>>(), [(0, 65535)]);
}
