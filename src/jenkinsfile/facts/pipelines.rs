//! What holds of a pipeline as a whole: timeouts, cleaning up, libraries, options, what is downloaded and run.

use super::super::flow::ScopeKind;
use super::super::shell::{Command, QUOTED, Shell, Then, unwrapped};
use super::super::text::{HOLE, written};
use super::super::tree::{Block, Call, Expression, Item};
use super::{Fact, Facts, speaks_of};

/// Programs that run what they are given on standard input.
const INTERPRETERS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "dash",
    "ash",
    "ksh",
    "python",
    "python3",
    "perl",
    "ruby",
    "node",
    "iex",
    "Invoke-Expression",
];

/// Programs that fetch what is at an address.
const FETCHERS: &[&str] = &["curl", "wget", "iwr", "irm", "Invoke-WebRequest", "Invoke-RestMethod"];

/// What is different for every executor, workspace or build.
const PRIVATE: &[&str] = &["WORKSPACE", "EXECUTOR_NUMBER", "BUILD_", "pwd", "mktemp", "STAGE_NAME", "HOSTNAME"];

impl Facts<'_, '_, '_> {
    /// `pipelines`, `libraries`, `build_options`, `downloads` and `plugin_caches`.
    pub(super) fn pipelines(&mut self) {
        let pipelines = self.whole();
        self.add("pipelines", pipelines);
        let libraries = self.steps().flat_map(|(_, call)| self.libraries(call)).collect();
        self.add("libraries", libraries);
        let options = self.build_options();
        self.add("build_options", options);
        let downloads = self.downloads();
        self.add("downloads", downloads);
        let caches = self.plugin_caches();
        self.add("plugin_caches", caches);
    }

    fn whole(&self) -> Vec<Fact> {
        let tree = self.flow.tree;
        let declared = self.flow.pipelines.iter().map(|call| (call.name.start, call.name.end));
        // A scripted pipeline is where it first takes an agent.
        let node = self.steps().find(|(scope, call)| {
            tree.step(call) == Some("node") && call.body().is_some() && !self.flow.has_caller(*scope)
        });
        let scripted =
            node.map(|(_, call)| (call.name.start, call.name.end)).filter(|_| self.flow.pipelines.is_empty());
        let has_timeout = self.flow.scopes.iter().any(|scope| matches!(scope.kind, ScopeKind::Timeout { .. }));
        let places: Vec<(u32, u32)> = declared.chain(scripted).take(1).collect();
        let mut facts = Vec::new();
        for place in places {
            facts.push(self.fact(
                place,
                vec![("has_timeout", (has_timeout || !self.is_whole).into()), ("cleans_up", true.into())],
            ));
        }
        // What Terraform leaves behind is said at the first command that does.
        let leaves = self.commands().find(|(running, _, terraform)| {
            matches!(terraform.subcommand.as_str(), "init" | "plan" | "apply" | "destroy")
                && !self.flow.has_caller(running.scope)
        });
        if let (Some((running, _, terraform)), false) = (leaves, facts.is_empty()) {
            let cleans = self.cleans_up();
            let place = (terraform.start, terraform.end);
            facts.push(self.in_script(
                running.script,
                place,
                vec![("has_timeout", true.into()), ("cleans_up", cleans.into())],
            ));
        }
        facts
    }

    /// Whether the workspace is emptied whatever happens.
    fn cleans_up(&self) -> Option<bool> {
        let agents: Vec<&ScopeKind> = self
            .flow
            .scopes
            .iter()
            .map(|scope| &scope.kind)
            .filter(|kind| matches!(kind, ScopeKind::Agent { .. }))
            .collect();
        let is_gone = !agents.is_empty()
            && agents.iter().all(|agent| matches!(agent, ScopeKind::Agent { is_ephemeral: true, .. }));
        let last = |scope: usize| self.is_under(scope, |kind| matches!(kind, ScopeKind::Always | ScopeKind::Post));
        let mut cleans = Some(is_gone || !self.is_whole);
        for (scope, call) in self.steps().filter(|(scope, _)| last(*scope)) {
            let name = self.flow.tree.last(call.name);
            let is_step = matches!(name, "cleanWs" | "deleteDir")
                || self.flow.tree.at(call.start, call.end).contains("WsCleanup");
            if is_step {
                return Some(true);
            }
            if speaks_of(name, &["clean", "purge", "tidy", "wipe"]) || self.flow.has_caller(scope) {
                cleans = None;
            }
        }
        let removes = self.running().any(|running| {
            let mut commands = running.script.shell.commands.iter();
            last(running.scope) && commands.any(|command| command.program() == "rm" || head_is_git_clean(command))
        });
        if removes { Some(true) } else { cleans }
    }

    /// The libraries that a step loads.
    fn libraries(&self, call: &Call) -> Vec<Fact> {
        let tree = self.flow.tree;
        let is_annotation = call.name.start > 0 && tree.at(call.name.start - 1, call.name.start) == "@";
        match (tree.last(call.name), is_annotation) {
            ("Library", true) | ("library" | "lib", false) => {}
            _ => return Vec::new(),
        }
        let value = call
            .named(tree, "identifier")
            .or_else(|| call.named(tree, "value"))
            .map(|found| &found.value)
            .or_else(|| call.first());
        let Some(value) = value else { return Vec::new() };
        // Fetched from where this very file comes from, it is of the same revision.
        let retriever = call.named(tree, "retriever").map(|found| tree.at(found.value.start, found.value.end));
        let follows = retriever.is_some_and(|text| text.replace(' ', "").starts_with("legacySCM(scm)"));
        let values: Vec<&Expression> = match value.only() {
            Some(Item::List(elements)) => elements.iter().map(|element| &element.value).collect(),
            _ => vec![value],
        };
        let mut facts = Vec::new();
        for value in values {
            let text = written(value, tree, self.flow.variables).map(|written| written.text);
            let (name, pinned) = match &text {
                Some(text) => {
                    let (name, version) = text.split_once('@').unwrap_or((text, ""));
                    (name.to_owned(), if text.contains(HOLE) && version.is_empty() { None } else { is_pinned(version) })
                }
                None => ("a library".to_owned(), None),
            };
            let version = text.as_ref().and_then(|text| text.split_once('@')).map_or("", |(_, version)| version);
            let fields = vec![
                ("name", name.replace(HOLE, "…").into()),
                ("version", version.replace(HOLE, "…").into()),
                ("pinned", if follows { Some(true) } else { pinned }.into()),
            ];
            facts.push(self.fact((value.start, value.end), fields));
        }
        facts
    }

    fn build_options(&self) -> Vec<Fact> {
        let tree = self.flow.tree;
        let applies = self.commands().any(|(_, _, terraform)| terraform.changes())
            || self.steps().any(|(_, call)| matches!(tree.last(call.name), "terraformApply" | "terraformPipeline"));
        let mut facts = Vec::new();
        for options in &self.flow.options {
            let direct = options.body().into_iter().flat_map(Block::calls);
            let listed = options.arguments.iter().filter_map(|argument| match argument.value.only() {
                Some(Item::List(elements)) => Some(elements),
                _ => None,
            });
            let listed = listed.flatten().filter_map(|element| match element.value.only() {
                Some(Item::Call(call)) => Some(call),
                _ => None,
            });
            for option in direct.chain(listed).filter(|call| tree.last(call.name) == "disableConcurrentBuilds") {
                if let Some(argument) = option.named(tree, "abortPrevious") {
                    let aborts = self.flow.switch(option, "abortPrevious").map(|aborts| aborts && applies);
                    facts.push(
                        self.fact((argument.value.start, argument.value.end), vec![("aborts_apply", aborts.into())]),
                    );
                }
            }
        }
        facts
    }

    /// What is fetched and run at once.
    fn downloads(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for running in self.running() {
            let shell = &running.script.shell;
            for (index, command) in shell.commands.iter().enumerate() {
                let program = unwrapped(&command.words).first().map_or("", |word| word.program());
                if FETCHERS.contains(&program)
                    && (is_piped_to_interpreter(shell, command) || is_given_to_interpreter(shell, index))
                {
                    facts.push(self.in_script(
                        running.script,
                        command.span(),
                        vec![("program", program.into()), ("is_run", true.into())],
                    ));
                } else if INTERPRETERS.contains(&program) && may_run_download(shell, index, command) {
                    facts.push(self.in_script(
                        running.script,
                        command.span(),
                        vec![("program", program.into()), ("is_run", None.into())],
                    ));
                }
            }
        }
        facts
    }

    /// Plugin caches that parallel branches share.
    fn plugin_caches(&self) -> Vec<Fact> {
        let in_parallel = self.commands().any(|(running, _, terraform)| {
            terraform.subcommand == "init"
                && self.is_under(running.scope, |kind| matches!(kind, ScopeKind::Branch))
                && !self.is_under(running.scope, |kind| matches!(kind, ScopeKind::Lock))
        });
        if !in_parallel {
            return Vec::new();
        }
        let mut facts = Vec::new();
        for scope in &self.flow.scopes {
            let ScopeKind::Settings(settings) = &scope.kind else { continue };
            for setting in settings.iter().filter(|setting| setting.name == "TF_PLUGIN_CACHE_DIR") {
                let text = self.flow.tree.at(setting.place.0, setting.place.1);
                let is_private = PRIVATE.iter().any(|part| text.contains(part));
                let shared = match &setting.value {
                    _ if is_private => Some(false),
                    Some(_) => Some(true),
                    // The home directory is the same for all executors of a machine.
                    None if setting.names.iter().all(|name| matches!(name.as_str(), "HOME" | "env.HOME")) => Some(true),
                    None => None,
                };
                facts.push(self.fact(setting.place, vec![("shared", shared.into())]));
            }
        }
        for running in self.running() {
            for command in &running.script.shell.commands {
                let exported =
                    command.words.iter().skip(1).filter(|word| word.text.starts_with("TF_PLUGIN_CACHE_DIR="));
                let exported = exported.map(|word| (word, word.start, word.end));
                let assigned = command.assignments.iter().filter(|(name, _)| name == "TF_PLUGIN_CACHE_DIR");
                for (word, start, end) in exported.chain(assigned.map(|(_, word)| (word, word.start, word.end))) {
                    let is_private = word.variables.iter().any(|name| PRIVATE.iter().any(|part| name.contains(part)));
                    let names_home = word.variables.iter().all(|name| name == "HOME");
                    let shared = if is_private {
                        Some(false)
                    } else {
                        (word.is_known() || names_home && !word.variables.is_empty()).then_some(true)
                    };
                    facts.push(self.in_script(running.script, (start, end), vec![("shared", shared.into())]));
                }
            }
        }
        facts
    }
}

