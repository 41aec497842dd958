//! `terravet gate` and `terravet verify-gate`: what a record says, and all that a plan file is refused for.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value as Json, json};
use terravet::gate::{Moment, Record, read, sha256};

/// A plan in which nothing is found, and one in which something is (`tests/plans`).
const PASSING: &str = "drift";
const FAILING: &str = "update";
/// Rules that find something in every plan.
const STRICT: &str = r#"
rule "team/groups" {
  title         = "Security group"
  severity      = "error"
  since         = "1"
  for_each      = resources.aws_security_group
  condition     = false
  error_message = "`${each.value.address}` is there"
  why           = "It is a test."
  fix           = "Remove it."
  references    = ["Test"]
}
"#;

/// A directory with a plan file and its configuration, which goes with the test.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Place {
    fn new(name: &str, plan: &str) -> Self {
        let directory = std::env::temp_dir().join(format!("terravet-gate-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let place = Self(fs::canonicalize(directory).unwrap());
        place.take(plan, "tfplan");
        copy(&plans().join(plan).join("configuration"), &place.0.join("infra"));
        place
    }

    fn take(&self, plan: &str, name: &str) {
        fs::copy(plans().join(plan).join("tfplan"), self.0.join(name)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terravet"));
        command.args(words.split_whitespace()).current_dir(&self.0).stdin(Stdio::null());
        command.env("GIT_CEILING_DIRECTORIES", std::env::temp_dir()).env_remove("TF_WORKSPACE");
        command
    }

    /// Exit code, and what was printed on both streams.
    fn run(&self, words: &str) -> (i32, String) {
        ended(&self.command(words).output().unwrap())
    }

    #[track_caller]
    fn expect(&self, words: &str, code: i32, said: &str) {
        let (found, text) = self.run(words);
        assert!(found == code && text.contains(said), "terravet {words}: exit code {found}, not {code}\n{text}");
    }

    /// A record of a plan that passed.
    fn passed(name: &str) -> Self {
        let place = Self::new(name, PASSING);
        place.expect("gate tfplan --source infra --record record.json", 0, "passed, recorded in record.json");
        place
    }

    fn record(&self) -> Record {
        read(&fs::read(self.path("record.json")).unwrap()).unwrap()
    }

    fn rewrite(&self, change: impl FnOnce(&mut Record)) {
        let mut record = self.record();
        change(&mut record);
        self.write("record.json", record.text());
    }

    fn digest(&self, name: &str) -> String {
        sha256(&fs::read(self.path(name)).unwrap())
    }
}

fn ended(output: &Output) -> (i32, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout) + &text(&output.stderr))
}

fn plans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

