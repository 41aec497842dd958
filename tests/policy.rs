//! The user's configuration, suppressions, yielding and merging, over small configurations written to disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use terravet::finding::{Finding, Report};
use terravet::policy::{Check, Policy, Settings};
use terravet::source::{Problem, Sources};
use terravet::syntax::Trees;
use terravet::terraform::{self, Options};

/// A directory with files, gone when dropped.
struct Files(PathBuf);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("policy-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        for (path, text) in files {
            let path = directory.join(path);
            fs::create_dir_all(path.parent().expect("inside the directory")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        Self(directory)
    }

    fn settings(&self) -> Settings {
        let configuration = Some(self.0.join(".terravet.hcl")).filter(|path| path.exists());
        Settings { configuration, current_directory: self.0.clone(), ..Settings::default() }
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// `line: message | help` of every problem.
fn problems(settings: &Settings) -> Vec<String> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (_, problems) = Policy::load(settings, &mut sources, &mut trees);
    problems.iter().map(|problem| shown(problem, &sources)).collect()
}

fn shown(problem: &Problem, sources: &Sources) -> String {
    let place = match problem.span {
        Some(span) => format!("{}:{}", sources.file(span.file).path, sources.position(span).line),
        None => problem.path.clone().unwrap_or_default(),
    };
    format!("{place}: {} | {}", problem.message, problem.help.as_deref().unwrap_or("-"))
}

#[test]
fn mistakes_in_the_configuration_are_all_reported_at_their_lines() {
    let files = Files::new(&[(
        ".terravet.hcl",
        r#"fail_on      = "eror"
undetermined = "never"
exclud       = []
exclude      = "examples/**"
rules        = ["nowhere"]
rule "tags/missing-requird" {
  keys = []
}
rule "tags/missing-required" {
  key      = ["Owner"]
  keys     = { a = 1 }
  enabled  = "maybe"
  severity = "high"
}
rule "tags/wrong-case" {
  keys = [var.key]
}
ignore {
  rule    = "sg/nothing-like-it"
  address = "*"
  reason  = "none"
  expires = "2027-02-30"
}
ignore {
  rule = "tags/missing-require"
  reason = "x"
}
ignor {}
"#,
    )]);
    let found = problems(&files.settings());
    let expected = [
        ".terravet.hcl:3: the configuration has no `exclud` | Did you mean `exclude`?",
        ".terravet.hcl:28: the configuration has no `ignor` block | Did you mean `ignore`?",
        ".terravet.hcl:1: `eror` is no severity | Did you mean `error`?",
        ".terravet.hcl:2: `never` is no severity | There is `error`, `warning`, `info`.",
        ".terravet.hcl:4: `exclude` is of the wrong type: list of string required | -",
        ".terravet.hcl:12: `enabled` is of the wrong type: a bool is required | -",
        ".terravet.hcl:13: `high` is no severity | There is `error`, `warning`, `info`.",
        ".terravet.hcl:22: `2027-02-30` is no date | Write a day as \"2027-01-31\".",
        ".terravet.hcl:24: the `ignore` has no `address` | It says what is ignored: a rule's name, and an address in which `*` is any text.",
        ".terravet.hcl:5: there are no rule files at `nowhere` | Name a file, or a directory that holds .hcl files.",
        ".terravet.hcl:6: there is no rule `tags/missing-requird` | Did you mean `tags/missing-required`?",
        ".terravet.hcl:10: rule `tags/missing-required` has no option `key` | Did you mean `keys`?",
        ".terravet.hcl:11: option `keys` is of the wrong type: list of string required | -",
        ".terravet.hcl:16: `var` means nothing here | Only constants can stand here; text stands in quotes.",
        ".terravet.hcl:19: there is no rule `sg/nothing-like-it` | `terravet rules` lists the rules.",
        ".terravet.hcl:25: there is no rule `tags/missing-require` | Did you mean `tags/missing-required`?",
    ];
    assert_eq!(found, expected, "{found:#?}");
}

#[test]
fn a_selection_names_rules_that_exist() {
    let files = Files::new(&[]);
    let settings = |select: &[&str], ignore: &[&str]| Settings {
        select: select.iter().map(|name| (*name).to_owned()).collect(),
        ignore: ignore.iter().map(|name| (*name).to_owned()).collect(),
        ..files.settings()
    };
    assert_eq!(
        problems(&settings(&["tags/wrong-cas", "tags/*"], &["nothing/*"])),
        [
            "--select: there is no rule `tags/wrong-cas` | Did you mean `tags/wrong-case`?",
            "--ignore: there is no rule `nothing/*` | `terravet rules` lists the rules.",
        ]
    );
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, _) = Policy::load(&settings(&["tags/*"], &["tags/wrong-case"]), &mut sources, &mut trees);
    let running: Vec<String> = policy.summaries(|_| true).into_iter().map(|rule| rule.name).collect();
    assert_eq!(running, ["tags/invalid-value", "tags/missing-required"]);
}

