//! Terraform commands: what they do, and what has come before them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::flow::{EventKind, ScopeKind};
use super::super::shell::{Command, Shell, Then, unwrapped};
use super::super::terraform::{Terraform, tool};
use super::super::text::HOLE;
use super::{Fact, Facts, Field, Running, head, speaks_of};

/// Commands whose failure must not go unseen.
const MATTERS: &[&str] =
    &["init", "plan", "apply", "destroy", "validate", "refresh", "test", "workspace select", "get"];

/// Programs that check configuration or plans.
const POLICY_TOOLS: &[&str] = &[
    "terravet",
    "tflint",
    "checkov",
    "tfsec",
    "trivy",
    "terrascan",
    "conftest",
    "opa",
    "kics",
    "snyk",
    "regula",
    "sentinel",
    "terraform-compliance",
    "tfscan",
];

/// Steps of the terravet library that check a plan before anything is applied.
const CHECKING_STEPS: &[&str] = &["terravetCheck", "terraformPlan", "terraformPipeline", "terraformMatrix"];

/// Steps and commands that may be a check, or an approval, by their names; what they do is outside of the file.
const LIKE_CHECKS: &[&str] =
    &["check", "lint", "polic", "scan", "valid", "complian", "secur", "test", "gate", "pre-commit"];
const LIKE_APPROVALS: &[&str] = &["approv", "confirm", "manual", "gate", "signoff", "sign_off", "promot", "userinput"];

/// Steps and programs that bring files to another agent.
const CARRIES: &[&str] = &[
    "unstash",
    "copyArtifacts",
    "s3Download",
    "unarchive",
    "unzip",
    "untar",
    "rtDownload",
    "googleStorageDownload",
    "azureDownload",
];
const CARRYING_PROGRAMS: &[&str] =
    &["aws", "gsutil", "gcloud", "az", "curl", "wget", "scp", "rsync", "mc", "jf", "jfrog", "tar", "cp", "unzip"];

/// How many commands are looked at for a setting that all should have.
const MAX_ASKED: usize = 200;

/// What has happened so far.
#[derive(Default)]
struct History {
    /// Scopes in which everything that comes has been approved.
    approved: BTreeSet<usize>,
    /// Whether somebody may have been asked, under conditions or by a step of another file.
    perhaps_asked: bool,
    /// Whether something has checked the configuration or plan; nothing where something may have.
    checked: Option<bool>,
    /// The agent of the last plan into a file of a name.
    plans: BTreeMap<String, Option<usize>>,
    /// By directory: how many plans came before the first one in it.
    directories: BTreeMap<String, usize>,
    count: usize,
    /// Whether a plan was approved and nothing applied since.
    approval: Option<Approval>,
    /// The first plan after that.
    replanned: Option<Fact>,
    /// Agents that files were brought to.
    supplied: BTreeSet<usize>,
    has_applied: bool,
}

struct Approval {
    scope: usize,
    /// How many plans came before it.
    count: usize,
}

