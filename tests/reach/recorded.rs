//! Networks that the real `terraform apply` made on a mock AWS (`tests/networks`): what is read from the configuration, the
//! plan file, its JSON and the state agrees, and all of it with packets that walk through the network that AWS describes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use terravet::inventory::Demand;
use terravet::network::reach::{End, Question, Reach, Verdict, Wanted};
use terravet::plan;
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::{self, Options};

use super::described::{Described, Thing};
use super::simulator::{Block, Network, Place, Point};

/// What a network is read from, in the order in which more is known.
const INPUTS: &[&str] = &["plan.json alone", "the configuration", "plan.json", "tfplan", "tfstate.json"];

/// A design of which the mock spoils the state: its routes of a transit gateway name no attachment, and so the provider takes
/// all of them for blackholes.
const SPOILED_STATE: &str = "hub-spoke";

/// Addresses outside that are asked about.
const OUTSIDE: &[&str] = &["8.8.8.8", "198.51.100.7", "203.0.113.130", "2606:4700:4700::1111"];

/// The most ports that are asked about.
const MAX_PORTS: usize = 14;

/// From, to, protocol and port.
type Asked = (String, String, &'static str, u16);

fn designs() -> Vec<PathBuf> {
    let recorded = std::env::var_os("NETWORKS")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/networks"), PathBuf::from);
    let folders = fs::read_dir(&recorded).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = folders.filter(|path| path.join("main.tf").exists()).collect();
    found.sort();
    assert!(found.len() >= 10, "{} holds few designs", recorded.display());
    found
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))).unwrap()
}

/// The answers to questions, and the whole matrix, as one of the inputs has them.
fn answers(
    design: &Path,
    input: &str,
    asked: &[Asked],
    relay: bool,
) -> (Vec<Verdict>, BTreeMap<(String, String), Verdict>) {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let options = Options { current_directory: design.to_owned(), ..Options::default() };
    let reading = match input {
        "the configuration" => terraform::read(design, &options, &mut sources, &mut trees),
        input => {
            let (file, alone) =
                input.split_once(' ').map_or((input, input == "tfstate.json"), |(file, _)| (file, true));
            let bytes = fs::read(design.join(file)).unwrap();
            let opened = plan::open(Arc::from(bytes), file, &Demand::everything(), &mut sources).unwrap();
            let source = (!alone).then_some(design);
            plan::reading(opened, source, &options, &mut sources, &mut trees)
        }
    };
    assert!(reading.problems.is_empty(), "{input}: {:?}", reading.problems);
    let reach = Reach::new(&reading.inventory, &trees);
    let answer = |(from, to, protocol, port): &Asked| {
        let number = match *protocol {
            "tcp" => 6,
            "udp" => 17,
            _ => 1,
        };
        let wanted = Wanted { protocol: Some(number), port: Some(*port) };
        let (from, to) = (End::parse(from).unwrap(), End::parse(to).unwrap());
        let asked = Question { from, to, wanted, relay };
        reach.answer(&asked).unwrap_or_else(|why| panic!("{input}: {why}")).verdict
    };
    let verdicts = asked.iter().map(answer).collect();
    let matrix = reach.matrix(&Wanted { protocol: None, port: None }, relay);
    (verdicts, matrix.into_iter().map(|cell| ((cell.from, cell.to), cell.verdict)).collect())
}

/// The things of the state, by their address.
fn named(design: &Path, described: &Described) -> BTreeMap<String, usize> {
    let state = json(&design.join("tfstate.json"));
    let mut named = BTreeMap::new();
    for resource in state["resources"].as_array().unwrap() {
        for instance in resource["instances"].as_array().unwrap() {
            let ids = ["id", "identifier"].map(|name| instance["attributes"][name].as_str().unwrap_or_default());
            let is_it = |thing: &Thing| resource["type"] == thing.kind && ids.contains(&thing.id.as_str());
            let thing = described.things.iter().position(is_it);
            if let Some(thing) = thing {
                let key = &instance["index_key"];
                let key = if key.is_null() { String::new() } else { format!("[{key}]") };
                let (kind, name) = (resource["type"].as_str().unwrap(), resource["name"].as_str().unwrap());
                named.insert(format!("{kind}.{name}{key}"), thing);
            }
        }
    }
    named
}

/// Ports at which something changes.
fn ports(network: &Network) -> Vec<u16> {
    let mut found = BTreeSet::from([22, 443]);
    let rules = network.groups.iter().flat_map(|(_, rules)| rules).map(|rule| rule.ports);
    let entries = network.acls.iter().flat_map(|(_, entries)| entries).map(|entry| entry.ports);
    for (first, last) in rules.chain(entries) {
        found.extend([first.saturating_sub(1), first, last, last.saturating_add(1)]);
    }
    let step = found.len().div_ceil(MAX_PORTS);
    found.into_iter().step_by(step).collect()
}