fn json(path: &Path) -> Json {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

const VERIFY: &str = "verify-gate tfplan record.json";

#[test]
fn a_record_says_what_was_checked_and_what_came_of_it() {
    let place = Place::new("says", FAILING);
    place.write("infra/.terraform.lock.hcl", "# lock\n");
    place.expect(
        "gate tfplan --source infra --record record.json --select sg/*,cidr/* --fail-on warning",
        1,
        "did not pass",
    );
    let shown = json(&place.path("record.json"));
    let time = shown["time"].as_str().unwrap();
    assert!(Moment::parse(time).is_some(), "{time}");
    for (key, expected) in [
        ("gate_version", json!(1)),
        ("terravet_version", json!(env!("CARGO_PKG_VERSION"))),
        ("verdict", json!("fail")),
        ("plan_sha256", json!(place.digest("tfplan"))),
        ("lock_file_sha256", json!(place.digest("infra/.terraform.lock.hcl"))),
        ("terraform_version", json!("1.11.4")),
        ("workspace", json!("default")),
        ("commit", Json::Null),
        ("used", Json::Null),
        (
            "rule_set",
            json!({"source": "infra", "config": null, "rules": [], "select": ["sg/*", "cidr/*"], "ignore": [],
                "fail_on": "warning", "only_changed": false}),
        ),
        (
            "counts",
            json!({"add": 0, "change": 3, "destroy": 0, "errors": 2, "warnings": 0, "infos": 3, "undetermined": 0,
                "suppressed": 0, "problems": 0}),
        ),
    ] {
        assert_eq!(shown[key], expected, "{key}");
    }
}

#[test]
fn the_env_format_has_what_a_pipeline_keeps() {
    let place = Place::new("env", FAILING);
    let (code, text) = place.run("gate tfplan --source infra --record record.json --format env --output env=gate.env");
    assert_eq!((code, &text), (1, &fs::read_to_string(place.path("gate.env")).unwrap()));
    let lines: Vec<&str> = text.lines().collect();
    let (plan, record) = (place.digest("tfplan"), place.digest("record.json"));
    assert_eq!(lines[0], "verdict=fail");
    let expected = format!("plan_sha256={plan}\nrecord_sha256={record}\nadd=0\nchange=3\ndestroy=0");
    assert_eq!(lines[lines.len() - 5..].join("\n"), expected);
}

#[test]
fn counts_are_those_of_the_plan() {
    for case in
        fs::read_dir(plans()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.join("case").exists())
    {
        let name = case.file_name().unwrap().to_str().unwrap();
        let place = Place::new(&format!("counts-{name}"), name);
        place.run("gate tfplan --source infra --record record.json --fail-on never");
        let changes = json(&case.join("plan.json"))["resource_changes"].as_array().cloned().unwrap_or_default();
        let count = |word: &str| {
            let managed = changes.iter().filter(|change| change["mode"] == "managed");
            managed.filter(|change| change["change"]["actions"].as_array().unwrap().contains(&json!(word))).count()
        };
        let counts = place.record().counts;
        assert_eq!(
            (counts.add, counts.change, counts.destroy),
            (count("create"), count("update"), count("delete")),
            "{name}"
        );
    }
}

#[test]
fn the_commit_is_that_of_the_checkout() {
    let place = Place::new("commit", PASSING);
    let git = |words: &[&str]| {
        let run = Command::new("git").args(words).current_dir(&place.0).output().unwrap();
        assert!(run.status.success(), "{words:?}");
        String::from_utf8(run.stdout).unwrap().trim().to_owned()
    };
    git(&["init", "-q"]);
    git(&["-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-q", "--allow-empty", "-m", "first"]);
    place.expect("gate tfplan --source infra --record record.json", 0, "passed");
    assert_eq!(place.record().commit, Some(git(&["rev-parse", "HEAD"])));
}

#[test]
fn the_verdict_is_pass_exactly_when_the_exit_code_is_0() {
    let place = Place::new("verdict", FAILING);
    place.write("broken.hcl", "rule {");
    for (options, code, verdict) in [
        ("", 1, "fail"),
        ("--fail-on never", 0, "pass"),
        ("--select tags/*", 0, "pass"),
        ("--rules broken.hcl", 2, "error"),
        ("--output json=gone/report.json --fail-on never", 2, "error"),
        ("--output json=gone/report.json", 2, "error"),
    ] {
        let (found, text) = place.run(&format!("gate tfplan --source infra --record record.json {options}"));
        assert_eq!(
            (found, place.record().verdict),
            (code, serde_json::from_value(json!(verdict)).unwrap()),
            "{options}\n{text}"
        );
        let (verified, text) = place.run(VERIFY);
        assert_eq!(verified, i32::from(code != 0), "{options}\n{text}");
    }
}

#[test]
fn no_record_of_an_earlier_check_is_left_behind() {
    for (name, words) in [
        ("findings", "gate tfplan --source infra --record record.json --rules strict.hcl"),
        ("no plan", "gate gone --source infra --record record.json"),
        ("no plan file", "gate plan.json --source infra --record record.json"),
        ("a damaged plan", "gate cut --source infra --record record.json"),
        ("a directory", "gate infra --record record.json"),
        ("standard input", "gate - --record record.json"),
        ("no source", "gate tfplan --source gone --record record.json"),
        ("no configuration file", "gate tfplan --source infra --config gone --record record.json"),
        (
            "a report that cannot be written",
            "gate tfplan --source infra --record record.json --output json=gone/report.json",
        ),
        ("two reports to one file", "gate tfplan --record record.json --output json=x --output env=x"),
        ("an excluded plan", "gate excluded --source infra --record record.json --config exclude.hcl"),
    ] {
        let place = Place::passed(&format!("stale-{}", name.replace(' ', "-")));
        place.write("strict.hcl", STRICT);
        place.write("exclude.hcl", "exclude = [\"excluded\"]\n");
        place.take(PASSING, "excluded");
        fs::copy(plans().join(PASSING).join("plan.json"), place.path("plan.json")).unwrap();
        let plan = fs::read(place.path("tfplan")).unwrap();
        place.write("cut", &plan[..plan.len() / 2]);
        let (code, text) = place.run(words);
        assert_ne!(code, 0, "{name}\n{text}");
        let (code, text) = place.run(VERIFY);
        assert_ne!(code, 0, "{name}: the old record holds\n{text}");
        if let Ok(bytes) = fs::read(place.path("record.json")) {
            assert_ne!(read(&bytes).unwrap().verdict, terravet::gate::Verdict::Pass, "{name}");
        }
    }
}

#[test]
fn a_record_takes_nobody_elses_place() {
    let place = Place::new("place", PASSING);
    place.write("notes.txt", "mine");
    place.write("empty", "");
    let plan = place.digest("tfplan");
    for (record, said) in [
        ("tfplan", "is the plan file"),
        ("infra/../tfplan", "is the plan file"),
        ("report.json", "or a report of this run"),
        ("notes.txt", "is a file that is no record"),
        ("infra", "is no file"),
        ("-", "has to be a file"),
        ("gone/record.json", "in a directory that is not there"),
        ("/dev/null", "is no file"),
    ] {
        place.expect(&format!("gate tfplan --source infra --output json=report.json --record {record}"), 2, said);
    }
    assert_eq!(
        (place.digest("tfplan"), fs::read_to_string(place.path("notes.txt")).unwrap()),
        (plan, "mine".to_owned())
    );
    place.expect("gate tfplan --source infra --record empty", 0, "passed");
}

#[cfg(unix)]
#[test]
fn a_link_is_replaced_not_followed() {
    let place = Place::new("link", PASSING);
    place.write("elsewhere/keys", "mine");
    std::os::unix::fs::symlink(place.path("elsewhere/keys"), place.path("record.json")).unwrap();
    place.expect("gate tfplan --source infra --record record.json", 0, "passed");
    assert_eq!(fs::read_to_string(place.path("elsewhere/keys")).unwrap(), "mine");
    assert!(!fs::symlink_metadata(place.path("record.json")).unwrap().is_symlink());
    std::os::unix::fs::symlink(place.path("tfplan"), place.path("to-plan")).unwrap();
    place.expect("gate tfplan --source infra --record to-plan", 2, "is the plan file");
}

#[test]
fn only_a_saved_plan_file_passes_the_gate() {
    let place = Place::new("kinds", PASSING);
    fs::copy(plans().join(PASSING).join("plan.json"), place.path("plan.json")).unwrap();
    for plan in ["plan.json", "infra", "infra/main.tf", "-", "gone"] {
        let (code, text) = place.run(&format!("gate {plan} --source infra --record record.json --fail-on never"));
        assert_eq!((code, place.path("record.json").exists()), (2, false), "{plan}\n{text}");
    }
}

#[test]
fn the_plan_that_passed_is_verified() {
    let place = Place::passed("verified");
    let (plan, record) = (place.digest("tfplan"), place.digest("record.json"));
    place.expect(
        &format!("{VERIFY} --plan-sha256 {plan} --record-sha256 {} --max-age 1h30m", record.to_uppercase()),
        0,
        "verified: `tfplan` passed the gate at ",
    );
    place.expect(VERIFY, 0, "verified");
    place.expect(&format!("{VERIFY} --consume --record-sha256 {record}"), 0, "verified");
    place.expect(VERIFY, 1, "refused: the record was used already");
    place.expect(&format!("{VERIFY} --consume"), 1, "refused: the record was used already");
    place.expect(&format!("{VERIFY} --record-sha256 {record}"), 1, "refused: the record was used already");
}

#[test]
fn what_is_not_the_plan_that_passed_is_refused() {
    type Change = fn(&Place);
    let cases: &[(&str, Change, &str, &str)] = &[
        ("another plan", |place| place.take("delete", "tfplan"), "", "the plan file is not the one that was checked"),
        (
            "a changed plan",
            |place| place.write("tfplan", [fs::read(place.path("tfplan")).unwrap(), vec![0]].concat()),
            "",
            "not the one that was checked",
        ),
        (
            "a failed one",
            |place| place.rewrite(|record| record.verdict = terravet::gate::Verdict::Fail),
            "",
            "did not pass the gate",
        ),
        (
            "another terravet",
            |place| place.rewrite(|record| record.terravet_version = "0.0.9".into()),
            "",
            "was checked by terravet 0.0.9",
        ),
        (
            "other shipped rules",
            |place| place.rewrite(|record| record.rule_set_sha256 = "0".repeat(64)),
            "",
            "the rules are not those",
        ),
        (
            "a configuration that was not there",
            |place| place.write(".terravet.hcl", "fail_on = \"never\"\n"),
            "",
            "the rules are not those",
        ),
        (
            "a lock file that was not there",
            |place| place.write("infra/.terraform.lock.hcl", ""),
            "",
            ".terraform.lock.hcl is not the one",
        ),
        (
            "an old one",
            |place| place.rewrite(|record| record.time = Moment::parse("2026-01-01T00:00:00Z").unwrap()),
            "",
            "is too old",
        ),
        ("no age at all", |_| {}, "--max-age 0h", "is too old"),
        (
            "one of tomorrow",
            |place| place.rewrite(|record| record.time = Moment::parse("2100-01-01T00:00:00Z").unwrap()),
            "",
            "from the future",
        ),
        (
            "not the plan of the pipeline",
            |_| {},
            "--plan-sha256 00000000000000000000000000000000000000000000000000000000000000ff",
            "--plan-sha256",
        ),
        (
            "not the record of the pipeline",
            |_| {},
            "--record-sha256 00000000000000000000000000000000000000000000000000000000000000ff",
            "--record-sha256",
        ),
        (
            "a damaged one that is not that of the pipeline",
            |place| place.write("record.json", "{}"),
            "--record-sha256 00000000000000000000000000000000000000000000000000000000000000ff",
            "--record-sha256",
        ),
    ];
    for (name, change, options, said) in cases {
        let place = Place::passed(&format!("refused-{}", name.replace(' ', "-")));
        change(&place);
        let before = place.digest("record.json");
        place.expect(&format!("{VERIFY} --consume {options}"), 1, said);
        assert_eq!(place.digest("record.json"), before, "{name}: what is refused is not used up");
    }
}

#[test]
fn what_cannot_be_used_is_not_refused_but_an_error() {
    type Change = fn(&Place);
    let cases: &[(&str, Change, &str, &str)] = &[
        (
            "edited",
            |place| {
                place.write(
                    "record.json",
                    fs::read_to_string(place.path("record.json")).unwrap().replace("default", "blue"),
                )
            },
            "",
            "it is damaged",
        ),
        (
            "cut",
            |place| place.write("record.json", &fs::read(place.path("record.json")).unwrap()[..300]),
            "",
            "it is damaged",
        ),
        ("empty", |place| place.write("record.json", ""), "", "it is damaged"),
        ("not text", |place| place.write("record.json", [0xff, 0xfe, 0]), "", "it is damaged"),
        ("deep", |place| place.write("record.json", "[".repeat(1_000_000)), "", "it is damaged"),
        (
            "of a later version",
            |place| {
                place.write(
                    "record.json",
                    fs::read_to_string(place.path("record.json"))
                        .unwrap()
                        .replace("\"gate_version\": 1", "\"gate_version\": 2"),
                )
            },
            "",
            "it is of version 2",
        ),
        ("gone", |place| fs::remove_file(place.path("record.json")).unwrap(), "", "no such file"),
        (
            "a directory",
            |place| {
                fs::remove_file(place.path("record.json")).unwrap();
                fs::create_dir(place.path("record.json")).unwrap()
            },
            "",
            "it is no file",
        ),
        (
            "without plan",
            |place| fs::remove_file(place.path("tfplan")).unwrap(),
            "",
            "the plan file `tfplan` cannot be used",
        ),
        ("no time", |_| {}, "--max-age soon", "it takes a time such as"),
        ("no digest", |_| {}, "--plan-sha256 abc", "64 hexadecimal digits"),
        ("an empty digest", |_| {}, "--record-sha256=", "64 hexadecimal digits"),
    ];
    for (name, change, options, said) in cases {
        let place = Place::passed(&format!("unusable-{}", name.replace(' ', "-")));
        change(&place);
        place.expect(&format!("{VERIFY} --consume {options}"), 2, said);
    }
}

#[test]
fn the_rules_have_to_be_the_same_ones() {
    type Change = fn(&Place);
    let cases: &[(&str, Change, bool)] = &[
        ("nothing changed", |_| {}, true),
        ("a configuration changed", |place| place.write(".terravet.hcl", "rules = [\"policy\"]\n# looser\n"), false),
        ("a nearer configuration came", |place| place.write("infra/.terravet.hcl", ""), false),
        ("the configuration went", |place| fs::remove_file(place.path(".terravet.hcl")).unwrap(), false),
        ("a rule changed", |place| place.write("policy/groups.hcl", STRICT), false),
        ("a rule came", |place| place.write("policy/more.hcl", STRICT.replace("groups", "more")), false),
        ("a rule went", |place| fs::remove_dir_all(place.path("policy")).unwrap(), false),
        ("a given rule changed", |place| place.write("given/x.hcl", STRICT), false),
        ("a file that is no rule came", |place| place.write("policy/README.md", "notes"), true),
        (
            "rules moved to another name",
            |place| fs::rename(place.path("given/x.hcl"), place.path("given/y.hcl")).unwrap(),
            true,
        ),
    ];
    for (name, change, holds) in cases {
        let place = Place::new(&format!("rules-{}", name.replace(' ', "-")), PASSING);
        place.write(".terravet.hcl", "rules = [\"policy\"]\n");
        place.write("policy/groups.hcl", STRICT.replace("= false", "= true"));
        place.write("given/x.hcl", STRICT.replace("groups", "given").replace("= false", "= true"));
        place.expect("gate tfplan --source infra --record record.json --rules given", 0, "passed");
        change(&place);
        let (code, text) = place.run(VERIFY);
        assert_eq!(code, i32::from(!holds), "{name}\n{text}");
    }
}

#[test]
fn a_record_holds_in_another_place_with_the_same_files() {
    let place = Place::new("moves", PASSING);
    place.write(".terravet.hcl", "rules = [\"policy\"]\n");
    place.write("policy/groups.hcl", STRICT.replace("= false", "= true"));
    place.expect("gate tfplan --source infra --record record.json", 0, "passed");
    let other = Place::new("moves-to", "delete");
    copy(&place.0, &other.0);
    other.expect(VERIFY, 0, "verified");
    let bare = Place::new("moves-bare", PASSING);
    fs::remove_dir_all(bare.path("infra")).unwrap();
    fs::copy(place.path("record.json"), bare.path("record.json")).unwrap();
    bare.expect(VERIFY, 1, "the rules are not those");
}

#[test]
fn of_many_that_use_a_record_at_once_exactly_one_may() {
    let place = Place::passed("race");
    let running: Vec<_> = (0..16)
        .map(|_| {
            place.command(&format!("{VERIFY} --consume")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let ends: Vec<(i32, String)> = running.into_iter().map(|child| ended(&child.wait_with_output().unwrap())).collect();
    let won = ends.iter().filter(|(code, _)| *code == 0).count();
    assert_eq!(won, 1, "{ends:?}");
    assert!(
        ends.iter().all(|(code, said)| *code == 0 || (*code == 1 && said.contains("was used already"))),
        "{ends:?}"
    );
    assert!(place.record().used.is_some());
}

#[test]
fn a_record_holds_no_secret() {
    let place = Place::new("secret", "sensitive");
    let (_, said) = place
        .run("gate tfplan --source infra --record record.json --var-file infra/secret.tfvars --output env=gate.env");
    let written =
        fs::read_to_string(place.path("record.json")).unwrap() + &fs::read_to_string(place.path("gate.env")).unwrap();
    assert!(!written.contains("canary") && !said.contains("canary"), "{written}\n{said}");
}
