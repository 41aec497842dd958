//! Every report format over reports made by hand. The expected outputs are in `tests/reports/`; `BLESS=1 cargo test
//! --test reports` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use terravet::finding::{Finding, Input, Related, Report, RuleSummary, Severity, Summary, Suppressed, Verdict};
use terravet::report::{self, Format, Style};
use terravet::source::{FileId, Problem, SourceFile, Sources, Span};

/// A report under construction.
struct Fixture {
    sources: Sources,
    report: Report,
}

impl Fixture {
    fn new() -> Self {
        let report = Report {
            inputs: vec![Input { path: ".".into(), kind: "configuration", sha256: Some("00ff".into()) }],
            rules: Vec::new(),
            findings: Vec::new(),
            problems: Vec::new(),
            summary: Summary::default(),
            fail_on: Some(Severity::Error),
            sensitive_spans: Vec::new(),
        };
        Self { sources: Sources::default(), report }
    }

    fn file(&mut self, path: &str, text: &str) -> FileId {
        self.sources.add(SourceFile::new(path, text.as_bytes().to_vec()))
    }

    /// The span of the only occurrence of some text.
    fn span(&self, file: FileId, text: &str) -> Span {
        let source = &self.sources.file(file).text;
        assert_eq!(source.matches(text).count(), 1, "`{text}` must stand once in the fixture");
        let start = source.find(text).unwrap() as u32;
        Span::new(file, start, start + text.len() as u32)
    }

    fn rule(&mut self, name: &str, severity: Severity) {
        self.report.rules.push(RuleSummary {
            name: name.into(),
            title: format!("What `{name}` stands for"),
            severity,
            why: format!("Why {name} & co. matter, <in> a paragraph."),
            fix: "What to write instead.".into(),
            references: vec!["https://example.com/guide?a=1&b=2".into()],
        });
    }

    fn finding(&mut self, rule: &str, severity: Severity, location: Option<Span>) -> &mut Finding {
        let number = self.report.findings.len();
        self.report.findings.push(Finding {
            rule: rule.into(),
            also: Vec::new(),
            severity,
            verdict: Verdict::Violation,
            message: "lets the whole internet in on 22".into(),
            address: Some("module.web[\"a.b\"].aws_security_group.this[0]".into()),
            resource_type: Some("aws_security_group".into()),
            location,
            related: Vec::new(),
            suppressed: None,
            fingerprint: format!("fingerprint{number}"),
            help: "Allow only the addresses that need it.".into(),
            root: None,
            change: None,
        });
        self.report.findings.last_mut().unwrap()
    }

    fn count(&mut self) {
        let Report { rules, findings, problems, summary, .. } = &mut self.report;
        *summary = Summary::of(7, rules.len(), findings, problems);
    }

    fn write(&self, format: Format) -> String {
        self.styled(format, Style::default())
    }

    fn styled(&self, format: Format, style: Style) -> String {
        let mut out = Vec::new();
        report::write(format, &self.report, &self.sources, style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// Compares every format with the files `NAME.*`, and checks what holds for every report.
    fn compare(&mut self, name: &str) {
        self.count();
        for (format, extension) in [
            (Format::Human, "txt"),
            (Format::Json, "json"),
            (Format::Junit, "xml"),
            (Format::Sarif, "sarif"),
            (Format::WarningsNg, "issues.json"),
            (Format::Env, "env"),
        ] {
            let actual = self.write(format);
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/reports/{name}.{extension}"));
            golden(path, &actual);
        }
        self.check_sarif();
        self.check_junit();
        self.check_warnings_ng();
        self.check_json_reads_back();
    }

    fn check_sarif(&self) {
        // One pattern of the schema (`run.language`) has a bare bracket, which strict engines refuse.
        let schema = include_str!("data/sarif-schema-2.1.0.json").replace("{2}]?$", r"{2}\\]?$");
        let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
        let log = serde_json::from_str(&self.write(Format::Sarif)).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }

    fn check_junit(&self) {
        let xml = self.write(Format::Junit);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
        assert!(!cases.is_empty(), "Jenkins refuses a report without cases");
        let mut identities: Vec<_> =
            cases.iter().map(|case| (case.attribute("classname"), case.attribute("name"))).collect();
        identities.sort_unstable();
        let count = identities.len();
        identities.dedup();
        assert_eq!(identities.len(), count, "two cases have one name");
        for case in &cases {
            assert_eq!(case.attribute("classname").unwrap().matches('.').count(), 1);
        }
        let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
        assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
        for (tag, attribute) in [("failure", "failures"), ("error", "errors"), ("skipped", "skipped")] {
            let found = document.descendants().filter(|node| node.has_tag_name(tag)).count();
            assert_eq!(suite.attribute(attribute), Some(found.to_string().as_str()));
        }
        let failures = self.report.findings.iter().filter(|finding| self.report.fails(finding)).count();
        assert_eq!(suite.attribute("failures"), Some(failures.to_string().as_str()));
    }

    /// A report that is read back is the same report, with the same verdict; no other format quotes text of its places.
    fn check_json_reads_back(&self) {
        let written = self.write(Format::Json);
        let mut sources = Sources::default();
        let read = report::read::read(written.as_bytes(), &mut sources).unwrap();
        assert_eq!(read.exit_code(), self.report.exit_code());
        let again = Fixture { sources, report: read };
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&again.write(Format::Json)), value(&written));
        assert_eq!(again.write(Format::WarningsNg), self.write(Format::WarningsNg));
        again.check_sarif();
        again.check_junit();
        assert!(!again.write(Format::Human).contains("╭"), "a line is drawn that nobody has");
    }