impl Facts<'_, '_, '_> {
    /// `terraform_commands`, `terraform_options` and `terraform_settings`.
    pub(super) fn terraform(&mut self) {
        let mut history = History { checked: Some(false), ..History::default() };
        let (mut commands, mut options) = (Vec::new(), Vec::new());
        for event in &self.flow.events {
            match &event.kind {
                EventKind::Input { .. } => self.approve(event.scope, &mut history),
                EventKind::Step(call) => {
                    let name = self.flow.tree.last(call.name);
                    self.step(name, event.scope, &mut history);
                }
                EventKind::Script(index) => {
                    let Some(script) = self.flow.scripts.get(*index) else { continue };
                    let running = Running { scope: event.scope, script };
                    for (index, command) in script.shell.commands.iter().enumerate() {
                        match script.terraform.get(&index) {
                            Some(terraform) => {
                                options.extend(self.options(&running, terraform));
                                commands.push(self.command(&running, index, command, terraform, &mut history));
                                commands.extend(history.replanned.take_if(|_| terraform.changes()));
                                self.remember(&running, terraform, &mut history, &mut commands);
                            }
                            None => self.other(command, event.scope, &mut history),
                        }
                    }
                }
            }
        }
        self.add("terraform_commands", commands);
        self.add("terraform_options", options);
        let settings = self.settings();
        self.add("terraform_settings", settings);
    }

    /// A person was asked: what comes after it, in every scope that it always happens in, is approved.
    fn approve(&self, scope: usize, history: &mut History) {
        let mut always = true;
        for (at, scope) in self.flow.around(scope) {
            if !always {
                break;
            }
            history.approved.insert(at);
            always = match scope.kind {
                ScopeKind::Condition { .. } | ScopeKind::Loop | ScopeKind::Guarded | ScopeKind::Post => false,
                ScopeKind::File
                | ScopeKind::Caller
                | ScopeKind::Pipeline
                | ScopeKind::Stage
                | ScopeKind::Agent { .. }
                | ScopeKind::Always
                | ScopeKind::Branch
                | ScopeKind::Timeout { .. }
                | ScopeKind::Lock
                | ScopeKind::Retry
                | ScopeKind::Bindings(_)
                | ScopeKind::Settings(_)
                | ScopeKind::Directory(_) => true,
            };
        }
        history.perhaps_asked |= !always;
        if history.count > 0 {
            history.approval = Some(Approval { scope, count: history.count });
        }
        history.replanned = None;
    }

    fn step(&self, name: &str, scope: usize, history: &mut History) {
        if CHECKING_STEPS.contains(&name) {
            history.checked = Some(true);
        }
        if matches!(name, "terraformApprove" | "terraformPipeline") {
            self.approve(scope, history);
        }
        if CARRIES.contains(&name) {
            history.supplied.extend(self.agent(scope));
        }
        let is_known = matches!(
            name,
            "checkout" | "junit" | "recordIssues" | "publishChecks" | "withChecks" | "milestone" | "readTrusted"
        );
        if !is_known && speaks_of(name, LIKE_CHECKS) {
            history.checked = history.checked.filter(|checked| *checked);
        }
        history.perhaps_asked |= speaks_of(name, LIKE_APPROVALS);
    }

    /// A command that is none of Terraform's.
    fn other(&self, command: &Command, scope: usize, history: &mut History) {
        let words = unwrapped(&command.words);
        let Some(first) = words.first() else { return };
        let is_container = matches!(first.program(), "docker" | "podman");
        let mut tools = words.iter().take(if is_container { words.len() } else { 1 }).filter_map(tool);
        if tools.any(|tool| POLICY_TOOLS.contains(&tool)) {
            history.checked = Some(true);
        } else if !matches!(
            first.program(),
            "echo" | "printf" | "cd" | "export" | "[" | "test" | "rm" | "mkdir" | "git"
        ) && speaks_of(&head(command), LIKE_CHECKS)
        {
            history.checked = history.checked.filter(|checked| *checked);
        }
        if CARRYING_PROGRAMS.contains(&first.program()) {
            history.supplied.extend(self.agent(scope));
        }
    }

    /// What a command changes for those after it.
    fn remember(&self, running: &Running<'_, '_>, terraform: &Terraform, history: &mut History, commands: &mut [Fact]) {
        if terraform.subcommand == "plan" && !terraform.is_help() {
            let file =
                terraform.option("-out").and_then(|option| option.value.as_ref()).map(|value| value.text.clone());
            let directory = self.directory(running, terraform);
            let same = history
                .approval
                .as_ref()
                .filter(|approval| history.directories.get(&directory).is_some_and(|before| *before < approval.count));
            if let (Some(approval), Some(fact), true) = (same, commands.last_mut(), history.replanned.is_none()) {
                // Under a condition that the approval was not under, it may be another way through the file.
                let apart = self.flow.around(running.scope).any(|(at, scope)| {
                    matches!(scope.kind, ScopeKind::Condition { .. })
                        && !self.flow.around(approval.scope).any(|(other, _)| other == at)
                });
                let mut replanned = fact.clone();
                set(&mut replanned, "after_approval", if apart { None } else { Some(true) });
                history.replanned = Some(replanned);
            }
            if let Some(file) = file.filter(|file| !file.is_empty()) {
                history.plans.insert(base_name(&file).to_owned(), self.agent(running.scope));
            }
            history.directories.entry(directory).or_insert(history.count);
            history.count += 1;
        }
        if terraform.changes() {
            history.approval = None;
            history.has_applied = true;
        }
    }

    /// Where a command works, as far as it is known: two of them are compared.
    fn directory(&self, running: &Running<'_, '_>, terraform: &Terraform) -> String {
        let around = self.flow.around(running.scope).filter_map(|(_, scope)| match &scope.kind {
            ScopeKind::Directory(directory) => Some(directory.clone()),
            _ => None,
        });
        let mut parts: Vec<String> = around.collect();
        parts.reverse();
        parts.push(running.script.directory.clone());
        parts.extend(terraform.directory.clone());
        parts.join("/")
    }

    fn command(
        &self,
        running: &Running<'_, '_>,
        index: usize,
        command: &Command,
        terraform: &Terraform,
        history: &mut History,
    ) -> Fact {
        let (scope, shell) = (running.scope, &running.script.shell);
        let changes = terraform.changes();
        let unlocks = terraform.subcommand == "force-unlock";
        let is_first = changes && !history.has_applied;
        let is_under = |wanted: fn(&ScopeKind) -> bool| self.is_under(scope, wanted);
        let matters = MATTERS.contains(&terraform.subcommand.as_str())
            || terraform.subcommand == "fmt" && terraform.option("-check").is_some();
        // One missing option of the pipeline is said once.
        let exclusive = if !is_first
            || is_under(|kind| matches!(kind, ScopeKind::Lock))
            || self.option_call("disableConcurrentBuilds")
        {
            Some(true)
        } else {
            self.absent(scope)
        };
        let checked = match history.checked {
            _ if !is_first => Some(true),
            Some(false) => self.absent(scope),
            checked => checked,
        };
        let is_retried = changes && (is_under(|kind| matches!(kind, ScopeKind::Retry)) || command.is_repeated);
        let fields: Vec<(&'static str, Field)> = vec![
            ("text", terraform.shown().into()),
            ("program", terraform.program.as_str().into()),
            ("subcommand", terraform.subcommand.as_str().into()),
            ("changes", changes.into()),
            ("destroys", terraform.destroys().into()),
            ("has_plan_file", terraform.has_plan_file().into()),
            ("approves_itself", terraform.switch("-auto-approve").into()),
            ("approved", if changes || unlocks { self.approved(scope, history) } else { Some(true) }.into()),
            ("exclusive", exclusive.into()),
            ("checked", checked.into()),
            ("carried", self.carried(running, terraform, history).into()),
            ("after_approval", false.into()),
            ("retried", is_retried.into()),
            ("exit_code_lost", (matters && loses_exit_code(running, command)).into()),
            ("failure_ignored", (matters && ignores_failure(shell, command)).into()),
            ("changes_fail", self.changes_fail(running, command, terraform).into()),
            ("prints_values", prints_values(running, index, terraform).into()),
        ];
        self.in_script(running.script, (terraform.start, terraform.end), fields)
    }

    /// Whether a change at a scope has been approved, or is kept from builds that nobody asked for.
    fn approved(&self, scope: usize, history: &History) -> Option<bool> {
        let mut perhaps = history.perhaps_asked;
        for (at, scope) in self.flow.around(scope) {
            match scope.kind {
                _ if history.approved.contains(&at) => return Some(true),
                ScopeKind::Condition { restricts: Some(true) } => return Some(true),
                ScopeKind::Condition { restricts: None } => perhaps = true,
                _ => {}
            }
        }
        if perhaps { None } else { self.absent(scope) }
    }

    /// Whether the plan file of an apply is there.
    fn carried(&self, running: &Running<'_, '_>, terraform: &Terraform, history: &History) -> Option<bool> {
        let Some(file) = terraform.plan_file() else { return Some(true) };
        let Some(made_on) = history.plans.get(base_name(&file.text)).copied() else { return Some(true) };
        let agent = self.agent(running.scope);
        if made_on == agent || agent.is_some_and(|agent| history.supplied.contains(&agent)) {
            return Some(true);
        }
        let is_fixed = |agent: Option<usize>| {
            let scope = agent.and_then(|agent| self.flow.scopes.get(agent));
            scope.is_none_or(|scope| matches!(scope.kind, ScopeKind::Agent { is_fixed: true, .. }))
        };
        // The same directory of the same machine may come again.
        if is_fixed(agent) || is_fixed(made_on) || file.text.starts_with(['/', HOLE]) {
            None
        } else {
            self.absent(running.scope)
        }
    }

    /// Whether the exit code 2 of `-detailed-exitcode` ends the build.
    fn changes_fail(&self, running: &Running<'_, '_>, command: &Command, terraform: &Terraform) -> Option<bool> {
        let is_handled = terraform.option("-detailed-exitcode").is_none()
            || command.is_asked
            || command.is_captured
            || matches!(command.then, Then::Or | Then::Pipe)
            || running.script.minds_codes
            || self.is_under(running.scope, |kind| matches!(kind, ScopeKind::Guarded));
        if is_handled { Some(false) } else { running.script.returns_status.map(|returns| !returns) }
    }

    fn options(&self, running: &Running<'_, '_>, terraform: &Terraform) -> Vec<Fact> {
        let mut facts = Vec::new();
        for option in &terraform.options {
            // Values of variables may be secret.
            let value = option.value.as_ref().filter(|_| !matches!(option.name.as_str(), "-var" | "-backend-config"));
            let is_off = match option.value.as_ref() {
                Some(value) if !value.is_known() => None,
                Some(value) => Some(matches!(value.text.as_str(), "0" | "f" | "F" | "false" | "False" | "FALSE")),
                None => Some(false),
            };
            let fields = vec![
                ("name", option.name.as_str().into()),
                ("value", value.filter(|value| value.is_known()).map_or("", |value| &value.text).into()),
                ("is_off", is_off.into()),
                ("text", terraform.shown().into()),
                ("subcommand", terraform.subcommand.as_str().into()),
            ];
            facts.push(self.in_script(running.script, (option.start, option.end), fields));
        }
        facts
    }

    /// Whether an option of the pipeline is there.
    pub(super) fn option_call(&self, wanted: &str) -> bool {
        let tree = self.flow.tree;
        // `options { wanted() }`, or `properties([wanted()])`.
        self.flow.options.iter().any(|call| tree.at(call.start, call.end).contains(wanted))
    }

    /// Settings that all commands of a file should have: the first command without is named, once.
    fn settings(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (name, wants, is_set) in [
            ("-input=false", asks as fn(&Terraform) -> bool, answers as fn(&Terraform) -> bool),
            ("TF_IN_AUTOMATION", is_wordy, |_| false),
        ] {
            let variables: &[&str] = if name == "TF_IN_AUTOMATION" {
                &["TF_IN_AUTOMATION"]
            } else {
                &["TF_INPUT", "TF_CLI_ARGS", "TERRAGRUNT_NON_INTERACTIVE", "TG_NON_INTERACTIVE"]
            };
            let lacking = self.commands().take(MAX_ASKED).find(|(running, index, terraform)| {
                wants(terraform)
                    && !is_set(terraform)
                    && !variables.iter().any(|variable| self.has_variable(running, *index, variable))
            });
            if let Some((running, _, terraform)) = lacking {
                let fields = vec![
                    ("name", name.into()),
                    ("text", terraform.shown().into()),
                    ("is_set", if terraform.has_unknown { None } else { self.absent(running.scope) }.into()),
                ];
                facts.push(self.in_script(running.script, (terraform.start, terraform.end), fields));
            }
        }
        facts
    }

    /// Whether an environment variable is set for a command.
    fn has_variable(&self, running: &Running<'_, '_>, index: usize, wanted: &str) -> bool {
        let shell = &running.script.shell;
        let commands = shell.commands.iter().take(index + 1);
        let in_shell = commands.enumerate().any(|(at, command)| {
            let assigned = command.assignments.iter().any(|(name, _)| name.starts_with(wanted))
                && (at == index || command.words.is_empty());
            let exports = matches!(command.program(), "export" | "set" | "env" | "setx");
            let named = command.words.iter().skip(1).any(|word| word.text.starts_with(wanted));
            let for_container = at == index && command.words.iter().any(|word| word.text.starts_with(wanted));
            assigned || exports && named || for_container
        });
        let text = running.script.written.as_ref().map_or("", |written| written.text.as_str());
        in_shell
            || text.contains(&format!("$env:{wanted}"))
            || self.flow.variables.is_set(wanted)
            || self.is_under(running.scope, |kind| match kind {
                ScopeKind::Settings(settings) => settings.iter().any(|setting| setting.name.starts_with(wanted)),
                _ => false,
            })
    }
}