fn head_is_git_clean(command: &Command) -> bool {
    command.program() == "git" && command.words.get(1).is_some_and(|word| word.text == "clean")
}

/// Whether a version of a library stays what it is: a tag or a commit. A word that may be either is not known.
fn is_pinned(version: &str) -> Option<bool> {
    let is_commit = (7..=40).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number =
        version.trim_start_matches(|letter: char| letter.is_ascii_alphabetic() || matches!(letter, '-' | '_' | '/'));
    let is_tag = number.starts_with(|letter: char| letter.is_ascii_digit()) && number.contains('.');
    let branches =
        ["main", "master", "develop", "dev", "trunk", "latest", "head", "HEAD", "development", "staging", "release"];
    let is_branch = branches.contains(&version)
        || ["feature/", "bugfix/", "hotfix/", "refs/heads/"].iter().any(|start| version.starts_with(start));
    if version.contains(HOLE) {
        None
    } else if is_branch || version.is_empty() {
        Some(false)
    } else if is_commit || is_tag || version.starts_with("refs/tags/") {
        Some(true)
    } else {
        None
    }
}

fn is_piped_to_interpreter(shell: &Shell, command: &Command) -> bool {
    let mut command = command;
    // The first few stations of a pipe say what it is for.
    let mut left = 20;
    while let (Then::Pipe, Some(next), 1..) =
        (command.then, command.next.and_then(|next| shell.commands.get(next)), left)
    {
        left -= 1;
        let words = unwrapped(&next.words);
        let program = words.first().map_or("", |word| word.program());
        // `python -m json.tool` and `python -c` read data.
        let is_data = words.iter().skip(1).any(|word| matches!(word.text.as_str(), "-c" | "-m" | "-e"));
        if INTERPRETERS.contains(&program) && !is_data {
            return true;
        }
        command = next;
    }
    false
}

/// `sh -c "$(curl …)"`, `bash <(curl …)`: the command after it takes its output as a script.
fn is_given_to_interpreter(shell: &Shell, index: usize) -> bool {
    let (Some(command), Some(next)) = (shell.commands.get(index), shell.commands.get(index + 1)) else { return false };
    let words = unwrapped(&next.words);
    let program = words.first().map_or("", |word| word.program());
    let is_whole = |text: &str| !text.is_empty() && text.chars().all(|letter| matches!(letter, HOLE | QUOTED));
    command.is_captured
        && (INTERPRETERS.contains(&program) || program == "eval" || program == "source" || program == ".")
        && words.iter().skip(1).find(|word| !word.text.starts_with('-')).is_some_and(|word| is_whole(&word.text))
}

/// Whether what an interpreter is given on standard input comes of something that is not known.
fn may_run_download(shell: &Shell, index: usize, command: &Command) -> bool {
    let before = index.checked_sub(1).and_then(|before| shell.commands.get(before));
    let before = before.filter(|before| before.next == Some(index) && before.then == Then::Pipe);
    command.words.len() == 1 && before.is_some_and(|before| before.words.first().is_some_and(|word| word.is_unknown()))
}
