//! Reachability against a simulator that knows nothing of sets: one packet walks hop by hop through plain `if`s, there and
//! back, over random small networks. Addresses are all known, so every answer has to be certain, and the same.
//!
//! `REACH_NETWORKS=5000 cargo test --test reach` looks at more of them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "reach/described.rs"]
mod described;
#[path = "reach/random.rs"]
mod random;
#[path = "reach/recorded.rs"]
mod recorded;
#[path = "reach/simulator.rs"]
mod simulator;

use std::fs;
use std::path::PathBuf;

use serde_json::{Value as Json, json};
use terravet::network::reach::{End, Question, Reach, Verdict, Wanted};
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::{self, Options};

use random::{PORTS, PROTOCOLS, Random};
use simulator::{Entry, Far, Ip, Network, Place, Point, Rule, written};

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
const OUTSIDE: &[Ip] = &[0xFFFF_0808_0808, 0xFFFF_C633_6407];

fn questions(net: &Network, random: &mut Random, count: usize) -> Vec<(Asked, Point, Point)> {
    let mut places: Vec<(String, Point)> = Vec::new();
    for (number, instance) in net.instances.iter().enumerate() {
        places.push((format!("aws_instance.i{number}"), (Place::Instance(number), instance.ip)));
    }
    for &address in OUTSIDE {
        places.push((written(address), (Place::Internet, address)));
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
