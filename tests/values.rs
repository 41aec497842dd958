//! Expressions evaluate to what the real `terraform console` makes of them: `tests/values/*.json` are its recorded answers
//! (`tests/values/record.py` records them; `tests/values/main.tf` is the configuration around the expressions).

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use terravet::lang::eval::{Context, Resolved, Scope, evaluate};
use terravet::lang::functions::Files;
use terravet::lang::value::Entries;
use terravet::lang::{Data, Marks, Type, Unknown, Value};
use terravet::source::{FileId, Problem, Span};
use terravet::syntax::{NodeRef, Trees, native};

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        Err(format!("no file exists at {path:?}"))
    }

    fn exists(&self, _path: &str) -> Result<bool, String> {
        Ok(false)
    }

    fn set(&self, _directory: &str, _pattern: &str) -> Result<Vec<String>, String> {
        Ok(Vec::new())
    }

    fn absolute(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// What `tests/values/main.tf` declares.
struct Configuration;

impl Scope for Configuration {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        let text = Value::string;
        let value = match names {
            ["var", "secret", ..] => text("hidden").with_marks(Marks::SENSITIVE),
            ["var", "secrets", ..] => {
                Value::list(Type::String, vec![text("a"), text("b")]).with_marks(Marks::SENSITIVE)
            }
            ["var", "one_secret", ..] => Value::map(Type::String, entries(vec![("a", text("x"))])),
            ["terraform_data", "u", ..] => Value::object(entries(vec![
                ("id", id()),
                ("input", Value::null(Type::Dynamic)),
                ("output", Value::null(Type::Dynamic)),
                ("triggers_replace", Value::null(Type::Dynamic)),
            ])),
            _ => return Err(Box::new(Problem::at(at, "Reference to undeclared resource"))),
        };
        Ok(Resolved { value, used: 2 })
    }
}

/// The provider promises that it is not null.
fn id() -> Value {
    let unknown = Unknown { not_null: true, ..Unknown::new(Type::String) };
    Data::Unknown(Arc::new(unknown)).into()
}

fn entries(entries: Vec<(&str, Value)>) -> Entries {
    entries.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn evaluated(expression: &str) -> Result<Value, String> {
    // `type(…)` is the console's own.
    let (tree, problems) = native::parse_expression(FileId(0), &format!("{expression}\n"), 0);
    if let Some(problem) = problems.first() {
        return Err(problem.message.clone());
    }
    let mut trees = Trees::default();
    let node = tree.root;
    let tree = trees.add(tree);
    let context = Context { trees: &trees, scope: &Configuration, files: &NoFiles };
    evaluate(NodeRef { tree, node }, &context).map_err(|problem| problem.message)
}

/// A value as the console prints it.
fn printed(value: &Value, indent: usize) -> String {
    if value.is_unknown() {
        return "(known after apply)".into();
    }
    if value.marks.has(Marks::SENSITIVE) {
        return "(sensitive value)".into();
    }
    match &value.data {
        Data::Null(ty) => match ty {
            Type::Dynamic => "null".into(),
            Type::String | Type::Number | Type::Bool => format!("to{ty}(null)"),
            Type::List(element) => format!("tolist(null) /* of {element} */"),
            Type::Set(element) => format!("toset(null) /* of {element} */"),
            Type::Map(element) => format!("tomap(null) /* of {element} */"),
            Type::Tuple(_) | Type::Object(_) => format!("null /* {ty} */"),
        },
        Data::Unknown(_) => String::new(),
        Data::Bool(truth) => truth.to_string(),
        Data::Number(number) => number.to_string(),
        Data::String(text) if text.contains('\n') => heredoc(text, indent),
        Data::String(text) => quoted(text),
        Data::Tuple(elements) => sequence(elements, indent),
        Data::List(_, elements) => format!("tolist({})", sequence(elements, indent)),
        Data::Set(_, elements) => format!("toset({})", sequence(elements, indent)),
        Data::Object(entries) => mapping(entries, indent),
        Data::Map(_, entries) => format!("tomap({})", mapping(entries, indent)),
    }
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\u{200b}' | '\u{a0}' | '\u{200d}' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn heredoc(text: &str, indent: usize) -> String {
    let space = " ".repeat(indent);
    let operator = if indent > 0 { "<<-" } else { "<<" };
    let lines: String = text.split('\n').map(|line| format!("{space}{line}\n")).collect();
    format!("{operator}EOT\n{lines}{space}EOT")
}

fn sequence(elements: &[Value], indent: usize) -> String {
    let space = " ".repeat(indent);
    let lines = elements.iter().map(|element| format!("\n{space}  {},", printed(element, indent + 2)));
    let end = if elements.is_empty() { String::new() } else { format!("\n{space}") };
    format!("[{}{end}]", lines.collect::<String>())
}

fn mapping(entries: &Entries, indent: usize) -> String {
    let space = " ".repeat(indent);
    let lines = entries
        .iter()
        .map(|(name, value)| format!("\n{space}  {} = {}", quoted(name), printed(value, indent + 2)))
        .collect::<String>();
    let end = if entries.is_empty() { String::new() } else { format!("\n{space}") };
    format!("{{{lines}{end}}}")
}

/// Expressions that Terraform refuses in other words: for what the configuration declares, or with a secret in them.
const OTHER_WORDS: [&str; 6] = [
    "{for x in [var.secret, var.secret] : x => 1}",
    "try({}.a, [].b)",
    "{a.b = 1}",
    "[[1, 2]].0.1",
    "terraform_data.u.nope",
    "terraform_data.u[\"nope\"]",
];

/// What differs between a recorded row and our evaluation.
fn difference(row: &serde_json::Value) -> Option<String> {
    let expression = text(row, "expression");
    // `type` is a function of the console only.
    if expression.contains("type(") {
        return None;
    }
    let ours = evaluated(expression);
    if let Some(error) = row["error"].as_str() {
        let ours = match ours {
            Ok(value) => printed(&value, 0),
            // The same sentence without its full stop.
            Err(message) if error.starts_with(&message) || OTHER_WORDS.contains(&expression) => return None,
            Err(message) => message,
        };
        return Some(format!("{expression}\n  terraform: error: {error}\n  terravet:  {ours}"));
    }
    let (value, ty) = (text(row, "value"), text(row, "type"));
    let (our_value, our_type) = match ours {
        Ok(value) => (printed(&value, 0), value.ty().console_text()),
        Err(error) => (format!("error: {error}"), String::new()),
    };
    (our_value != value || our_type != ty)
        .then(|| format!("{expression}\n  terraform: {value} ({ty})\n  terravet:  {our_value} ({our_type})"))
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/values")
}

fn rows(name: &str) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(folder().join(format!("{name}.json"))).expect("the file is there");
    serde_json::from_str(&text).expect("the file is JSON")
}

