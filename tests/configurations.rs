//! Configurations beside what the real `terraform plan` made of them (`configurations/record.py` records it): terravet
//! finds the same resource instances, contradicts no value, and leaves unknown only what the plan too leaves unknown or
//! what only the provider can know.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value as Json;
use terravet::schema;

#[test]
fn evaluation_agrees_with_real_plans() {
    let mut failures = Vec::new();
    let mut cases = 0;
    for case in cases_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configurations")) {
        cases += 1;
        failures.extend(
            compare(&case)
                .into_iter()
                .map(|failure| format!("{}: {failure}", case.file_name().unwrap_or_default().to_string_lossy())),
        );
    }
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
    assert!(cases >= 8, "only {cases} cases were found");
}

#[test]
fn a_plan_finds_what_its_configuration_does_at_the_same_places() {
    let mut failures = Vec::new();
    let mut count = 0;
    for case in cases_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/configurations")) {
        let plan = std::env::temp_dir().join(format!(
            "terravet-plan-{}-{}.json",
            std::process::id(),
            case.file_name().unwrap_or_default().to_string_lossy()
        ));
        std::fs::write(&plan, whole_plan(&case).to_string()).unwrap();
        let arguments: Vec<String> =
            lines(&case.join("arguments")).iter().map(|line| line.replacen("-var", "--var", 1)).collect();
        let of_configuration = findings(&case, &[vec![".".to_owned()], arguments].concat());
        let of_plan = findings(&case, &[plan.display().to_string(), "--source".to_owned(), ".".to_owned()]);
        std::fs::remove_file(&plan).unwrap();
        count += of_plan.len();
        for (one, other, where_from) in
            [(&of_configuration, &of_plan, "configuration"), (&of_plan, &of_configuration, "plan")]
        {
            let alone = one.difference(other);
            failures.extend(alone.map(|finding| format!("{}: only of the {where_from}: {finding}", case.display())));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count >= 20, "only {count} findings were compared");
}

/// What `terraform show -json` prints of a plan, as far as a case keeps it.
fn whole_plan(case: &Path) -> Json {
    let recorded: Json = serde_json::from_str(&std::fs::read_to_string(case.join("plan.json")).unwrap()).unwrap();
    let (mut changes, mut read) = (Vec::new(), Vec::new());
    for resource in recorded["resources"].as_array().unwrap() {
        let (address, provider) = (&resource["address"], &resource["provider"]);
        let was_read = resource["mode"] == "data" && resource["unknown"] == serde_json::json!({});
        if was_read {
            read.push(serde_json::json!({
                "address": address, "provider_name": provider, "values": resource["values"],
                "sensitive_values": resource["sensitive"],
            }));
        } else {
            let action = if resource["mode"] == "data" { "read" } else { "create" };
            changes.push(serde_json::json!({
                "address": address, "provider_name": provider, "change": {
                    "actions": [action], "before": null, "after": resource["values"],
                    "after_unknown": resource["unknown"], "after_sensitive": resource["sensitive"],
                },
            }));
        }
    }
    serde_json::json!({
        "format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes,
        "prior_state": {"values": {"root_module": {"resources": read}}}, "complete": true, "errored": false,
    })
}

/// The findings of a run in a case, each as text.
fn findings(case: &Path, arguments: &[String]) -> BTreeSet<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terravet"));
    command.current_dir(case).args(["check", "--format", "json"]).args(arguments);
    for line in lines(&case.join("environment")) {
        let (name, value) = line.split_once('=').unwrap();
        command.env(name, value);
    }
    let output = command.output().unwrap();
    let report: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["problems"], serde_json::json!([]), "{}", case.display());
    let parts = ["rule", "verdict", "address", "message", "location", "related"];
    let text = |finding: &Json| parts.map(|part| finding[part].to_string()).join(" ");
    report["findings"].as_array().unwrap().iter().map(text).collect()
}

fn cases_in(directory: &Path) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

fn lines(path: &Path) -> Vec<String> {
    std::fs::read_to_string(path).unwrap_or_default().lines().map(str::to_owned).collect()
}

/// What terravet makes of a case, by address.
fn evaluated(case: &Path) -> Json {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terravet"));
    command.current_dir(case).args(["evaluate", "."]);
    for line in lines(&case.join("arguments")) {
        command.arg(line.replacen("-var", "--var", 1));
    }
    for line in lines(&case.join("environment")) {
        let (name, value) = line.split_once('=').unwrap();
        command.env(name, value);
    }
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{}: {error}: {}", case.display(), String::from_utf8_lossy(&output.stderr)))
}