#[test]
fn mistakes_in_a_rule_file_are_all_reported_at_their_lines() {
    let files = Files::new(&[(
        "own/a.hcl",
        r#"rule "Mine" {
  titl      = "x"
  severity  = "error"
  for_each  = resource.aws_vpc
  condition = option.lmit > 1 && lenght(each.value) == 0
  option "limit" {
    type    = nmber
    default = 1
  }
  option "limits" {
    type        = list(number)
    default     = ["a"]
    description = "x"
  }
  yields_to = ["tags/wrong-cas"]
  error_message = "x"
}
rule "tags/wrong-case" {
  title         = "x"
  severity      = "bad"
  for_each      = []
  condition     = true
  error_message = "x"
  example "x" {
    file "../x.tf" {
      content = ""
    }
  }
}
"#,
    )]);
    let settings = Settings { rules: vec!["own".into()], ..files.settings() };
    let found = problems(&settings);
    let expected = [
        "own/a.hcl:1: `Mine` is no name of a rule | A name is a family and the bad thing, in small letters: `sg/open-admin-port`.",
        "own/a.hcl:2: a `rule` has no `titl` | Did you mean `title`?",
        "own/a.hcl:6: the option has no `description` | Every option needs one.",
        "own/a.hcl:7: this is no type of an option | Types are string, number, bool, any, list(…), set(…) and map(…).",
        "own/a.hcl:12: the default of `limits` is of the wrong type: element 0: a number is required | -",
        "own/a.hcl:1: rule `Mine` has no `title` | Every rule needs one.",
        "own/a.hcl:4: `resource` means nothing in a rule | Did you mean `resources`?",
        "own/a.hcl:5: there is no function `lenght` | Did you mean `length`?",
        "own/a.hcl:5: the rule has no option `lmit` | Remove it.",
        "own/a.hcl:20: `bad` is no severity | There is `error`, `warning`, `info`.",
        "own/a.hcl:25: `../x.tf` leaves the example | Write a path inside it.",
        "own/a.hcl:24: the example has no file | Write `file \"main.tf\" { content = … }` into it.",
        "own/a.hcl:15: there is no rule `tags/wrong-cas` | Did you mean `tags/wrong-case`?",
    ];
    assert_eq!(found, expected, "{found:#?}");
}

fn check(files: &Files, settings: &Settings) -> (Report, Sources) {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, problems) = Policy::load(settings, &mut sources, &mut trees);
    assert!(problems.is_empty(), "{:?}", problems.iter().map(|problem| shown(problem, &sources)).collect::<Vec<_>>());
    let options = Options { current_directory: files.0.clone(), ..Options::default() };
    let reading = terraform::read(&files.0, &options, &mut sources, &mut trees);
    let mut check = Check::new(&policy, "2026-06-01");
    check.add(&reading, None, &sources, &trees);
    let report = check.finish(Vec::new(), &BTreeSet::new(), &sources, &trees);
    (report, sources)
}

/// `file:line rule severity verdict address` of every finding, suppressed ones in brackets.
#[track_caller]
fn lines(files: &Files, settings: &Settings) -> Vec<String> {
    let (report, sources) = check(files, settings);
    let shown_problems: Vec<String> = report.problems.iter().map(|problem| shown(problem, &sources)).collect();
    assert!(shown_problems.is_empty(), "{shown_problems:?}");
    let line = |finding: &Finding| {
        let place = finding.location.map_or_else(String::new, |span| {
            format!("{}:{}", sources.file(span.file).path, sources.position(span).line)
        });
        let rules: Vec<&str> = std::iter::once(&*finding.rule).chain(finding.also.iter().map(String::as_str)).collect();
        let address = finding.address.as_deref().unwrap_or("-");
        let text =
            format!("{place} {} {} {} {address}", rules.join("+"), finding.severity.word(), finding.verdict.word());
        if finding.suppressed.is_some() { format!("({text})") } else { text }
    };
    report.findings.iter().map(line).collect()
}

