//! Running terravet on bad input within limits of time and memory.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Kibibytes of address space.
const MEMORY: u32 = 2 * 1024 * 1024;
/// Unoptimised builds are slower, and get less to do.
const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 10 });

/// A case: name, what makes the input in a directory, arguments, exit code, what standard output holds.
pub(crate) type Case<'a> = (&'a str, &'a dyn Fn(&Path), &'a [&'a str], i32, &'a [&'a str]);

/// Runs all cases before it complains about any.
pub(crate) fn run(cases: &[Case<'_>]) {
    let mut failures = Vec::new();
    for (name, make, arguments, exit, expected) in cases {
        let scratch = Scratch::new(name);
        make(&scratch.0);
        let (status, output, took) = limited(&scratch.0, arguments);
        let missing: Vec<&&str> = expected.iter().filter(|text| !output.contains(**text)).collect();
        if status != Some(*exit) || !missing.is_empty() {
            let shown: String = output.chars().take(1500).collect();
            failures.push(format!("== {name}: exit {status:?}, not {exit}; lacks {missing:?}; {took:?} ==\n{shown}"));
        }
    }
    assert!(failures.is_empty(), "{} of {} failed\n{}", failures.len(), cases.len(), failures.join("\n"));
}

/// Runs terravet within the limits. The exit code is `None` where a signal or the time limit ended it.
pub(crate) fn limited(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, Duration) {
    let started = Instant::now();
    let log = directory.with_extension("log");
    let file = fs::File::create(&log).unwrap();
    let mut child = Command::new("sh")
        .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_terravet")])
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .stdin(Stdio::null())
        .stderr(file.try_clone().unwrap())
        .stdout(file)
        .spawn()
        .unwrap();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        if started.elapsed() > TIME {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let mut output = String::new();
    fs::File::open(&log).unwrap().take(1 << 20).read_to_string(&mut output).unwrap();
    fs::remove_file(&log).unwrap();
    (status, output, started.elapsed())
}

/// A directory that goes with the test.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let name = name.replace([' ', '/'], "-");
        let path = std::env::temp_dir().join(format!("terravet-hostile-{}-{name}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(fs::canonicalize(path).unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
