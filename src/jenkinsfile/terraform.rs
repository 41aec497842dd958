//! A shell command as a Terraform command: subcommand, options, file ("Terraform CLI: Basic CLI Features").

use super::shell::{Command, QUOTED, Word, unwrapped};
use super::text::HOLE;

/// Programs that take Terraform's commands.
const PROGRAMS: &[&str] = &["terraform", "tofu", "opentofu", "terragrunt"];

/// Options with a value that may be the next word.
const WITH_VALUE: &[&str] = &[
    "-var",
    "-var-file",
    "-target",
    "-replace",
    "-out",
    "-state",
    "-state-out",
    "-backup",
    "-parallelism",
    "-lock-timeout",
    "-backend-config",
    "-plugin-dir",
    "-from-module",
    "-generate-config-out",
    "-test-directory",
    "-filter",
    "-exclude",
    "-exclude-file",
    "-target-file",
    "-config",
];

/// The same of Terragrunt.
const TERRAGRUNT_WITH_VALUE: &[&str] = &[
    "working-dir",
    "config",
    "tfpath",
    "tf-path",
    "source",
    "iam-role",
    "iam-assume-role",
    "parallelism",
    "log-level",
    "include-dir",
    "exclude-dir",
    "download-dir",
    "queue-include-dir",
    "queue-exclude-dir",
    "out-dir",
    "json-out-dir",
    "modules-that-include",
    "source-map",
    "filter",
    "provider-cache-dir",
    "units-that-include",
];

/// Options of `docker run` without a value.
const DOCKER_SWITCHES: &[&str] =
    &["--rm", "-i", "-t", "-it", "-ti", "-d", "--interactive", "--tty", "--privileged", "--init", "--detach", "-T"];

/// A command of Terraform.
#[derive(Clone, Debug)]
pub(super) struct Terraform {
    /// `terraform`, `tofu` or `terragrunt`.
    pub(super) program: String,
    /// `plan`, `state rm` …; empty where it is not known.
    pub(super) subcommand: String,
    pub(super) options: Vec<TerraformOption>,
    /// Words that are neither.
    pub(super) others: Vec<Word>,
    /// Whether there may be more options and words.
    pub(super) has_unknown: bool,
    /// `-chdir` and its kind, where it is known.
    pub(super) directory: Option<String>,
    pub(super) start: u32,
    /// The end of the subcommand.
    pub(super) end: u32,
}

#[derive(Clone, Debug)]
pub(super) struct TerraformOption {
    /// With one dash.
    pub(super) name: String,
    pub(super) value: Option<Word>,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl TerraformOption {
    /// Whether a switch is on; nothing where that is not known.
    fn is_on(&self) -> Option<bool> {
        match &self.value {
            None => Some(true),
            Some(value) if !value.is_known() => None,
            // As Go's strconv.ParseBool reads it.
            Some(value) => Some(!matches!(value.text.as_str(), "0" | "f" | "F" | "false" | "False" | "FALSE")),
        }
    }
}

impl Terraform {
    /// The Terraform command that a shell command is.
    pub(super) fn of(command: &Command) -> Option<Self> {
        let words = in_container(unwrapped(&command.words));
        let first = words.first()?;
        let program = tool(first)?;
        let program = *PROGRAMS.iter().find(|known| **known == program)?;
        let mut found = Self {
            program: if program == "opentofu" { "tofu".into() } else { program.into() },
            subcommand: String::new(),
            options: Vec::new(),
            others: Vec::new(),
            has_unknown: false,
            directory: None,
            start: first.start,
            end: first.end,
        };
        found.read(&words[1..]);
        Some(found)
    }

    fn read(&mut self, words: &[Word]) {
        let is_terragrunt = self.program == "terragrunt";
        let mut words = words.iter();
        // What may be the subcommand, or options before it.
        let mut unknown_first = false;
        while let Some(word) = words.next() {
            if word.text == "--" && is_terragrunt {
                continue;
            }
            if word.is_unknown() {
                if self.subcommand.is_empty() && !unknown_first {
                    unknown_first = true;
                    self.end = word.end;
                } else {
                    self.has_unknown = true;
                }
                continue;
            }
            if let Some(option) = word.text.strip_prefix('-') {
                let option = format!("-{}", option.strip_prefix('-').unwrap_or(option));
                let (name, value) =
                    option.split_once('=').map_or((option.as_str(), None), |(name, value)| (name, Some(value)));
                let value = value.map(|value| {
                    let at = word.text.len() - value.len();
                    let offsets = word.offsets.get(at..).unwrap_or_default().to_vec();
                    let start = offsets.first().copied().unwrap_or(word.start);
                    Word { text: value.to_owned(), offsets, start, end: word.end, variables: word.variables.clone() }
                });
                let plain = name.trim_start_matches("-terragrunt-").trim_start_matches('-');
                let takes_value = WITH_VALUE.contains(&name) || is_terragrunt && TERRAGRUNT_WITH_VALUE.contains(&plain);
                let value = value.or_else(|| takes_value.then(|| words.next().cloned()).flatten());
                if matches!(plain, "chdir" | "working-dir") {
                    self.directory = value.as_ref().map(|value| value.text.clone());
                }
                let end = value.as_ref().map_or(word.end, |value| value.end.max(word.end));
                self.options.push(TerraformOption { name: name.to_owned(), value, start: word.start, end });
                continue;
            }
            if self.subcommand.is_empty() && !unknown_first {
                self.subcommand.clone_from(&word.text);
                self.end = word.end;
            } else if let Some(joined) = self.joined(&word.text).filter(|_| self.others.is_empty()) {
                self.subcommand = joined;
                self.end = word.end;
            } else if self.subcommand.is_empty() && self.others.is_empty() && is_subcommand(&word.text) {
                // Unknown options came before it.
                self.has_unknown = true;
                self.subcommand.clone_from(&word.text);
                self.end = word.end;
            } else {
                self.others.push(word.clone());
            }
        }
        if let Some(plain) = self.subcommand.strip_suffix("-all").filter(|_| is_terragrunt) {
            self.subcommand = plain.to_owned();
        }
        // Only these two take it.
        if self.subcommand.is_empty() && unknown_first && self.option("-auto-approve").is_some() {
            self.subcommand = "apply".to_owned();
        }
    }

