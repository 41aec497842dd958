//! Every function against what the real terraform made of it: tables of expressions in `tests/functions`, recorded by
//! the script beside them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;
use terravet::address::{Address, InstanceKey, Mode, ModulePath, Reference, Step};
use terravet::lang::eval::{Context, Resolved, Scope, evaluate};
use terravet::lang::functions::{self, disk_files::DiskFiles};
use terravet::lang::{Data, Marks, Type, Unknown, Value};
use terravet::source::{Problem, SourceFile, Sources, Span};
use terravet::syntax::{NodeRef, Trees, native};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/functions")
}

/// The values that `inputs.tf` defines.
struct Inputs;

impl Scope for Inputs {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        let certain = |ty| Data::Unknown(Arc::new(Unknown { not_null: true, ..Unknown::new(ty) })).into();
        let value = match names {
            ["local", "unknown", ..] => Value::unknown(Type::Dynamic),
            ["local", "unknown_string", ..] => Value::unknown(Type::String),
            ["local", "unknown_number", ..] => Value::unknown(Type::Number),
            ["local", "unknown_bool", ..] => Value::unknown(Type::Bool),
            ["local", "unknown_list", ..] => certain(Type::list(Type::String)),
            ["local", "unknown_map", ..] => certain(Type::map(Type::String)),
            ["local", "vpc", ..] => referring(),
            _ => return Err(Box::new(Problem::at(at, format!("no input named {names:?}")))),
        };
        Ok(Resolved { value, used: 2 })
    }
}

/// What `aws_vpc.main.id` is before apply.
fn referring() -> Value {
    let address = Arc::new(Address {
        module: ModulePath::default(),
        mode: Mode::Managed,
        type_name: "aws_vpc".into(),
        name: "main".into(),
        key: InstanceKey::None,
    });
    let reference = Some(Reference { address, path: [Step::Attribute("id".into())].into() });
    Data::Unknown(Arc::new(Unknown { reference, ..Unknown::new(Type::String) })).into()
}

fn run(expression: &str) -> Result<Value, String> {
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new("case", expression.into()));
    let (tree, problems) = native::parse_expression(file, expression, 0);
    if let Some(problem) = problems.first() {
        return Err(format!("syntax: {}", problem.message));
    }
    let node = tree.root;
    let mut trees = Trees::default();
    let tree = trees.add(tree);
    let files = DiskFiles::new(&folder(), &[]);
    let context = Context { trees: &trees, scope: &Inputs, files: &files };
    evaluate(NodeRef { tree, node }, &context).map_err(|problem| problem.message)
}

/// Value (unknown as null), and the paths of what is unknown and sensitive, as terraform's plan JSON has them.
#[derive(Default)]
struct Seen {
    unknown: BTreeSet<String>,
    sensitive: BTreeSet<String>,
}

impl Seen {
    fn json(&mut self, value: &Value, at: &str) -> Json {
        if value.marks.has(Marks::SENSITIVE) {
            self.sensitive.insert(at.to_owned());
        }
        match &value.data {
            Data::Null(_) => Json::Null,
            Data::Unknown(_) => {
                self.unknown.insert(at.to_owned());
                Json::Null
            }
            Data::Bool(truth) => (*truth).into(),
            Data::Number(number) => serde_json::from_str(&number.to_string()).unwrap(),
            Data::String(text) => (&**text).into(),
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => elements
                .iter()
                .enumerate()
                .map(|(index, element)| self.json(element, &format!("{at}/{index}")))
                .collect(),
            Data::Map(_, entries) | Data::Object(entries) => {
                let entries =
                    entries.iter().map(|(key, value)| (key.to_string(), self.json(value, &format!("{at}/{key}"))));
                Json::Object(entries.collect())
            }
        }
    }
}