/// Two rules over bucket ACLs, the narrower of which yields to the broader.
const RULES: &str = r#"
rule "demo/writable" {
  title         = "Bucket that everybody may write"
  severity      = "error"
  for_each      = resources.aws_s3_bucket_acl
  condition     = each.value.values.acl != "public-read-write"
  error_message = "`${each.value.address}` has the ACL `${each.value.values.acl}`"
  highlight     = each.value.values.acl
}
rule "demo/public" {
  title         = "Bucket that everybody may read"
  severity      = each.value.values.bucket == "site" ? "info" : "warning"
  for_each      = resources.aws_s3_bucket_acl
  condition     = !startswith(each.value.values.acl, "public-")
  error_message = "`${each.value.address}` has the ACL `${each.value.values.acl}`"
  highlight     = each.value.values.acl
  yields_to     = ["demo/writable"]
}
"#;

const ACLS: &str = r#"
variable "acl" {
  type = string
}
resource "aws_s3_bucket_acl" "a" {
  bucket = "a"
  acl    = "public-read-write"
}
resource "aws_s3_bucket_acl" "b" {
  bucket = "b"
  acl    = "public-read"
}
resource "aws_s3_bucket_acl" "site" {
  bucket = "site"
  acl    = "public-read"
}
resource "aws_s3_bucket_acl" "c" {
  bucket = "c"
  acl    = var.acl
}
resource "aws_s3_bucket_acl" "d" {
  bucket = "d"
  acl    = "private"
}
"#;

fn select(files: &Files, select: &[&str]) -> Settings {
    Settings { select: select.iter().map(|name| (*name).to_owned()).collect(), ..files.settings() }
}

#[test]
fn one_mistake_gives_one_finding_and_one_unknown_value_too() {
    let files = Files::new(&[("main.tf", ACLS), ("own/a.hcl", RULES), (".terravet.hcl", "rules = [\"own\"]")]);
    let settings = select(&files, &["demo/*"]);
    assert_eq!(
        lines(&files, &settings),
        [
            "main.tf:7 demo/writable error violation aws_s3_bucket_acl.a",
            "main.tf:11 demo/public warning violation aws_s3_bucket_acl.b",
            "main.tf:15 demo/public info violation aws_s3_bucket_acl.site",
            "main.tf:19 demo/writable+demo/public warning undetermined aws_s3_bucket_acl.c",
        ]
    );
    let (report, _) = check(&files, &settings);
    assert_eq!(
        report.findings[3].message,
        "`acl` hangs on `var.acl`, which has no value here: `demo/writable` and `demo/public` cannot be decided"
    );
    let counts = report.summary;
    assert_eq!((counts.errors, counts.warnings, counts.infos, counts.undetermined, counts.rules), (1, 1, 1, 1, 2));
}

#[test]
fn switching_the_broader_rule_off_hides_nothing() {
    let off = "rules = [\"own\"]\nundetermined = \"info\"\nrule \"demo/writable\" { enabled = false }";
    let files = Files::new(&[("main.tf", ACLS), ("own/a.hcl", RULES), (".terravet.hcl", off)]);
    let expected = [
        "main.tf:7 demo/public warning violation aws_s3_bucket_acl.a",
        "main.tf:11 demo/public warning violation aws_s3_bucket_acl.b",
        "main.tf:15 demo/public info violation aws_s3_bucket_acl.site",
        "main.tf:19 demo/public info undetermined aws_s3_bucket_acl.c",
    ];
    assert_eq!(lines(&files, &select(&files, &["demo/*"])), expected);
    let ignored = Settings { ignore: vec!["demo/writable".into()], ..select(&files, &["demo/*"]) };
    assert_eq!(lines(&files, &ignored), expected);
    // What the command line selects by its very name runs.
    assert!(lines(&files, &select(&files, &["demo/writable"]))[0].starts_with("main.tf:7 demo/writable"));
}

#[test]
fn a_severity_that_is_set_wins_over_the_rules_own() {
    let set = "rules = [\"own\"]\nrule \"demo/public\" { severity = \"error\" }\nexclude = [\"**/b.tf\"]";
    let files = Files::new(&[
        ("main.tf", "resource \"aws_s3_bucket_acl\" \"site\" {\n  bucket = \"site\"\n  acl = \"public-read\"\n}"),
        ("b.tf", "resource \"aws_s3_bucket_acl\" \"b\" {\n  bucket = \"b\"\n  acl = \"public-read\"\n}"),
        ("own/a.hcl", RULES),
        (".terravet.hcl", set),
    ]);
    let found = lines(&files, &select(&files, &["demo/*"]));
    assert_eq!(found, ["main.tf:3 demo/public error violation aws_s3_bucket_acl.site"]);
}