fn compare(case: &Path) -> Vec<String> {
    let plan = std::fs::read_to_string(case.join("plan.json"))
        .unwrap_or_else(|_| panic!("{} has no plan.json: run record.py", case.display()));
    let plan: Json = serde_json::from_str(&plan).unwrap();
    let ours = evaluated(case);
    let mut failures: Vec<String> =
        ours["problems"].as_array().unwrap().iter().map(|problem| format!("problem {problem}")).collect();
    let by_address = |document: &Json| -> BTreeMap<String, Json> {
        let resources = document["resources"].as_array().unwrap();
        resources.iter().map(|resource| (resource["address"].as_str().unwrap().to_owned(), resource.clone())).collect()
    };
    let (planned, ours) = (by_address(&plan), by_address(&ours));
    let symbolic: BTreeSet<&str> = ours
        .iter()
        .filter(|(_, resource)| resource["instances"] == "unknown")
        .map(|(address, _)| address.as_str())
        .collect();
    for address in ours.keys().filter(|address| !symbolic.contains(address.as_str()) && !planned.contains_key(*address))
    {
        failures.push(format!("{address} is not in the plan"));
    }
    for (address, planned) in &planned {
        match ours.get(address) {
            Some(ours) => failures.extend(Comparison::of(address, ours, planned)),
            None if symbolic.contains(without_keys(address).as_str()) => {}
            None => failures.push(format!("{address} was not found")),
        }
    }
    failures
}

fn without_keys(address: &str) -> String {
    let mut text = String::new();
    let mut depth = 0;
    for character in address.chars() {
        match character {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ if depth == 0 => text.push(character),
            _ => {}
        }
    }
    text
}

/// One instance, here and in the plan.
#[derive(Clone)]
struct Comparison<'c> {
    address: &'c str,
    type_name: &'c str,
    unknown: BTreeSet<&'c str>,
    sensitive: BTreeSet<&'c str>,
    /// Names of attributes that the provider may fill in, at any depth.
    computed: BTreeSet<String>,
    failures: Vec<String>,
}

impl<'c> Comparison<'c> {
    fn of(address: &'c str, ours: &'c Json, planned: &Json) -> Vec<String> {
        let texts = |list: &'c Json| list.as_array().unwrap().iter().filter_map(Json::as_str).collect();
        let type_name = ours["type"].as_str().unwrap();
        let known = match ours["mode"].as_str() {
            Some("data") => schema::data_source(type_name),
            _ => schema::resource(type_name),
        };
        let mut computed = BTreeSet::new();
        match known {
            Some(known) => collect_computed(&known.body, &mut computed, 0),
            None => computed.extend(["id".to_owned(), "output".to_owned()]),
        }
        let mut comparison = Self {
            address,
            type_name,
            unknown: texts(&ours["unknown"]),
            sensitive: texts(&ours["sensitive"]),
            computed,
            failures: Vec::new(),
        };
        if ours["provider"] != planned["provider"] {
            comparison.fail("provider", &ours["provider"], &planned["provider"]);
        }
        comparison.value("", &ours["values"], &planned["values"], &planned["unknown"]);
        comparison.failures
    }

    fn fail(&mut self, path: &str, ours: &Json, planned: &Json) {
        self.failures.push(format!("{} {path}: {ours} is planned as {planned}", self.address));
    }

    fn value(&mut self, path: &str, ours: &Json, planned: &Json, unknown: &Json) {
        if unknown == &Json::Bool(true) || self.sensitive.contains(path) {
            return;
        }
        if self.unknown.contains(path) {
            let name = path.rsplit('.').next().unwrap_or(path).split('[').next().unwrap_or(path);
            if !self.computed.contains(name) && holds_known(planned) {
                self.failures.push(format!("{} {path} is unknown and planned as {planned}", self.address));
            }
            return;
        }
        match (ours, planned) {
            // Not set: the provider puts its default there, or what it takes for nothing.
            (Json::Null, planned) if is_nothing(planned) || self.is_default(path) => {}
            (Json::Object(ours), Json::Object(planned)) => {
                // What is unknown here is not among the values: the plan's names count too.
                for name in ours.keys().chain(planned.keys()).collect::<BTreeSet<_>>() {
                    let below = self.below(path, name);
                    let missing = Json::Null;
                    let unknown = unknown.get(name).unwrap_or(&missing);
                    self.value(
                        &below,
                        ours.get(name).unwrap_or(&missing),
                        planned.get(name).unwrap_or(&missing),
                        unknown,
                    );
                }
            }
            (Json::Array(elements), Json::Array(planned_elements)) => {
                if elements.len() != planned_elements.len() {
                    self.fail(path, ours, planned);
                    return;
                }
                let mut left: Vec<usize> = (0..planned_elements.len()).collect();
                for (index, element) in elements.iter().enumerate() {
                    let at = format!("{path}[{index}]");
                    // Sets have an order of their own in the plan: the first that agrees will do.
                    let agrees = |this: &Self, candidate: usize| {
                        let mut trial = Self { failures: Vec::new(), ..this.clone() };
                        trial.value(&at, element, &planned_elements[candidate], &unknown[candidate]);
                        trial.failures
                    };
                    match left.iter().position(|&candidate| agrees(self, candidate).is_empty()) {
                        Some(found) => {
                            left.remove(found);
                        }
                        None => {
                            let failures = agrees(self, index);
                            self.failures.extend(failures);
                        }
                    }
                }
            }
            // Blocks that are not there.
            (Json::Array(ours), Json::Null) if ours.is_empty() => {}
            (Json::Object(ours), Json::Null) if ours.is_empty() => {}
            // The provider writes protocols in lower case.
            (Json::String(ours), Json::String(planned))
                if path.ends_with("protocol") && ours.eq_ignore_ascii_case(planned) => {}
            _ if same(ours, planned) => {}
            _ => self.fail(path, ours, planned),
        }
    }