    /// The plugin throws the whole file away where a number is text, and shows other words than its own outside its charts.
    fn check_warnings_ng(&self) {
        let log: serde_json::Value = serde_json::from_str(&self.write(Format::WarningsNg)).unwrap();
        let issues = log["issues"].as_array().unwrap();
        let counted = self.report.findings.iter().filter(|finding| finding.suppressed.is_none()).count();
        assert_eq!(issues.len(), counted + self.report.problems.len());
        for issue in issues {
            assert!(["ERROR", "HIGH", "NORMAL", "LOW"].contains(&issue["severity"].as_str().unwrap()));
            for (field, value) in issue.as_object().unwrap() {
                assert_eq!(value.is_number(), field.starts_with("line") || field.starts_with("column"), "{field}");
            }
        }
    }
}

fn golden(path: PathBuf, actual: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, actual).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(expected == actual, "{} differs; BLESS=1 accepts this:\n{actual}", path.display());
}

const MAIN: &str = r#"variable "offices" {
  default = ["203.0.113.0/24"]
}

resource "aws_security_group" "web" {
  name = "web"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0", var.world] # everyone
  }
	tags = { Größe = "ﬀ", Name = "日本" }
}
"#;

#[test]
fn nothing_found() {
    let mut fixture = Fixture::new();
    fixture.rule("sg/open-admin-port", Severity::Error);
    fixture.rule("tags/missing-required", Severity::Error);
    fixture.compare("nothing-found");
}

#[test]
fn no_rule_at_all() {
    Fixture::new().compare("no-rule");
}

#[test]
fn one_of_each_kind() {
    let mut fixture = Fixture::new();
    let main = fixture.file("main.tf", MAIN);
    let tfvars = fixture.file("envs/prod.tfvars", "# who\n\nworld = \"::/0\"\n");
    let broken = fixture.file("modules/net/broken.tf", "locals {\n  a = [1,\n");
    let settings = fixture.file(".terravet.hcl", "ignore {\n  rule = \"sg/open-egress\"\n}\n");
    for (rule, severity) in [
        ("network/auto-public-ip", Severity::Warning),
        ("sg/open-admin-port", Severity::Error),
        ("sg/open-database-port", Severity::Error),
        ("sg/open-egress", Severity::Warning),
        ("sg/undescribed-rule", Severity::Info),
        ("tags/invalid-value", Severity::Error),
        ("tags/missing-required", Severity::Error),
    ] {
        fixture.rule(rule, severity);
    }
    let cidr = fixture.span(main, "\"0.0.0.0/0\"");
    fixture.finding("sg/open-admin-port", Severity::Error, Some(cidr));
    let world = fixture.span(main, "var.world");
    let typed = fixture.span(tfvars, "\"::/0\"");
    fixture.finding("sg/open-admin-port", Severity::Error, Some(world)).related =
        vec![Related { span: typed, message: "value comes from here".into() }];
    let offices = fixture.span(main, "\"203.0.113.0/24\"");
    let warning = fixture.finding("sg/open-egress", Severity::Warning, Some(cidr));
    warning.related = vec![Related { span: offices, message: "value comes from here".into() }];
    let place = fixture.span(settings, "ignore {");
    fixture.finding("sg/open-egress", Severity::Warning, Some(world)).suppressed =
        Some(Suppressed { reason: "goes in spring".into(), expires: Some("2027-01-31".into()), place });
    let tag = fixture.span(main, "\"日本\"");
    fixture.finding("tags/invalid-value", Severity::Error, Some(tag)).message = "tag `Name` is `日本`".into();
    let undetermined = fixture.finding("sg/open-admin-port", Severity::Warning, Some(world));
    undetermined.verdict = Verdict::Undetermined;
    undetermined.also = vec!["sg/open-database-port".into(), "sg/open-egress".into()];
    undetermined.message = "`var.world` is not known until apply".into();
    let block = fixture.span(main, "ingress {");
    fixture.finding("sg/undescribed-rule", Severity::Info, Some(Span { end: block.end + 80, ..block }));
    fixture.finding("tags/missing-required", Severity::Error, None);
    let bracket = fixture.span(broken, "[");
    fixture.report.problems = vec![
        Problem::with_path("modules/gone", "there is no such file or directory").help("Check the path."),
        Problem::at(bracket, "the list that starts here is not closed").help("Write `]`."),
    ];
    fixture.compare("one-of-each");
}

