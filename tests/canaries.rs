//! Secrets stay secret: canaries stand in every place of a plan that may hold a secret, and are searched for in every report
//! format, in what is evaluated, and in every error.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value as Json, json};

/// What no output may hold: the canaries, and the network that stands for one.
const CANARIES: &[&str] = &["canary", "192.0.2.77", "Y2FuYXJ5"];
const FORMATS: &[&str] = &["human", "json", "junit", "sarif", "warnings-ng", "env"];

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans").join(name)
}

/// A directory that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("terravet-canaries-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Both outputs of a run, and its exit code.
fn terravet(directory: &Path, arguments: &[&str]) -> (String, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_terravet"))
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (text, output.status.code().unwrap())
}

/// Checks an input in every way; what of it shows a canary.
fn leaks(directory: &Path, input: &str) -> Vec<String> {
    let mut runs: Vec<Vec<&str>> = FORMATS
        .iter()
        .flat_map(|format| {
            let base = vec!["check", input, "--format", format, "--fail-on", "never", "--rules", "rules"];
            let beside = [base.clone(), vec!["--source", "configuration"]].concat();
            [base, beside]
        })
        .collect();
    runs.push(vec!["evaluate", input]);
    runs.push(vec!["reach", input]);
    runs.extend(["json", "mermaid", "dot", "svg"].iter().map(|format| vec!["graph", input, "--format", format]));
    runs.retain(|arguments| directory.join("configuration").exists() || !arguments.contains(&"--source"));
    let mut found = Vec::new();
    for arguments in runs {
        let (text, _) = terravet(directory, &arguments);
        let holds = |line: &&str| CANARIES.iter().any(|canary| line.contains(canary));
        for line in text.lines().filter(holds) {
            found.push(format!("terravet {}: {line}", arguments.join(" ")));
        }
    }
    found
}