/// The last part of a path.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// Sets a field of a fact.
fn set(fact: &mut Fact, name: &str, value: Option<bool>) {
    if let Some((_, field)) = fact.fields.iter_mut().find(|(known, _)| *known == name) {
        *field = value.into();
    }
}

/// Whether a command may ask for something.
fn asks(terraform: &Terraform) -> bool {
    let asks = match terraform.subcommand.as_str() {
        "apply" => terraform.has_plan_file() != Some(true),
        subcommand => matches!(subcommand, "init" | "plan" | "destroy" | "refresh" | "import"),
    };
    asks && !terraform.is_help()
}

/// Whether a command is told to ask for nothing.
fn answers(terraform: &Terraform) -> bool {
    terraform.switch("-input") == Some(false) && terraform.option("-input").is_some()
        || ["-terragrunt-non-interactive", "-non-interactive"].iter().any(|name| terraform.option(name).is_some())
}

/// Whether a command tells people what to run next.
fn is_wordy(terraform: &Terraform) -> bool {
    matches!(terraform.subcommand.as_str(), "init" | "plan" | "apply" | "destroy") && !terraform.is_help()
}

fn loses_exit_code(running: &Running<'_, '_>, command: &Command) -> bool {
    command.then == Then::Pipe && !running.script.minds_pipes
}