#[test]
fn hundreds_of_findings_stay_readable() {
    let mut fixture = Fixture::new();
    let main = fixture.file("main.tf", MAIN);
    fixture.rule("sg/open-admin-port", Severity::Error);
    fixture.rule("sg/undescribed-rule", Severity::Info);
    let (cidr, ingress) = (fixture.span(main, "\"0.0.0.0/0\""), fixture.span(main, "ingress {"));
    for number in 0..480 {
        fixture.finding("sg/open-admin-port", Severity::Error, Some(cidr)).address =
            Some(format!("aws_security_group.web[{number}]").into());
        if number % 24 == 0 {
            fixture.finding("sg/undescribed-rule", Severity::Info, Some(ingress));
        }
    }
    fixture.count();
    fixture.check_junit();
    let human = fixture.write(Format::Human);
    let drawn = human.lines().filter(|line| line.contains("─[main.tf:")).count();
    assert_eq!(drawn, 2 * report::human::FIRST_IN_FULL);
    assert!(human.contains("  main.tf:12:20  aws_security_group.web[479]: lets the whole internet in on 22\n"));
    assert!(human.lines().count() < 560, "{}", human.lines().count());
    assert!(human.ends_with("480 errors, 20 infos (7 resource instances, 2 rules)\n"));
}

#[test]
fn a_hostile_input_cannot_break_a_report() {
    let mut fixture = Fixture::new();
    let text = "a = \"\u{1b}[2J ]]> \u{202e}\u{0}\u{85}\u{fffe} <b>\"\r\n\u{feff}b = \"x\" # tail";
    let main = fixture.file("evil\u{1b}[31m <&>\".tf", text);
    fixture.rule("sg/open-admin-port", Severity::Error);
    let place = fixture.span(main, "]]>");
    let finding = fixture.finding("sg/open-admin-port", Severity::Error, Some(place));
    finding.message = "tag `\u{1b}]0;x\u{7}\n]]>&\"'<` \u{ffff}".into();
    finding.address = Some("aws_vpc.a[\"\u{1b}[1m\\n\"]".into());
    finding.help = "write \u{8} less".into();
    let end = fixture.sources.file(main).text.len() as u32;
    fixture.finding("a.b/c", Severity::Warning, Some(Span::new(main, end, end)));
    fixture.report.problems = vec![Problem::at(place, "bad \u{2} byte"), Problem::with_path("", "nothing")];
    fixture.compare("hostile");
    for format in [Format::Human, Format::Junit] {
        let output = fixture.write(format);
        let control = output.chars().find(|character| character.is_control() && *character != '\n');
        assert_eq!(control, None, "{format:?}");
        assert!(!output.contains(['\u{202e}', '\u{fffe}', '\u{ffff}']), "{format:?}");
    }
}