/// The type as the recording script writes it.
fn named(ty: &Type) -> String {
    match ty {
        Type::List(element) => format!("list({})", named(element)),
        Type::Set(element) => format!("set({})", named(element)),
        Type::Map(element) => format!("map({})", named(element)),
        Type::Tuple(elements) => {
            format!("tuple([{}])", elements.iter().map(named).collect::<Vec<_>>().join(","))
        }
        Type::Object(object) => {
            let attributes = object.attributes.iter().map(|(name, ty)| format!("{name}:{}", named(ty)));
            format!("object({{{}}})", attributes.collect::<Vec<_>>().join(","))
        }
        Type::Dynamic | Type::Bool | Type::Number | Type::String => ty.to_string(),
    }
}

fn text<'j>(row: &'j Json, name: &str) -> &'j str {
    row[name].as_str().unwrap_or_default()
}

/// What differs from the recording, if anything does.
fn difference(row: &Json) -> Option<String> {
    let result = run(text(row, "expression"));
    let (value, expected) = match (result, row["error"].as_str()) {
        (Err(message), Some(expected)) => return message_differs(&message, expected),
        (Err(message), None) => return Some(format!("fails: {message}")),
        (Ok(value), Some(expected)) => return Some(format!("is {value:?}, not the error: {expected}")),
        (Ok(value), None) => (value, row),
    };
    let mut seen = Seen::default();
    let json = seen.json(&value, "");
    let paths = |name: &str| -> BTreeSet<String> {
        expected[name].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let mut wrong = String::new();
    let mut compare = |what: &str, got: String, expected: String| {
        if got != expected {
            write!(wrong, "\n    {what}: {got}, not {expected}").unwrap();
        }
    };
    if paths("unknown").is_empty() {
        // Plans lose the sign of negative zero.
        let got = json.to_string();
        compare("value", if got == "-0" { "0".into() } else { got }, expected["value"].to_string());
    }
    compare("unknown", format!("{:?}", seen.unknown), format!("{:?}", paths("unknown")));
    compare("sensitive", format!("{:?}", seen.sensitive), format!("{:?}", paths("sensitive")));
    compare("type", named(&value.ty()).replace(' ', ""), text(expected, "type").to_owned());
    if let (Some(unknown), Some(certain)) = (value.as_unknown(), expected["not_null"].as_bool()) {
        compare("certainly not null", unknown.not_null.to_string(), certain.to_string());
    }
    (!wrong.is_empty()).then_some(wrong)
}

/// Messages that need not be Terraform's word for word: Go's own ways of failing (and those of its YAML parser).
const LOOSE: [&str; 5] =
    ["panic in function implementation", "invalid character", "EOF", "no such file or directory", "is a directory"];

fn message_differs(message: &str, expected: &str) -> Option<String> {
    let expected = expected.trim_end_matches('.');
    let ours = ["\"yamldecode\" failed", "invalid tfvars syntax"].iter().any(|part| expected.contains(part));
    let loose =
        ours || LOOSE.iter().any(|part| expected.contains(part)) || message.contains("may hold a sensitive value");
    // The path to the value at fault may stand before the reason.
    let tail = expected.split_once(" parameter: ").map_or("", |(_, reason)| reason);
    let same = message == expected || (message.contains(": element ") && !tail.is_empty() && message.ends_with(tail));
    (!loose && !same).then(|| format!("\n    message:  {message}\n    expected: {expected}"))
}

#[test]
fn functions_do_what_terraform_does() {
    let mut tables: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path().with_extension("json"))
        .filter(|path| path.exists() && path.with_extension("txt").exists())
        .collect();
    tables.sort();
    tables.dedup();
    let mut wrong = String::new();
    let mut count = 0;
    for table in tables {
        let rows: Vec<Json> = serde_json::from_str(&fs::read_to_string(&table).unwrap()).unwrap();
        count += rows.len();
        for row in &rows {
            if let Some(difference) = difference(row) {
                let family = table.file_stem().unwrap().to_string_lossy();
                writeln!(wrong, "{family}: {} {difference}", text(row, "expression")).unwrap();
            }
        }
    }
    assert!(count > 1000, "only {count} expressions are recorded");
    let lines = wrong.lines().filter(|line| !line.starts_with("    ")).count();
    assert!(wrong.is_empty(), "{lines} of {count} differ from the recording\n{wrong}");
}