fn over(verdicts: &[Verdict], each: bool) -> Verdict {
    let (best, worst) = (verdicts.iter().max().copied(), verdicts.iter().min().copied());
    match best {
        None => Verdict::Unreachable,
        Some(best) if each || worst == Some(best) => best,
        Some(_) => Verdict::Undetermined,
    }
}

/// Whether packets get there and back: for one pair of interfaces, of which each may have one of several addresses.
fn walked(network: &Network, from: &[Point], to: &[Point], protocol: &'static str, port: u16) -> Option<Verdict> {
    let is_v4 = |point: &Point| Block::V4.holds(point.1);
    let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (*from, *to)));
    let pairs = pairs.filter(|(from, to)| from.1 != to.1 && is_v4(from) == is_v4(to));
    let found: Vec<bool> = pairs.map(|(from, to)| network.connects(from, to, protocol, port)).collect();
    match (found.contains(&true), found.contains(&false)) {
        (false, false) => None,
        (true, false) => Some(Verdict::Reachable),
        (false, true) => Some(Verdict::Unreachable),
        (true, true) => Some(Verdict::Undetermined),
    }
}

fn expected(network: &Network, from: &Thing, to: &Thing, protocol: &'static str, port: u16) -> Verdict {
    let row = |from: &[Point]| {
        let row: Vec<Verdict> = to.places.iter().filter_map(|to| walked(network, from, to, protocol, port)).collect();
        over(&row, to.each)
    };
    let rows: Vec<Verdict> = from.places.iter().map(|from| row(from)).collect();
    over(&rows, from.each)
}

#[test]
fn what_terraform_applied_is_what_was_read() {
    let mut wrong = Vec::new();
    for design in designs() {
        let name = design.file_name().unwrap().to_string_lossy().into_owned();
        let described = Described::read(&json(&design.join("described.json")));
        let named = named(&design, &described);
        assert!(!named.is_empty(), "{name}: nothing is described that is in the state");
        let outside = |address: &&str| {
            let length = if address.contains(':') { 128 } else { 32 };
            let point = (Place::Internet, Block::read(&format!("{address}/{length}")).0);
            ((*address).to_owned(), Thing { kind: "", id: String::new(), each: true, places: vec![vec![point]] })
        };
        let outside: Vec<(String, Thing)> = OUTSIDE.iter().map(outside).collect();
        let inside = named.iter().map(|(address, &thing)| (address, &described.things[thing]));
        let ends: Vec<(&String, &Thing)> =
            inside.chain(outside.iter().map(|(address, thing)| (address, thing))).collect();
        let (mut asked, mut expectations) = (Vec::new(), Vec::new());
        for (from_name, from) in &ends {
            for (to_name, to) in &ends {
                if from_name == to_name || (from.id.is_empty() && to.id.is_empty()) {
                    continue;
                }
                for protocol in ["tcp", "udp"] {
                    for port in ports(&described.network) {
                        asked.push(((*from_name).clone(), (*to_name).clone(), protocol, port));
                        expectations.push(expected(&described.network, from, to, protocol, port));
                    }
                }
            }
        }
        compare(&design, &name, &asked, &expectations, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn compare(design: &Path, name: &str, asked: &[Asked], expectations: &[Verdict], wrong: &mut Vec<String>) {
    let mut matrices: Vec<BTreeMap<(String, String), Verdict>> = Vec::new();
    for input in INPUTS {
        if name == SPOILED_STATE && *input == "tfstate.json" {
            continue;
        }
        let (verdicts, matrix) = answers(design, input, asked, false);
        let certain = *input == "tfstate.json";
        for ((asked, verdict), expected) in asked.iter().zip(verdicts).zip(expectations) {
            if verdict != *expected && (certain || verdict != Verdict::Undetermined) {
                wrong.push(format!("{name}, {input}: {asked:?} is {verdict:?}, and packets find {expected:?}"));
            }
        }
        for relay in [false, true] {
            let matrix = if relay { answers(design, input, &[], true).1 } else { matrix.clone() };
            // Of what was read before of the same question: certain answers stay.
            if let Some(known) = matrices.iter().rev().nth(1) {
                let all: BTreeSet<&(String, String)> = known.keys().chain(matrix.keys()).collect();
                for pair in all {
                    let (Some(before), Some(now)) = (known.get(pair), matrix.get(pair)) else { continue };
                    let lost = certain && *now == Verdict::Undetermined;
                    if lost || (before != now && *before != Verdict::Undetermined && *now != Verdict::Undetermined) {
                        wrong.push(format!("{name}, {input}, relay {relay}: {pair:?} was {before:?} and is {now:?}"));
                    }
                }
            }
            matrices.push(matrix);
        }
    }
}