/// A directory with rules that quote all they see: what is sensitive has to be hidden in their messages too.
fn prepare(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/canaries"), &scratch.0.join("rules/bird"));
    scratch
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn canaries_in_real_plans_are_not_shown() {
    let mut found = Vec::new();
    for case in ["sensitive", "ephemeral"] {
        for input in ["tfplan", "plan.json"] {
            let scratch = prepare(&format!("{case}-{input}"));
            let bytes = fs::read(fixture(case).join(input)).unwrap();
            let held = String::from_utf8_lossy(&bytes).contains("canary");
            assert!(held || input == "tfplan" || case == "ephemeral", "{case}: nothing is hidden here");
            fs::write(scratch.0.join(input), bytes).unwrap();
            copy(&fixture(case).join("configuration"), &scratch.0.join("configuration"));
            found.extend(leaks(&scratch.0, input));
        }
    }
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n"));
}

/// A plan with a canary in every place that has room for a secret, each marked where Terraform marks it.
fn planted() -> Json {
    let group = |description: &str| {
        json!({
            "id": null, "name": "main", "description": description, "vpc_id": "vpc-1", "revoke_rules_on_delete": false,
            "ingress": [{"cidr_blocks": ["192.0.2.77/32", "0.0.0.0/0"], "description": "canary-rule", "from_port": 22, "to_port": 22,
                "protocol": "tcp", "ipv6_cidr_blocks": [], "prefix_list_ids": [], "security_groups": [], "self": false}],
            "tags": {"Name": "canary-tag", "owner": "canary-owner"},
            "tags_all": {"Name": "canary-tag", "owner": "canary-owner", "Team": "canary-default-tag"}
        })
    };
    // Of `tags_all`, which the provider works out, Terraform does not say it.
    let marked = json!({"description": true, "ingress": [{"cidr_blocks": true, "description": true}], "tags": true, "tags_all": {}});
    let database = json!({"identifier": "main", "password": "canary-password", "publicly_accessible": true,
        "username": "admin", "user_data": "Y2FuYXJ5"});
    let change = |address: &str, ty: &str, actions: Json, before: Json, after: Json, sensitive: Json| {
        json!({
            "address": address, "mode": "managed", "type": ty, "name": "main",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "change": {"actions": actions, "before": before, "after": after, "after_unknown": {},
                "before_sensitive": sensitive, "after_sensitive": sensitive}
        })
    };
    let mut replaced = change(
        "aws_db_instance.anew",
        "aws_db_instance",
        json!(["delete", "create"]),
        database.clone(),
        database.clone(),
        json!({}),
    );
    replaced["action_reason"] = "replace_because_cannot_update".into();
    replaced["change"]["replace_paths"] = json!([["password"], ["canary-path"]]);
    let mut imported = change(
        "aws_db_instance.imported",
        "aws_db_instance",
        json!(["no-op"]),
        database.clone(),
        database.clone(),
        json!({}),
    );
    imported["change"]["importing"] = json!({"id": "canary-import-id", "identity": {"key": "canary-import-identity"}});
    imported["change"]["generated_config"] =
        "resource \"aws_db_instance\" \"imported\" { password = \"canary-generated\" }".into();
    imported["change"]["before_identity"] = json!({"secret": "canary-identity-before"});
    imported["change"]["after_identity"] = json!({"secret": "canary-identity-after"});
    // Sensitive parts of blocks in a set: by place.
    let blocks = json!({
        "ami": "ami-1", "user_data": "Y2FuYXJ5", "user_data_base64": "Y2FuYXJ5",
        "ebs_block_device": [{"device_name": "a", "kms_key_id": "key"}, {"device_name": "b", "kms_key_id": "canary-block"}],
        "tags": {"Name": "web", "Token": "canary-one-tag"}, "tags_all": {"Name": "web", "Token": "canary-one-tag"}
    });
    let in_blocks = json!({"user_data": true, "user_data_base64": true, "ebs_block_device": [{}, {"kms_key_id": true}],
        "tags": {"Token": true}, "tags_all": {}});
    let instance = change("aws_instance.main", "aws_instance", json!(["create"]), Json::Null, blocks, in_blocks);
    json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "variables": {"password": {"value": "canary-variable"}, "nested": {"value": {"list": ["canary-variable-nested"]}}},
        "planned_values": {
            "outputs": {"secret": {"sensitive": true, "value": "canary-output"}},
            "root_module": {"resources": [{"address": "aws_security_group.main", "mode": "managed",
                "type": "aws_security_group", "name": "main", "values": group("canary-planned"), "sensitive_values": marked}]}
        },
        "resource_drift": [change("aws_security_group.main", "aws_security_group", json!(["update"]), group("canary-drift-before"),
            group("canary-drift-after"), marked.clone())],
        "resource_changes": [
            change("aws_security_group.main", "aws_security_group", json!(["update"]), group("canary-before"),
                group("canary-after"), marked.clone()),
            // No mark: the provider's schema says that it is sensitive (plans before 1.8 do not).
            change("aws_db_instance.main", "aws_db_instance", json!(["create"]), Json::Null, database.clone(), json!({})),
            change("aws_db_instance.gone", "aws_db_instance", json!(["delete"]), database.clone(), Json::Null, json!({})),
            replaced,
            imported,
            instance,
        ],
        "deferred_changes": [{"reason": "instance_count_unknown", "resource_change":
            change("aws_db_instance.later", "aws_db_instance", json!(["create"]), Json::Null, database.clone(), json!({}))}],
        "resource_identities": [{"address": "aws_db_instance.main", "identity": {"secret": "canary-identity"}}],
        "relevant_attributes": [{"resource": "aws_db_instance.main", "attribute": ["canary-relevant"]}],
        "action_invocations": [{"address": "action.aws_lambda_invoke.main", "config_values": {"payload": "canary-action"}}],
        "output_changes": {"secret": {"actions": ["create"], "before": null, "after": "canary-output", "after_unknown": false,
            "before_sensitive": true, "after_sensitive": true}},
        "prior_state": {"format_version": "1.0", "values": {
            "outputs": {"secret": {"sensitive": true, "value": "canary-output"}},
            "root_module": {"resources": [{"address": "aws_security_group.other", "mode": "managed", "type": "aws_security_group",
                "name": "other", "provider_name": "registry.terraform.io/hashicorp/aws", "values": group("canary-prior"),
                "sensitive_values": marked}]}}},
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"secret_key": {"constant_value": "canary-secret-key"},
                "assume_role": [{"external_id": {"constant_value": "canary-external-id"}}],
                "default_tags": [{"tags": {"references": ["var.password"]}}]}}},
            "root_module": {
                "variables": {"password": {"sensitive": true, "default": "canary-default"}},
                "outputs": {"secret": {"sensitive": true, "expression": {"constant_value": "canary-output-constant"}}},
                "module_calls": {"inner": {"source": "./inner", "expressions": {"password": {"constant_value": "canary-argument"}},
                    "module": {"variables": {"password": {"sensitive": true, "default": "canary-inner-default"}}}}},
                "resources": [{"address": "aws_security_group.main", "mode": "managed", "type": "aws_security_group",
                    "name": "main", "provider_config_key": "aws", "expressions": {}},
                    {"address": "aws_db_instance.main", "mode": "managed", "type": "aws_db_instance", "name": "main",
                    "provisioners": [{"type": "remote-exec", "expressions": {"inline": {"constant_value": ["canary-provisioner"]}}}],
                    "expressions": {"password": {"constant_value": "canary-constant"}}}]}},
        "checks": [{"address": {"kind": "check", "name": "a", "to_display": "check.a"}, "status": "fail",
            "instances": [{"address": {"to_display": "check.a"}, "status": "fail", "problems": [{"message": "it is canary-problem"}]}]}]
    })
}