#[test]
fn every_function_of_terraform_has_its_parameters() {
    let recorded = fs::read_to_string(folder().join("signatures.json")).unwrap();
    let recorded: Json = serde_json::from_str(&recorded).unwrap();
    let signatures = recorded["function_signatures"].as_object().unwrap();
    let name_of = |parameter: &Json| parameter["name"].as_str().unwrap_or_default().to_owned();
    for (name, signature) in signatures {
        let name = name.strip_prefix("core::").unwrap_or(name);
        let (parameters, variadic) = functions::parameters(name).unwrap_or_else(|| panic!("no function {name}"));
        let expected: Vec<String> = signature["parameters"].as_array().into_iter().flatten().map(name_of).collect();
        assert_eq!(parameters, expected, "{name}");
        let expected = signature.get("variadic_parameter").map(name_of);
        assert_eq!(variadic.map(str::to_owned), expected, "{name}");
    }
    for name in functions::names().filter(|name| !name.contains("::")) {
        assert!(signatures.contains_key(name), "Terraform has no function {name}");
    }
}

/// Expressions and the literal that their value (or its only leaf) was typed as.
const ORIGINS: &[(&str, &str)] = &[
    (r#"upper("x")"#, r#""x""#),
    (r#"cidrsubnet("10.0.0.0/8", 8, 1)"#, r#""10.0.0.0/8""#),
    (r#"cidrsubnets("10.0.0.0/8", 8)[0]"#, r#""10.0.0.0/8""#),
    (r#"join(",", ["a"])"#, r#""a""#),
    (r#"format("%s", "a")"#, r#""a""#),
    (r#"format("%s/32", "10.0.0.1")"#, r#""10.0.0.1""#),
    (r#"formatlist("%s/32", ["10.0.0.1"])[0]"#, r#""10.0.0.1""#),
    (r#"split(",", "a,b")[1]"#, r#""a,b""#),
    (r#"replace("a", "a", "b")"#, r#""a""#),
    (r#"coalesce("", "b")"#, r#""b""#),
    (r#"merge({a = "x"}, {a = "y"}).a"#, r#""y""#),
    (r#"lookup({a = "x"}, "a", "z")"#, r#""x""#),
    (r#"lookup({a = "x"}, "b", "z")"#, r#""z""#),
    (r#"element(["x", "y"], 1)"#, r#""y""#),
    (r#"one(["x"])"#, r#""x""#),
    (r#"concat(["x"], ["y"])[1]"#, r#""y""#),
    (r#"flatten([["x"], ["y"]])[1]"#, r#""y""#),
    (r#"values({a = "x"})[0]"#, r#""x""#),
    (r#"tolist(toset(["x"]))[0]"#, r#""x""#),
    (r#"tomap({a = 22})["a"]"#, "22"),
    (r#"slice(["x", "y"], 1, 2)[0]"#, r#""y""#),
    (r#"reverse(["x", "y"])[0]"#, r#""y""#),
    (r#"distinct(["x", "x"])[0]"#, r#""x""#),
    (r#"compact(["", "x"])[0]"#, r#""x""#),
    (r#"one(setunion(["x"]))"#, r#""x""#),
    (r#"zipmap(["a"], ["x"])["a"]"#, r#""x""#),
    (r#"trimspace("x")"#, r#""x""#),
    (r#"tostring(22)"#, "22"),
    (r#"max(1, 22)"#, "22"),
    (r#"jsondecode("{\"a\": 22}").a"#, r#""{\"a\": 22}""#),
    (r#"setproduct(["x"], ["y"])[0][1]"#, r#""y""#),
    (r#"matchkeys(["x"], ["k"], ["k"])[0]"#, r#""x""#),
    (r#"chunklist(["x"], 1)[0][0]"#, r#""x""#),
    (r#"sensitive("x")"#, r#""x""#),
];

#[test]
fn values_know_where_they_were_typed() {
    for (expression, literal) in ORIGINS {
        let value = run(expression).unwrap_or_else(|message| panic!("{expression}: {message}"));
        let span = value.origin.as_span().unwrap_or_else(|| panic!("{expression}: no origin"));
        assert_eq!(&expression[span.start as usize..span.end as usize], *literal, "{expression}");
    }
}

/// Expressions over the id of a VPC that is not known yet, and whether their value still stands for it.
const REFERENCES: &[(&str, bool)] = &[
    ("element([local.vpc], 0)", true),
    ("one([local.vpc])", true),
    (r#"lookup({a = local.vpc}, "a", "x")"#, true),
    ("coalesce(null, local.vpc)", true),
    ("merge({a = local.vpc}, {b = 1}).a", true),
    ("concat([local.vpc], [1])[0]", true),
    ("flatten([[local.vpc]])[0]", true),
    ("values({a = local.vpc})[0]", true),
    ("tolist([local.vpc])[0]", true),
    ("one(toset([local.vpc]))", true),
    ("one(setunion([local.vpc]))", true),
    ("tomap({a = local.vpc}).a", true),
    ("reverse([1, local.vpc])[0]", true),
    ("slice([1, local.vpc], 1, 2)[0]", true),
    (r#"zipmap(["a"], [local.vpc]).a"#, true),
    (r#"matchkeys([1, 2], ["a", "b"], ["a"])[0] == 1 ? local.vpc : local.vpc"#, true),
    (r#"format("%s", local.vpc)"#, true),
    (r#"join("", [local.vpc])"#, true),
    ("tostring(local.vpc)", true),
    ("sensitive(local.vpc)", true),
    ("nonsensitive(sensitive(local.vpc))", true),
    ("upper(local.vpc)", false),
    (r#"format("x-%s", local.vpc)"#, false),
    (r#"join("", [local.vpc, "x"])"#, false),
    (r#"replace(local.vpc, "a", "b")"#, false),
    ("length(local.vpc)", false),
    ("jsonencode(local.vpc)", false),
];

#[test]
fn unknown_values_stand_for_what_they_were_selected_from() {
    for (expression, kept) in REFERENCES {
        let value = run(expression).unwrap_or_else(|message| panic!("{expression}: {message}"));
        assert_eq!(value.reference().is_some(), *kept, "{expression}");
    }
}

/// Expressions that would need more memory or time than there is.
const TOO_LARGE: &[&str] = &[
    "range(1000000000000)",
    r#"format("%1000000000d", 1)"#,
    r#"format("%.1000000000d", 1)"#,
    r#"format("%1000000000s", "x")"#,
    r#"format("%.1000000000f", 0.1)"#,
    r#"format("%f", 1e100000000)"#,
    r#"indent(1000000000, "a\nb")"#,
    r#"replace(format("%10000000s", "x"), "", "0123456789")"#,
    r#"replace(format("%100000s", "x"), "/ /", format("%1000s", "x"))"#,
    r#"join(format("%10000000s", "x"), range(100))"#,
    r#"split("", format("%60000000s", "x"))"#,
    r#"regexall("()()()()()()()()()()()()()()()()()()()", format("%600000s", "x"))"#,
    "setproduct(range(1000), range(1000), range(1000))",
    r#"fileset("files", "{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")"#,
    r#"regex("((a{100}){100}){100}", "a")"#,
    r#"yamldecode("a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\nh: [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]")"#,
    r#"jsondecode(replace(format("%50000s", "x"), " ", "["))"#,
    r#"yamldecode(replace(format("%50000s", "x"), " ", "["))"#,
    r#"yamldecode(replace(format("%50000s", "x"), " ", "- "))"#,
    r#"regex(replace(format("%50000s", "x"), " ", "("), "x")"#,
];

#[test]
fn nothing_grows_without_bound() {
    let start = std::time::Instant::now();
    for expression in TOO_LARGE {
        let shown: String = expression.chars().take(80).collect();
        assert!(run(expression).is_err(), "{shown} succeeds");
        assert!(start.elapsed().as_secs() < 60, "{shown} takes too long");
    }
}

#[test]
fn reasons_hide_what_is_sensitive() {
    for expression in [
        r#"cidrhost(sensitive("hunter2"), 1)"#,
        r#"lookup({a = 1}, sensitive("hunter2"))"#,
        r#"tonumber(sensitive("hunter2"))"#,
        r#"tobool(sensitive("hunter2"))"#,
        r#"parseint(sensitive("hunter2"), 10)"#,
        r#"file(sensitive("hunter2"))"#,
        r#"base64decode(sensitive("hunter2!"))"#,
        r#"regex(sensitive("hunter2("), "a")"#,
        r#"abs(sensitive("hunter2"))"#,
        r#"format("%d", sensitive("hunter2"))"#,
        r#"timeadd(sensitive("hunter2"), "1h")"#,
        r#"csvdecode(sensitive("hunter2,hunter2"))"#,
        r#"provider::terraform::decode_tfvars(sensitive("a = hunter2"))"#,
    ] {
        let message = run(expression).expect_err(expression);
        assert!(!message.contains("hunter2"), "{expression}: {message}");
    }
}

/// Runs the installed terraform in a folder; `None` where there is none.
fn terraform(folder: &Path, arguments: &[&str], input: &str) -> Option<std::process::Output> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut child = Command::new("terraform")
        .args(arguments)
        .current_dir(folder)
        .env("TF_CLI_CONFIG_FILE", "/dev/null")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Some(child.wait_with_output().unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Every so many rows of the recording the installed terraform is asked again.
const SAMPLE: usize = 40;

#[test]
fn the_installed_terraform_still_agrees_with_the_recording() {
    let place = std::env::temp_dir().join(format!("terravet-functions-{}", std::process::id()));
    copy(&folder().join("files"), &place.join("files"));
    fs::copy(folder().join("inputs.tf"), place.join("inputs.tf")).unwrap();
    let Some(init) = terraform(&place, &["init", "-input=false"], "") else {
        fs::remove_dir_all(&place).unwrap();
        return;
    };
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let version = terraform(&place, &["version"], "").unwrap().stdout;
    let recorded_version = String::from_utf8_lossy(&version).contains("v1.11.");
    let mut wrong = String::new();
    for table in fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()) {
        if table.extension().is_none_or(|extension| extension != "json") || !table.with_extension("txt").exists() {
            continue;
        }
        let rows: Vec<Json> = serde_json::from_str(&fs::read_to_string(&table).unwrap()).unwrap();
        for row in rows.iter().step_by(SAMPLE).filter(|_| recorded_version) {
            let expression = text(row, "expression");
            let answer = terraform(&place, &["console", "-plan"], &format!("{expression}\n")).unwrap();
            let printed = String::from_utf8_lossy(&answer.stdout);
            let known = row["unknown"] == Json::Array(Vec::new()) && row["sensitive"] == Json::Array(Vec::new());
            let plain = known && matches!(row["value"], Json::Bool(_) | Json::Number(_));
            let recorded = row["value"].to_string();
            if answer.status.success() != row["error"].is_null() {
                writeln!(wrong, "{expression}: {printed}").unwrap();
            } else if plain && printed.trim() != recorded {
                writeln!(wrong, "{expression}: {printed} not {recorded}").unwrap();
            }
        }
    }
    fs::remove_dir_all(&place).unwrap();
    assert!(wrong.is_empty(), "{wrong}");
}