#[test]
fn suppressions_cover_places_values_and_modules() {
    let files = Files::new(&[
        (
            "main.tf",
            r#"
resource "aws_s3_bucket_acl" "a" {
  bucket = "a"
  acl    = "public-read" # terravet:ignore[demo/public] a web site
}
# terravet:ignore[demo/*] expires=2026-06-01 moves out in spring
resource "aws_s3_bucket_acl" "b" {
  bucket = "b"
  acl    = "public-read-write"
}
locals {
  # terravet:ignore[demo/public] checked where it is typed
  acl = "public-read"
}
resource "aws_s3_bucket_acl" "c" {
  bucket = "c"
  acl    = local.acl
}
module "site" {
  # terravet:ignore[demo/public] all of it is public
  source = "./site"
}
module "other" {
  source = "./site"
}
resource "aws_s3_bucket_acl" "legacy" {
  count  = 2
  bucket = "legacy"
  acl    = "public-read"
}
"#,
        ),
        ("site/main.tf", "resource \"aws_s3_bucket_acl\" \"this\" {\n  bucket = \"x\"\n  acl = \"public-read\"\n}"),
        ("own/a.hcl", RULES),
        (
            ".terravet.hcl",
            r#"
rules = ["own"]
ignore {
  rule    = "demo/public"
  address = "aws_s3_bucket_acl.legacy[*"
  reason  = "moves out in spring"
  expires = "2027-01-31"
}
"#,
        ),
    ]);
    assert_eq!(
        lines(&files, &select(&files, &["demo/*", "suppression/*"])),
        [
            "(main.tf:4 demo/public warning violation aws_s3_bucket_acl.a)",
            "(main.tf:9 demo/writable error violation aws_s3_bucket_acl.b)",
            "(main.tf:17 demo/public warning violation aws_s3_bucket_acl.c)",
            "(main.tf:29 demo/public warning violation aws_s3_bucket_acl.legacy[0])",
            "(main.tf:29 demo/public warning violation aws_s3_bucket_acl.legacy[1])",
            "site/main.tf:3 demo/public warning violation module.other.aws_s3_bucket_acl.this",
            "(site/main.tf:3 demo/public warning violation module.site.aws_s3_bucket_acl.this)",
        ]
    );
    let (report, _) = check(&files, &select(&files, &["demo/*"]));
    let legacy = report.findings[3].suppressed.as_ref().unwrap();
    assert_eq!((legacy.reason.as_str(), legacy.expires.as_deref()), ("moves out in spring", Some("2027-01-31")));
}

#[test]
fn suppressions_that_do_not_hold_are_findings() {
    let files = Files::new(&[
        (
            "main.tf",
            r#"
resource "aws_s3_bucket_acl" "a" {
  bucket = "a"
  acl    = "public-read" # terravet:ignore[demo/public]
}
resource "aws_s3_bucket_acl" "b" {
  bucket = "b"
  acl    = "public-read" # terravet:ignore[demo/public] expires=2026-05-31 until May
}
resource "aws_s3_bucket_acl" "c" {
  bucket = "c"
  acl    = "private" # terravet:ignore[demo/public, demo/writable, tags/wrong-case] was public once
}
resource "aws_s3_bucket_acl" "d" {
  bucket = "d"
  acl    = "private" # terravet:ignore[demo/pubic] was public once
}
"#,
        ),
        ("own/a.hcl", RULES),
        (
            ".terravet.hcl",
            r#"
rules = ["own"]
ignore {
  rule    = "demo/public"
  address = "aws_s3_bucket_acl.a"
}
ignore {
  rule    = "demo/writable"
  address = "*"
  reason  = "none is"
}
"#,
        ),
    ]);
    assert_eq!(
        lines(&files, &select(&files, &["demo/*", "suppression/*"])),
        [
            ".terravet.hcl:3 suppression/without-reason error violation -",
            ".terravet.hcl:7 suppression/unused warning violation -",
            "main.tf:4 demo/public warning violation aws_s3_bucket_acl.a",
            "main.tf:4 suppression/without-reason error violation -",
            "main.tf:8 demo/public warning violation aws_s3_bucket_acl.b",
            "main.tf:8 suppression/expired error violation -",
            "main.tf:12 suppression/unused warning violation -",
            "main.tf:16 suppression/unknown-rule error violation -",
        ]
    );
    let (report, _) = check(&files, &select(&files, &["demo/*", "suppression/*"]));
    let messages: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages[6], "the suppression of `demo/public`, `demo/writable` matches nothing");
    assert!(messages[7].contains("`demo/pubic` (did you mean `demo/public`?)"), "{}", messages[7]);
}