#[test]
fn canaries_in_every_place_of_a_plan_are_not_shown() {
    let plan = planted().to_string();
    assert!(plan.matches("canary").count() >= 45);
    let scratch = prepare("planted");
    fs::write(scratch.0.join("plan.json"), &plan).unwrap();
    let pretty = serde_json::to_string_pretty(&planted()).unwrap();
    fs::write(scratch.0.join("pretty.json"), pretty).unwrap();
    let found: Vec<String> = ["plan.json", "pretty.json"].iter().flat_map(|input| leaks(&scratch.0, input)).collect();
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n"));
}

#[test]
fn canaries_in_state_are_not_shown() {
    let values = planted()["resource_changes"][0]["change"]["after"].clone();
    let marked = json!([
        [{"type": "get_attr", "value": "description"}],
        [{"type": "get_attr", "value": "tags"}],
        [{"type": "get_attr", "value": "tags_all"}],
        [{"type": "get_attr", "value": "ingress"}]
    ]);
    let state = json!({
        "version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "a",
        "outputs": {"secret": {"value": "canary-output", "type": "string", "sensitive": true}},
        "resources": [
            {"mode": "managed", "type": "aws_security_group", "name": "main",
                "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
                "instances": [{"schema_version": 1, "attributes": values, "sensitive_attributes": marked, "private": "Y2FuYXJ5"}]},
            {"mode": "managed", "type": "aws_db_instance", "name": "main",
                "provider": "provider[\"registry.terraform.io/hashicorp/aws\"]",
                "instances": [{"schema_version": 1, "attributes": {"id": "db", "password": "canary-password"}, "sensitive_attributes": []}]}
        ],
        "check_results": null
    });
    let scratch = prepare("state");
    fs::write(scratch.0.join("terraform.tfstate"), state.to_string()).unwrap();
    let found = leaks(&scratch.0, "terraform.tfstate");
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n"));
}

/// The text with one more thing wrong with it, of each kind, at many places.
fn damaged(text: &str) -> Vec<String> {
    let mut damaged = Vec::new();
    for part in 1..40 {
        let at = (0..=text.len() * part / 40).rev().find(|&at| text.is_char_boundary(at)).unwrap();
        let (head, tail) = text.split_at(at);
        damaged.push(head.to_owned());
        damaged.push(format!("{head}\u{1}{tail}"));
        damaged.push(format!("{head}\"{tail}"));
    }
    for (good, bad) in [
        ("\"resource_changes\":[", "\"resource_changes\":[\"canary-element\","),
        ("\"actions\":[\"update\"]", "\"actions\":\"canary-actions\""),
        ("\"address\":\"aws_db_instance.main\"", "\"address\":{\"canary\":\"canary-address\"}"),
        ("\"value\":\"canary-variable\"", "\"value\":[[[{\"canary\":\"canary\"}]]]"),
        ("\"after_unknown\":{}", "\"after_unknown\":\"canary-unknown\""),
        ("\"password\":\"canary-password\"", "\"password\":{\"a\":\"canary-object\"}"),
        ("\"from_port\":22", "\"from_port\":\"canary-port\""),
        ("\"tags\":true", "\"tags\":\"canary-mark\""),
    ] {
        assert!(text.contains(good), "{good}");
        damaged.push(text.replace(good, bad));
    }
    damaged
}

#[test]
fn errors_quote_no_canaries() {
    let scratch = prepare("damaged");
    let mut found = Vec::new();
    for (index, text) in damaged(&planted().to_string()).into_iter().enumerate() {
        fs::write(scratch.0.join("plan.json"), &text).unwrap();
        for format in ["human", "json"] {
            let (shown, code) = terravet(&scratch.0, &["check", "plan.json", "--format", format]);
            assert!((0..=2).contains(&code), "{index}: {shown}");
            let lines = shown.lines().filter(|line| CANARIES.iter().any(|canary| line.contains(canary)));
            found.extend(lines.map(|line| format!("{index}: {line}")));
        }
    }
    assert!(found.is_empty(), "{} leaks:\n{}", found.len(), found.join("\n"));
}
