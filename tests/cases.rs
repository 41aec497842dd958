//! Cases as folders, run through the real binary: `tests/cases/<topic>/<case>/`.
//!
//! - `case`: what the case shows (`#` lines), then `args:` (words, quoted as in a shell), `exit:`, if wanted `stdin: FILE`
//!   (of the input), and as often as wanted `env: NAME=VALUE` and `copy: FROM TO` (a file below `tests/` into the input)
//! - `input/`: what it is run on; terravet is started in a copy of it
//! - `stdout`, `stderr`: what it has to print (nothing, where there is no such file)
//! - `output/`: the files that it has to write to `../output`
//!
//! `BLESS=1 cargo test --test cases` writes the expectations anew; `CASE=topic/name` runs one case.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One case.
struct Case {
    name: String,
    directory: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    copies: Vec<(String, String)>,
    stdin: Option<String>,
    exit: i32,
}

/// What a run printed and wrote: by file name, as in the case's folder.
type Outcome = BTreeMap<String, String>;

#[test]
fn every_case_comes_out_as_expected() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let wanted = std::env::var("CASE").ok();
    let mut failures = Vec::new();
    let mut count = 0;
    for topic in entries(&top) {
        for directory in entries(&topic) {
            let name = format!("{}/{}", name_of(&topic), name_of(&directory));
            if wanted.as_ref().is_some_and(|wanted| *wanted != name) {
                continue;
            }
            count += 1;
            let case = Case::read(name, directory);
            if let Err(difference) = case.check() {
                failures.push(format!("== {} ==\n{difference}", case.name));
            }
        }
    }
    assert!(count > 0, "no case was run");
    assert!(failures.is_empty(), "{} of {count} cases failed\n{}", failures.len(), failures.join("\n"));
}

impl Case {
    fn read(name: String, directory: PathBuf) -> Self {
        for entry in entries(&directory) {
            let known = ["case", "input", "stdout", "stderr", "output"];
            assert!(known.contains(&name_of(&entry).as_str()), "{name}: nobody reads {}", entry.display());
        }
        let text = fs::read_to_string(directory.join("case")).unwrap_or_else(|error| panic!("{name}: case: {error}"));
        let (arguments, environment, copies) = Default::default();
        let mut case = Self { name, directory, arguments, environment, copies, stdin: None, exit: -1 };
        assert!(text.starts_with("# "), "{}: the first line says what the case shows", case.name);
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (key, value) = line.split_once(": ").unwrap_or_else(|| panic!("{}: `{line}`", case.name));
            match key {
                "args" => case.arguments = words(value),
                "exit" => case.exit = value.parse().unwrap(),
                "stdin" => case.stdin = Some(value.into()),
                "copy" => {
                    let (from, to) = value.split_once(' ').unwrap();
                    case.copies.push((from.into(), to.into()));
                }
                "env" => {
                    let (name, value) = value.split_once('=').unwrap();
                    case.environment.push((name.into(), value.into()));
                }
                _ => panic!("{}: `{key}` means nothing", case.name),
            }
        }
        case
    }

    fn check(&self) -> Result<(), String> {
        let actual = self.run()?;
        if std::env::var_os("BLESS").is_some() {
            self.bless(&actual);
        }
        let expected = self.expected();
        let names: std::collections::BTreeSet<&String> = actual.keys().chain(expected.keys()).collect();
        let mut differences = String::new();
        for name in names {
            let (left, right) = (expected.get(name), actual.get(name));
            if left != right {
                let left = left.map_or("(nothing)\n", String::as_str);
                let right = right.map_or("(nothing)\n", String::as_str);
                differences.push_str(&format!("-- {name}, expected --\n{left}-- {name}, actual --\n{right}"));
            }
        }
        if differences.is_empty() { Ok(()) } else { Err(differences) }
    }

    fn run(&self) -> Result<Outcome, String> {
        let scratch = Scratch::new(&self.name);
        let (input, output) = (scratch.0.join("input"), scratch.0.join("output"));
        fs::create_dir_all(&input).unwrap();
        fs::create_dir_all(&output).unwrap();
        copy(&self.directory.join("input"), &input);
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        for (from, to) in &self.copies {
            fs::create_dir_all(input.join(to).parent().unwrap()).unwrap();
            fs::copy(tests.join(from), input.join(to)).unwrap();
        }
        let stdin = match &self.stdin {
            Some(name) => Stdio::from(fs::File::open(input.join(name)).unwrap()),
            None => Stdio::null(),
        };
        let result = Command::new(env!("CARGO_BIN_EXE_terravet"))
            .args(&self.arguments)
            .current_dir(&input)
            .stdin(stdin)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        // How many rules there are is no part of what a case shows.
        let rules = regex::Regex::new(r#"(\d+)( rules\))|("rules": )(\d+)"#).unwrap();
        let clean = |text: String| {
            let text = text.replace(&*scratch.0.to_string_lossy(), "$CASE");
            let text = text.replace(concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"$VERSION\"");
            let text = text.replace(concat!("terravet ", env!("CARGO_PKG_VERSION")), "terravet $VERSION");
            rules.replace_all(&text, "${3}N${2}").into_owned()
        };
        let mut outcome = Outcome::new();
        for (name, bytes) in [("stdout", result.stdout), ("stderr", result.stderr)] {
            if !bytes.is_empty() {
                outcome.insert(name.into(), clean(String::from_utf8(bytes).unwrap()));
            }
        }
        for file in entries(&output) {
            outcome.insert(format!("output/{}", name_of(&file)), clean(fs::read_to_string(&file).unwrap()));
        }
        if result.status.code() == Some(self.exit) {
            return Ok(outcome);
        }
        let printed: Vec<String> = outcome.into_iter().map(|(name, text)| format!("-- {name} --\n{text}")).collect();
        Err(format!("exit {} instead of {}\n{}", result.status, self.exit, printed.concat()))
    }

    fn expected(&self) -> Outcome {
        let mut outcome = Outcome::new();
        for name in ["stdout", "stderr"] {
            if let Ok(text) = fs::read_to_string(self.directory.join(name)) {
                outcome.insert(name.into(), text);
            }
        }
        for file in entries(&self.directory.join("output")) {
            outcome.insert(format!("output/{}", name_of(&file)), fs::read_to_string(&file).unwrap());
        }
        outcome
    }

    fn bless(&self, actual: &Outcome) {
        for name in self.expected().keys() {
            fs::remove_file(self.directory.join(name)).unwrap();
        }
        for (name, text) in actual {
            let path = self.directory.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
}

/// A directory that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("terravet-case-{}-{}", std::process::id(), name.replace('/', "-")));
        fs::create_dir_all(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The entries of a directory, in name order; none where there is no directory.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn copy(from: &Path, to: &Path) {
    for entry in entries(from) {
        let target = to.join(name_of(&entry));
        if entry.is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).unwrap();
        }
    }
}

/// Words as in a shell: single quotes keep spaces.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut quoted = false;
    let mut word = None;
    for character in line.chars() {
        match character {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_with(String::new);
            }
            ' ' if !quoted => words.extend(word.take()),
            other => word.get_or_insert_with(String::new).push(other),
        }
    }
    words.extend(word);
    words
}