fn ignores_failure(shell: &Shell, command: &Command) -> bool {
    let Some(next) = command.next.and_then(|next| shell.commands.get(next)).filter(|_| command.then == Then::Or) else {
        return false;
    };
    let argument = next.words.get(1).map_or("", |word| word.text.as_str());
    let succeeds = match next.program() {
        "true" | ":" | "echo" | "printf" => true,
        "exit" | "return" => argument == "0",
        _ => false,
    };
    succeeds && !next.opens_group && matches!(next.then, Then::Next)
}

/// Whether `show -json` prints to the log.
fn prints_values(running: &Running<'_, '_>, index: usize, terraform: &Terraform) -> Option<bool> {
    let shell = &running.script.shell;
    let Some(mut command) = shell.commands.get(index) else { return Some(false) };
    if terraform.subcommand != "show" || terraform.option("-json").is_none() || command.is_captured {
        return Some(false);
    }
    while let (Then::Pipe, Some(next)) = (command.then, command.next.and_then(|next| shell.commands.get(next))) {
        if command.is_redirected {
            return Some(false);
        }
        let words: Vec<&str> =
            next.words.iter().skip(1).map(|word| word.text.as_str()).filter(|word| !word.starts_with('-')).collect();
        let shows_all = match next.program() {
            "jq" => words.is_empty() || words == ["."],
            "tee" | "cat" | "less" | "more" | "sort" => true,
            "python" | "python3" => words.contains(&"json.tool"),
            _ => false,
        };
        if !shows_all {
            return Some(false);
        }
        command = next;
    }
    if command.is_redirected { Some(false) } else { running.script.returns_output.map(|returns| !returns) }
}