    /// The subcommand together with a word after it, where that is a part of it.
    fn joined(&self, next: &str) -> Option<String> {
        match self.subcommand.as_str() {
            "run-all" | "run" | "stack" | "stack run" if self.program == "terragrunt" => {
                Some(if next == "run" { "stack run".to_owned() } else { next.to_owned() })
            }
            "state" | "workspace" | "providers" | "metadata" => Some(format!("{} {next}", self.subcommand)),
            _ => None,
        }
    }

    pub(super) fn option(&self, name: &str) -> Option<&TerraformOption> {
        // The last one counts, as with Go's flags.
        self.options.iter().rev().find(|option| option.name == name)
    }

    /// Whether a switch is on; nothing where that is not known.
    pub(super) fn switch(&self, name: &str) -> Option<bool> {
        match self.option(name) {
            Some(option) => option.is_on(),
            None if self.has_unknown => None,
            None => Some(false),
        }
    }

    /// Whether it only prints help.
    pub(super) fn is_help(&self) -> bool {
        ["-help", "-h", "-version"].iter().any(|name| self.option(name).is_some())
    }

    /// Whether it changes what is there.
    pub(super) fn changes(&self) -> bool {
        matches!(self.subcommand.as_str(), "apply" | "destroy") && !self.is_help()
    }

    /// Whether it destroys everything.
    pub(super) fn destroys(&self) -> bool {
        self.subcommand == "destroy" || self.subcommand == "apply" && self.switch("-destroy") == Some(true)
    }

    /// The file that `apply` is given.
    pub(super) fn plan_file(&self) -> Option<&Word> {
        self.others.first().filter(|_| self.subcommand == "apply")
    }

    /// Whether it applies a plan file; nothing where that is not known.
    pub(super) fn has_plan_file(&self) -> Option<bool> {
        match self.plan_file() {
            Some(_) => Some(true),
            None if self.has_unknown && self.subcommand == "apply" => None,
            None => Some(false),
        }
    }

    /// As it is shown in messages: program and subcommand.
    pub(super) fn shown(&self) -> String {
        let subcommand = if self.subcommand.is_empty() { "…" } else { &self.subcommand };
        format!("{} {subcommand}", self.program).replace([HOLE, QUOTED], "…")
    }
}

fn is_subcommand(word: &str) -> bool {
    ["apply", "destroy", "plan", "init", "validate", "refresh", "import", "show", "output", "fmt", "state", "workspace"]
        .contains(&word)
}

/// The name of a tool that a word is: a program with its version, or a container image.
pub(super) fn tool(word: &Word) -> Option<&str> {
    let name = word.program();
    let name = name.split(['@', ':']).next().unwrap_or(name);
    // terraform1.5, terraform-1.5
    let end = name.find(|letter: char| letter.is_ascii_digit()).unwrap_or(name.len());
    Some(name[..end].trim_end_matches(['-', '_', 'v'])).filter(|name| !name.is_empty() || end == 0)
}

/// What runs in a container: the words from the image (or the program in it) on.
fn in_container(words: &[Word]) -> &[Word] {
    let Some(first) = words.first() else { return words };
    if !["docker", "podman", "nerdctl", "docker-compose"].contains(&first.program()) {
        return words;
    }
    let mut at = 1;
    let mut found = None;
    while let Some(word) = words.get(at) {
        if word.text.starts_with('-') {
            let is_switch = DOCKER_SWITCHES.contains(&word.text.as_str()) || word.text.contains('=');
            at += if is_switch { 1 } else { 2 };
            continue;
        }
        if tool(word).is_some_and(|tool| PROGRAMS.contains(&tool)) {
            found = Some(at);
            // `image terraform apply` names it twice.
            let next = words.get(at + 1).and_then(|next| tool(next)).is_some_and(|tool| PROGRAMS.contains(&tool));
            found = if next { Some(at + 1) } else { found };
            break;
        }
        at += 1;
    }
    found.map_or(words, |at| &words[at..])
}