#[test]
fn sensitive_text_is_never_quoted() {
    let mut fixture = Fixture::new();
    let main = fixture.file(
        "main.tf",
        "variable \"key\" {\n  default = \"hunter2\"\n  sensitive = true\n}\ncidr = \"${var.key}\"\nlong = <<E\nhunter3\nE\n",
    );
    let tfvars = fixture.file("terraform.tfvars", "key = [\"hunter4\", \"hunter5\"] # here\n");
    fixture.rule("cidr/invalid", Severity::Error);
    let heredoc = fixture.span(main, "<<E\nhunter3\nE");
    let (value, default) = (fixture.span(main, "\"${var.key}\""), fixture.span(main, "\"hunter2\""));
    let (list, second) = (fixture.span(tfvars, "[\"hunter4\", \"hunter5\"]"), fixture.span(tfvars, "\"hunter5\""));
    fixture.report.sensitive_spans = vec![heredoc, second, list, default, default];
    let finding = fixture.finding("cidr/invalid", Severity::Error, Some(value));
    let from = |span| Related { span, message: "value comes from here".into() };
    finding.related = vec![from(default), from(second)];
    fixture.finding("cidr/invalid", Severity::Error, Some(heredoc));
    fixture.finding("cidr/invalid", Severity::Error, Some(default));
    fixture.report.problems = vec![Problem::at(list, "wrong type for `key`")];
    fixture.compare("sensitive");
    for format in Format::ALL {
        assert!(!fixture.write(format).contains("hunter"), "{format:?}");
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_is_cut_around_the_place() {
    let mut fixture = Fixture::new();
    let half = "é".repeat(25_000_000);
    let main = fixture.file("main.tf", &format!("a = \"{half}\" # 0.0.0.0/0 {half}\n"));
    fixture.rule("sg/open-admin-port", Severity::Error);
    let place = fixture.span(main, "0.0.0.0/0");
    fixture.finding("sg/open-admin-port", Severity::Error, Some(place));
    fixture.finding("sg/open-admin-port", Severity::Error, Some(Span::new(main, 4, place.start)));
    fixture.count();
    for format in Format::ALL {
        let output = fixture.write(format);
        assert!(output.len() < 10_000, "{format:?}: {}", output.len());
        assert!(output.contains("25000010") || format == Format::Env, "{format:?}: the column in characters");
    }
    let human = fixture.write(Format::Human);
    let (line, underline) = {
        let mut lines = human.lines().skip_while(|line| !line.contains("0.0.0.0/0 "));
        (lines.next().unwrap(), lines.next().unwrap())
    };
    let column = |text: &str, what: &str| text.chars().count() - text.rsplit(what).next().unwrap().chars().count();
    let start = line.split("0.0.0.0/0").next().unwrap().chars().count();
    assert_eq!(underline.chars().position(|character| "─┬".contains(character)), Some(start));
    assert!(column(line, "…") > start, "cut after the place too");
}

#[test]
fn colours_and_ascii_are_styles_of_the_same_text() {
    let mut fixture = Fixture::new();
    let main = fixture.file("main.tf", MAIN);
    fixture.rule("sg/open-admin-port", Severity::Error);
    let cidr = fixture.span(main, "\"0.0.0.0/0\"");
    fixture.finding("sg/open-admin-port", Severity::Error, Some(cidr));
    fixture.count();
    let plain = fixture.write(Format::Human);
    assert!(!plain.contains('\u{1b}'));
    let colored = fixture.styled(Format::Human, Style { color: true, ..Style::default() });
    assert!(colored.contains('\u{1b}'));
    let escape = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap();
    assert_eq!(escape.replace_all(&colored, ""), plain);
    let ascii = fixture.styled(Format::Human, Style { unicode: false, ..Style::default() });
    assert!(ascii.is_ascii(), "{ascii}");
}

#[test]
fn the_threshold_decides_what_fails_in_junit() {
    for (fail_on, failures) in
        [(None, 0), (Some(Severity::Error), 1), (Some(Severity::Warning), 2), (Some(Severity::Info), 3)]
    {
        let mut fixture = Fixture::new();
        for severity in [Severity::Error, Severity::Warning, Severity::Info] {
            fixture.finding("sg/open-port", severity, None);
        }
        fixture.report.fail_on = fail_on;
        fixture.count();
        fixture.check_junit();
        assert_eq!(fixture.write(Format::Junit).matches("<failure").count(), failures);
    }
}

#[test]
fn an_unknown_format_names_those_there_are() {
    assert_eq!(Format::parse("sarif"), Ok(Format::Sarif));
    assert_eq!(
        Format::parse("xml").unwrap_err(),
        "there is no format `xml`; the formats are human, json, junit, sarif, warnings-ng, env"
    );
}