#[test]
fn a_suppression_of_a_rule_that_yields_is_not_unused() {
    let main = r#"
resource "aws_s3_bucket_acl" "a" {
  acl = "public-read-write" # terravet:ignore[demo/writable, demo/public] everybody's notes
}
resource "aws_s3_bucket_acl" "b" {
  acl = "public-read" # terravet:ignore[demo/writable, demo/public] a site
}
"#;
    let files = Files::new(&[("main.tf", main), ("own/a.hcl", RULES), (".terravet.hcl", "rules = [\"own\"]")]);
    let (report, sources) = check(&files, &select(&files, &["demo/*", "suppression/*"]));
    let counted: Vec<_> = report.findings.iter().filter(|finding| finding.suppressed.is_none()).collect();
    let [unused] = counted.as_slice() else { panic!("{counted:?}") };
    assert_eq!((&*unused.rule, sources.position(unused.location.unwrap()).line), ("suppression/unused", 6));
}

#[test]
fn a_key_in_the_wrong_case_is_not_also_missing() {
    let tagged = "resource \"aws_s3_bucket\" \"a\" {\n  tags = {\n    owner = \"web\"\n  }\n}";
    let missing = "rule \"tags/missing-required\" { keys = [\"Owner\"] }\n";
    let spelled = "rule \"tags/wrong-case\" { keys = [\"Owner\"] }\n";
    let files = Files::new(&[("main.tf", tagged), (".terravet.hcl", &format!("{missing}{spelled}"))]);
    let settings = select(&files, &["tags/*"]);
    assert_eq!(lines(&files, &settings), ["main.tf:3 tags/wrong-case warning violation aws_s3_bucket.a"]);
    let settings = Settings { ignore: vec!["tags/wrong-case".into()], ..settings };
    assert_eq!(lines(&files, &settings), ["main.tf:2 tags/missing-required error violation aws_s3_bucket.a"]);
}

#[test]
fn what_is_sensitive_or_unknown_is_not_shown() {
    let files = Files::new(&[
        (
            "main.tf",
            r#"
variable "acl" {
  type      = string
  default   = "public-secret"
  sensitive = true
}
variable "bucket" {
  type = string
}
resource "aws_s3_bucket_acl" "a" {
  bucket = var.bucket
  acl    = var.acl
}
"#,
        ),
        (
            "own/a.hcl",
            r#"
rule "demo/public" {
  title         = "Bucket that everybody may read"
  severity      = "error"
  for_each      = resources.aws_s3_bucket_acl
  condition     = !startswith(each.value.values.acl, "public-")
  error_message = "`${each.value.values.bucket}` has the ACL `${each.value.values.acl}`"
  highlight     = each.value.values.acl
}
"#,
        ),
        (".terravet.hcl", "rules = [\"own\"]"),
    ]);
    let (report, _) = check(&files, &select(&files, &["demo/*"]));
    let messages: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(messages, ["`(not known yet)` has the ACL `(sensitive)`"]);
    assert!(!format!("{report:?}").contains("secret"), "{report:?}");
}

#[test]
fn a_rule_that_cannot_be_asked_is_a_problem_and_never_a_pass() {
    let rule = |condition: &str| {
        format!(
            "rule \"demo/x\" {{\n  title = \"x\"\n  severity = \"error\"\n  for_each = resources.aws_s3_bucket_acl\n  \
             condition = {condition}\n  error_message = \"x\"\n}}\n"
        )
    };
    for (condition, expected) in [
        ("null", "the condition is null"),
        ("each.value.values.bucket", "the condition must be true or false"),
        ("each.value.vales", "vales"),
        ("each.value.values.acl > 1", "number"),
    ] {
        let files = Files::new(&[("main.tf", ACLS), ("own/a.hcl", &rule(condition))]);
        let settings = Settings { rules: vec!["own".into()], ..select(&files, &["demo/*"]) };
        let (report, sources) = check(&files, &settings);
        let problems: Vec<String> = report.problems.iter().map(|problem| shown(problem, &sources)).collect();
        assert_eq!(problems.len(), 1, "{condition}: {problems:?}");
        assert!(problems[0].starts_with("own/a.hcl:5: rule `demo/x` cannot be asked: "), "{problems:?}");
        assert!(problems[0].contains(expected), "{problems:?}");
        assert_eq!(report.exit_code(), 2);
    }
}

