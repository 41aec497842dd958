//! Expressions evaluate to what the real `terraform console` makes of them: `tests/values/*.json` are its recorded answers
//! (`tests/values/record.py` records them; `tests/values/main.tf` is the configuration around the expressions).
//!
//! `VALUES=DIR cargo test --test values` compares the tables of another directory, such as `tests/values/fuzz.py` makes.

#[path = "values/printed.rs"]
mod printed;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use printed::printed;
use serde_json::Value as Json;
use terravet::source::{Problem, Sources};
use terravet::syntax::Trees;
use terravet::terraform::{Answer, Options, ask};

/// Expressions that Terraform refuses in other words: for what the configuration declares, or with a secret in them.
const OTHER_WORDS: [&str; 7] = [
    "[for i, v in tolist([5, 6]) : type(i) == type(v)]",
    "{for x in [var.secret, var.secret] : x => 1}",
    "try({}.a, [].b)",
    "{a.b = 1}",
    "[[1, 2]].0.1",
    "terraform_data.u.nope",
    "terraform_data.u[\"nope\"]",
];

/// What differs between a recorded row and our answer.
fn difference(row: &Json, answer: &Result<Answer, Problem>) -> Option<String> {
    let expression = text(row, "expression");
    let ours = match answer {
        Ok(Answer { value, type_text }) if type_text == "type" => (value.as_str().unwrap_or_default().into(), "type"),
        Ok(Answer { value, type_text }) => (printed(value, 0), type_text.as_str()),
        Err(Problem { message, .. }) => {
            let error = row["error"].as_str()?;
            // The same sentence without its full stop; a generated row has none, nor has what went wrong in Terraform itself.
            let theirs = error.is_empty() || error.contains("panic in function implementation");
            let same = theirs || error.starts_with(message) || OTHER_WORDS.contains(&expression);
            let terraform =
                if row["error"].is_null() { shown(text(row, "value"), text(row, "type")) } else { error.into() };
            return (!same).then(|| format!("{expression}\n  terraform: {terraform}\n  terravet:  error: {message}"));
        }
    };
    let theirs = (text(row, "value"), text(row, "type"));
    let terraform = match row["error"].as_str() {
        Some(error) => format!("error: {error}"),
        None if (&*ours.0, ours.1) == theirs => return None,
        None => shown(theirs.0, theirs.1),
    };
    Some(format!("{expression}\n  terraform: {terraform}\n  terravet:  {}", shown(&ours.0, ours.1)))
}

fn shown(value: &str, ty: &str) -> String {
    format!("{value} ({ty})")
}

fn folder() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/values");
    std::env::var_os("VALUES").map_or(here, PathBuf::from)
}

/// The rows of all tables.
fn rows() -> Vec<Json> {
    let mut tables: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    tables.sort();
    let read = |path: &PathBuf| -> Vec<Json> {
        serde_json::from_slice(&std::fs::read(path).expect("the file is there")).expect("the file is JSON")
    };
    tables.iter().flat_map(read).collect()
}

fn text<'r>(row: &'r Json, key: &str) -> &'r str {
    row[key].as_str().unwrap_or_default()
}

#[test]
fn expressions_are_what_the_console_says() {
    let rows = rows();
    let expressions: Vec<String> = rows.iter().map(|row| text(row, "expression").to_owned()).collect();
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let options = Options { current_directory: folder(), ..Options::default() };
    let (reading, answers) = ask(&folder(), &options, &expressions, &mut sources, &mut trees);
    assert_eq!(reading.problems, []);
    assert_eq!(answers.len(), rows.len());
    let mut wrong = Vec::new();
    for (row, answer) in rows.iter().zip(&answers) {
        let recorded = row.get("value").is_some() || row.get("error").is_some();
        assert!(recorded, "{} is not recorded", text(row, "expression"));
        match (difference(row, answer), row.get("differs")) {
            (Some(difference), None) => wrong.push(difference),
            // What is known to differ, with the reason.
            (Some(_), Some(_)) | (None, None) => {}
            (None, Some(why)) => wrong.push(format!("{} agrees now, though: {why}", text(row, "expression"))),
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// Asks the real console again for a sample of the recorded answers, where terraform 1.11 is installed.
#[test]
fn the_installed_terraform_still_gives_the_recorded_answers() {
    let Some(terraform) = installed_terraform() else { return };
    let directory = std::env::temp_dir().join(format!("terravet-values-{}", std::process::id()));
    std::fs::create_dir_all(&directory).expect("a temporary directory");
    std::fs::copy(folder().join("main.tf"), directory.join("main.tf")).expect("the configuration is copied");
    let mut differences = Vec::new();
    let rows = rows();
    // A text of several lines looks otherwise inside a tuple, where it was recorded.
    let simple = |row: &&Json| !text(row, "expression").contains('\n') && !text(row, "value").contains("<<-EOT");
    for row in rows.iter().filter(simple).step_by(25) {
        let printed = ask_console(terraform, &directory, text(row, "expression"));
        if printed.as_deref() != row["value"].as_str() {
            differences.push(format!("{}: {printed:?}", text(row, "expression")));
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
fn ask_console(terraform: &str, directory: &Path, expression: &str) -> Option<String> {
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