    fn is_default(&self, path: &str) -> bool {
        let path = format!("{}.{}", self.type_name, without_keys(path));
        PROVIDER_DEFAULTS.contains(&path.as_str())
    }

    /// The path of a member: of an object by name, of a map by key (which of them it is, only the paths tell).
    fn below(&self, path: &str, name: &str) -> String {
        let by_key = format!("{path}[{name:?}]");
        let is_key = |paths: &BTreeSet<&str>| paths.contains(by_key.as_str());
        match path {
            "" => name.to_owned(),
            _ if is_key(&self.unknown) || is_key(&self.sensitive) => by_key,
            _ => format!("{path}.{name}"),
        }
    }
}

/// Defaults that are the provider's own, in no schema, as the recorded plans show them.
const PROVIDER_DEFAULTS: &[&str] = &[
    "aws_autoscaling_group.health_check_grace_period",
    "aws_autoscaling_group.metrics_granularity",
    "aws_autoscaling_group.wait_for_capacity_timeout",
    "aws_db_instance.auto_minor_version_upgrade",
    "aws_db_instance.delete_automated_backups",
    "aws_iam_policy_document.statement.effect",
    "aws_iam_policy_document.version",
    "aws_iam_role.max_session_duration",
    "aws_instance.ebs_block_device.delete_on_termination",
    "aws_instance.root_block_device.delete_on_termination",
    "aws_instance.source_dest_check",
    "aws_lb.client_keep_alive",
    "aws_lb.desync_mitigation_mode",
    "aws_lb.enable_http2",
    "aws_lb.idle_timeout",
    "aws_lb.xff_header_processing_mode",
    "aws_lb_listener.default_action.redirect.host",
    "aws_lb_listener.default_action.redirect.path",
    "aws_lb_listener.default_action.redirect.query",
    "aws_lb_target_group.deregistration_delay",
    "aws_lb_target_group.health_check.enabled",
    "aws_lb_target_group.health_check.healthy_threshold",
    "aws_lb_target_group.health_check.port",
    "aws_lb_target_group.health_check.unhealthy_threshold",
    "aws_lb_target_group.stickiness.cookie_duration",
    "aws_lb_target_group.stickiness.enabled",
    "aws_lb_target_group.target_type",
    "aws_nat_gateway.connectivity_type",
    "aws_security_group.description",
    "aws_vpc.enable_dns_support",
    "aws_vpc.instance_tenancy",
];

/// What the provider writes for what is not set: null, and the zero of each type.
fn is_nothing(planned: &Json) -> bool {
    match planned {
        Json::Null | Json::Bool(false) => true,
        Json::Bool(true) => false,
        Json::Number(number) => number.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty(),
        Json::Array(elements) => elements.is_empty(),
        Json::Object(members) => members.values().all(is_nothing),
    }
}

fn holds_known(planned: &Json) -> bool {
    match planned {
        Json::Null => false,
        Json::Array(elements) => !elements.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => true,
    }
}

/// Equal as the provider takes it: JSON documents by content, numbers by value.
fn same(ours: &Json, planned: &Json) -> bool {
    match (ours, planned) {
        (Json::String(ours), Json::String(planned)) => {
            let document =
                |text: &str| serde_json::from_str::<Json>(text).ok().filter(|json| json.is_object() || json.is_array());
            ours == planned || (document(ours).is_some() && document(ours) == document(planned))
        }
        (Json::Number(ours), Json::Number(planned)) => ours.as_f64() == planned.as_f64(),
        _ => ours == planned,
    }
}

fn collect_computed(body: &schema::Body, computed: &mut BTreeSet<String>, depth: usize) {
    computed
        .extend(body.attributes.iter().filter(|(_, attribute)| attribute.computed).map(|(name, _)| name.to_string()));
    if depth < 6 {
        for body in body.blocks.iter().filter_map(|(_, block)| block.body()) {
            collect_computed(body, computed, depth + 1);
        }
    }
}
