//! Facts from small inventories. Reading configuration into inventories is tested elsewhere.

mod exposures;
mod networks;
mod redundant_rules;
mod security_groups;
mod structure;
mod unanswered;

use serde_json::Value as Json;

use super::Network;
use super::testing::{inventory, way};
use crate::lang::Value;
use crate::source::{FileId, Span};
use crate::syntax::Trees;

const NOWHERE: Span = Span::new(FileId(0), 0, 0);

/// What a test asks a network about.
struct World {
    network: Network<'static>,
}

impl World {
    fn new(instances: &Json) -> Self {
        let inventory = Box::leak(Box::new(inventory(instances)));
        Self { network: Network::new(inventory, Box::leak(Box::new(Trees::default()))) }
    }

    /// The facts of a collection.
    fn facts(&self, name: &str) -> Vec<Value> {
        self.network.collection(name).expect("a collection").elements().expect("a tuple").to_vec()
    }

    fn call(&self, name: &str, arguments: &[Value]) -> Value {
        self.network.call(name, arguments, NOWHERE).expect("a function").expect("good arguments")
    }

    /// `aws_vpc.main: cidr_block`: where an origin of a fact stands.
    fn place(&self, value: &Value) -> String {
        let index = value.origin.as_place().expect("a place");
        let places = self.network.places.borrow();
        let spot = match &places[index as usize] {
            super::Mark::Spot { spot, .. } | super::Mark::Along(spot, _) => spot,
            super::Mark::Line(..) => panic!("a line of the intent"),
        };
        format!("{}: {}", self.network.inventory.instance(spot.instance).address, way(spot))
    }

    /// `address: truth` for each fact of a collection.
    fn truths(&self, collection: &str, name: &str) -> Vec<String> {
        let facts = self.facts(collection);
        let text = |fact: &Value| fact.get("address").unwrap().as_str().unwrap().trim_matches('`').to_owned();
        facts.iter().map(|fact| format!("{}: {}", text(fact), self.truth(fact.get(name).unwrap()))).collect()
    }

    /// `yes`, `no`, or `? place`: a truth value of a fact.
    fn truth(&self, value: &Value) -> String {
        match value.as_bool() {
            Some(true) => "yes".to_owned(),
            Some(false) => "no".to_owned(),
            None => format!("? {}", self.place(value)),
        }
    }
}