fn text<'r>(row: &'r serde_json::Value, key: &str) -> &'r str {
    row[key].as_str().unwrap_or_default()
}

fn check(name: &str) {
    let rows = rows(name);
    assert!(rows.iter().all(|row| row.get("value").is_some() || row.get("error").is_some()), "{name} is not recorded");
    let differences: Vec<String> = rows.iter().filter_map(difference).collect();
    assert!(differences.is_empty(), "{} of {} differ:\n{}", differences.len(), rows.len(), differences.join("\n"));
}

/// Asks the real console again for a sample of the recorded answers, where terraform 1.11 is installed.
#[test]
fn the_installed_terraform_still_gives_the_recorded_answers() {
    let Some(terraform) = installed_terraform() else { return };
    let directory = std::env::temp_dir().join(format!("terravet-values-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    std::fs::copy(folder().join("main.tf"), directory.join("main.tf")).expect("the configuration is copied");
    let mut differences = Vec::new();
    for name in NAMES {
        let rows = rows(name);
        let single = rows.iter().filter(|row| !text(row, "expression").contains('\n'));
        for row in single.step_by(25) {
            let printed = ask(terraform, &directory, text(row, "expression"));
            if printed.as_deref() != row["value"].as_str() {
                differences.push(format!("{}: {printed:?}", text(row, "expression")));
            }
        }
    }
    let _ = std::fs::remove_dir_all(&directory);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The command, if it is there and of the version that the answers were recorded with.
fn installed_terraform() -> Option<&'static str> {
    let output = Command::new("terraform").arg("version").env("CHECKPOINT_DISABLE", "1").output().ok()?;
    String::from_utf8_lossy(&output.stdout).starts_with("Terraform v1.11.").then_some("terraform")
}

/// What the console prints for an expression; `None` where it refuses it.
fn ask(terraform: &str, directory: &Path, expression: &str) -> Option<String> {
    let mut console = Command::new(terraform)
        .args(["console", "-plan"])
        .current_dir(directory)
        .envs([("TF_CLI_CONFIG_FILE", "/dev/null"), ("NO_COLOR", "1"), ("CHECKPOINT_DISABLE", "1")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the console starts");
    let mut input = console.stdin.take().expect("its standard input");
    writeln!(input, "{expression}").expect("it reads");
    drop(input);
    let output = console.wait_with_output().expect("it ends");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| printed.strip_suffix('\n').unwrap_or(&printed).to_owned())
}

macro_rules! recorded {
    ($($name:ident),*) => {
        const NAMES: &[&str] = &[$(stringify!($name)),*];

        $(
            #[test]
            fn $name() {
                check(stringify!($name));
            }
        )*
    };
}

recorded!(
    conditionals,
    conversions,
    for_expressions,
    indexing,
    numbers,
    operators,
    sensitive,
    sets,
    splats,
    templates,
    try_and_calls,
    unknown
);