#[test]
fn fingerprints_survive_edits_elsewhere_and_are_unique() {
    let acl = |count: u32| {
        format!(
            "resource \"aws_s3_bucket_acl\" \"a\" {{\n  count = {count}\n  bucket = \"a\"\n  acl = \"public-read\"\n}}\n"
        )
    };
    let fingerprints = |main: &str| {
        let files = Files::new(&[("main.tf", main), ("own/a.hcl", RULES), (".terravet.hcl", "rules = [\"own\"]")]);
        let (report, _) = check(&files, &select(&files, &["demo/*"]));
        report.findings.into_iter().map(|finding| finding.fingerprint).collect::<Vec<_>>()
    };
    let before = fingerprints(&acl(2));
    assert_eq!(before.len(), 2);
    assert_ne!(before[0], before[1]);
    assert_eq!(fingerprints(&format!("# a comment\n\n{}", acl(2))), before);
    assert_eq!(fingerprints(&acl(3))[..2], before);
}

#[test]
fn what_may_not_exist_at_all_is_no_violation() {
    let files = Files::new(&[
        (
            "main.tf",
            r#"
variable "copies" {
  type = number
}
resource "aws_s3_bucket_acl" "a" {
  count  = var.copies
  bucket = "a"
  acl    = "public-read"
}
resource "aws_s3_bucket_acl" "none" {
  count  = 0
  bucket = "a"
  acl    = "public-read"
}
"#,
        ),
        ("own/a.hcl", RULES),
        (".terravet.hcl", "rules = [\"own\"]"),
    ]);
    let settings = select(&files, &["demo/*"]);
    assert_eq!(lines(&files, &settings), ["main.tf:8 demo/public warning undetermined aws_s3_bucket_acl.a"]);
    let (report, _) = check(&files, &settings);
    let expected = "`aws_s3_bucket_acl.a` has the ACL `public-read`, if there is any instance of it";
    assert_eq!(report.findings[0].message, expected);
}

#[test]
fn a_place_in_a_list_is_found_through_for_expressions() {
    let rule = r#"
rule "demo/everybody" {
  title         = "Grant to everybody"
  severity      = "error"
  for_each      = flatten([for bucket in resources.aws_s3_bucket : [for grant in bucket.values.grant : { address = bucket.address, uri = grant.uri, bucket = bucket }]])
  condition     = each.value.uri != "everybody"
  error_message = "`${each.value.address}` grants to everybody"
  highlight     = each.value.uri
}
"#;
    let files = Files::new(&[
        (
            "main.tf",
            r#"
resource "aws_s3_bucket" "a" {
  grant {
    type        = "Group"
    permissions = ["READ"]
    uri         = "log-delivery"
  }
  grant {
    type        = "Group"
    permissions = ["READ"]
    uri         = "everybody"
  }
}
"#,
        ),
        ("own/a.hcl", rule),
        (".terravet.hcl", "rules = [\"own\"]"),
    ]);
    let settings = select(&files, &["demo/*"]);
    assert_eq!(lines(&files, &settings), ["main.tf:11 demo/everybody error violation aws_s3_bucket.a"]);
}

/// What `terravet init` writes is all comments; taken out of its comments it is a valid configuration.
#[test]
fn the_starter_configuration_is_valid_once_uncommented() {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, _) = Policy::load(&Settings::default(), &mut sources, &mut trees);
    let starter = terravet::policy::starter::starter_configuration(&policy.rules);
    assert!(starter.lines().all(|line| line.is_empty() || line.starts_with('#')), "{starter}");
    let mut in_block = false;
    let settings: String = starter
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| {
            in_block |= line.starts_with("rule \"") || line.starts_with("ignore {");
            let wanted =
                in_block || ["fail_on =", "undetermined =", "exclude ="].iter().any(|name| line.starts_with(name));
            in_block &= *line != "}";
            wanted
        })
        .map(|line| format!("{line}\n"))
        .collect();
    for rule in &policy.rules {
        assert!(settings.contains(&format!("rule \"{}\" {{", rule.name)), "{settings}");
    }
    let files = Files::new(&[(".terravet.hcl", &settings)]);
    let found: Vec<String> =
        problems(&files.settings()).into_iter().filter(|problem| !problem.contains("no rule `sg/open-port`")).collect();
    assert_eq!(found, Vec::<String>::new(), "{settings}");
}
