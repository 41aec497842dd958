//! Secrets: written down, put into scripts by Groovy, printed.

use crate::source::SourceFile;

use super::super::flow::{Binding, ParameterKind, ScopeKind};
use super::super::shell::{Then, Word};
use super::super::text::{Found, constant, names_in, visit, written};
use super::super::tree::{Item, Part, StatementKind};
use super::{Fact, Facts, Running};

/// How well-known secrets begin, how many characters follow at least, and what they are.
const TOKENS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "an AWS access key"),
    ("ASIA", 16, "an AWS access key"),
    ("ghp_", 36, "a GitHub token"),
    ("gho_", 36, "a GitHub token"),
    ("ghs_", 36, "a GitHub token"),
    ("github_pat_", 22, "a GitHub token"),
    ("glpat-", 20, "a GitLab token"),
    ("xoxb-", 20, "a Slack token"),
    ("xoxp-", 20, "a Slack token"),
    ("AIza", 35, "a Google API key"),
    ("sk_live_", 20, "a Stripe key"),
    ("dop_v1_", 60, "a DigitalOcean token"),
    ("hvs.", 24, "a Vault token"),
];

/// Parts of names whose values are secret.
const SECRET_NAMES: &[&str] = &[
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "SECRET",
    "TOKEN",
    "API_KEY",
    "APIKEY",
    "ACCESS_KEY",
    "PRIVATE_KEY",
    "CLIENT_SECRET",
    "CREDENTIAL",
    "AUTH_KEY",
    "ENCRYPTION_KEY",
];

/// Ends of names whose values only say where a secret is, or how it is handled.
const HARMLESS_ENDS: &[&str] = &[
    "_ID",
    "_IDS",
    "_NAME",
    "_NAMES",
    "_PATH",
    "_FILE",
    "_URL",
    "_URI",
    "_ARN",
    "_TYPE",
    "_TTL",
    "_LENGTH",
    "_ROTATION",
    "_REF",
    "_KEY_NAME",
    "_DIR",
    "_PREFIX",
    "_SUFFIX",
    "_VERSION",
    "_ENABLED",
    "_MANAGER",
    "_STORE",
    "_ENGINE",
    "_ENDPOINT",
    "_EXPIRY",
    "_LIFETIME",
    "_HEADER",
    "_REGION",
    "_ALIAS",
    "_VAR",
    "_VARIABLE",
    "_BACKEND",
    "_USER",
    "_USERNAME",
    "_PROVIDER",
    "_MODE",
    "_REQUIRED",
    "_AUDIENCE",
    "_ISSUER",
    "_SCOPE",
    "_SERVICE",
    "_SOURCE",
    "_POLICY",
    "_COUNT",
    "_DAYS",
    "CREDENTIALSID",
    "CREDENTIALS",
    "CREDENTIAL",
    "SECRETS",
    "TOKENS",
];

/// Values that stand for nothing.
const PLACEHOLDERS: &[&str] = &[
    "",
    "true",
    "false",
    "null",
    "none",
    "test",
    "dummy",
    "mock",
    "fake",
    "example",
    "placeholder",
    "changeme",
    "todo",
    "xxx",
    "xxxx",
    "unused",
    "redacted",
    "na",
    "n/a",
    "localstack",
    "foo",
    "bar",
    "tbd",
    "empty",
];

impl Facts<'_, '_, '_> {
    /// `secrets`, `interpolations` and `disclosures`.
    pub(super) fn secrets(&mut self, file: &SourceFile) {
        let mut secrets = self.tokens(file);
        secrets.extend(self.literals());
        // One text that is both a token and the value of a telling name is one mistake.
        secrets.sort_by_key(|fact| (fact.place, fact.fields.len()));
        secrets.dedup_by(|later, kept| later.place.start < kept.place.end && kept.place.start < later.place.end);
        self.script.sensitive_spans.extend(secrets.iter().map(|fact| fact.place));
        self.add("secrets", secrets);
        let (mut interpolations, mut disclosures) = (Vec::new(), Vec::new());
        for running in self.running() {
            interpolations.extend(self.interpolations(&running));
            disclosures.extend(self.disclosures(&running));
        }
        disclosures.extend(self.echoes());
        self.add("interpolations", interpolations);
        self.add("disclosures", disclosures);
    }

    /// Texts that are secrets by their form.
    fn tokens(&self, file: &SourceFile) -> Vec<Fact> {
        let (text, bytes) = (&*file.text, file.text.as_bytes());
        let mut facts = Vec::new();
        for (prefix, length, what) in TOKENS {
            for at in memchr::memmem::find_iter(bytes, prefix.as_bytes()) {
                let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
                let begins = at == 0 || !is_part(&bytes[at - 1]);
                let is_key = prefix.len() == 4 && prefix.ends_with("IA");
                let rest = &bytes[at + prefix.len()..];
                let count = rest
                    .iter()
                    .take(200)
                    .take_while(
                        |byte| if is_key { byte.is_ascii_uppercase() || byte.is_ascii_digit() } else { is_part(byte) },
                    )
                    .count();
                let fits = if is_key { count == *length } else { count >= *length };
                let end = at + prefix.len() + count;
                let is_example = text[at..end].to_ascii_uppercase().contains("EXAMPLE")
                    || rest[..count].windows(2).all(|pair| pair[0] == pair[1]);
                let comments = &self.script.layout.comments;
                let before = comments.partition_point(|(start, _)| *start <= at as u32);
                let in_comment = before.checked_sub(1).is_some_and(|index| at < comments[index].1 as usize);
                if begins && fits && !is_example && !in_comment {
                    facts.push(
                        self.fact((at as u32, end as u32), vec![("what", (*what).into()), ("is_secret", true.into())]),
                    );
                }
            }
        }
        for at in memchr::memmem::find_iter(bytes, b"-----BEGIN ") {
            let line = text[at..].lines().next().unwrap_or_default();
            if line.contains("PRIVATE KEY-----") {
                let end = text[at..].find("-----END").map_or(at + line.len(), |found| at + found);
                facts.push(
                    self.fact(
                        (at as u32, end as u32),
                        vec![("what", "a private key".into()), ("is_secret", true.into())],
                    ),
                );
            }
        }
        facts
    }

    /// Values of variables whose names say that they are secret.
    fn literals(&self) -> Vec<Fact> {
        let tree = self.flow.tree;
        let mut facts = Vec::new();
        for scope in &self.flow.scopes {
            let ScopeKind::Settings(settings) = &scope.kind else { continue };
            for setting in settings {
                let Some(value) = setting.value.as_ref().filter(|_| is_secret_name(&setting.name)) else { continue };
                if is_real(value) {
                    facts.push(self.literal(&setting.name, setting.place, "environment"));
                }
            }
        }
        visit(&tree.root, &mut |found| {
            if let Found::Statement(statement) = found
                && let StatementKind::Assignment { target, value, .. } = &statement.kind
            {
                let name = tree.name(*target);
                let is_text = matches!(value.only(), Some(Item::Text(_)));
                let value_text = name.strip_prefix("env.").filter(|name| is_text && is_secret_name(name));
                if let Some(name) = value_text
                    && constant(value, tree, self.flow.variables).is_some_and(|value| is_real(&value))
                {
                    facts.push(self.literal(name, (value.start, value.end), "environment"));
                }
            }
        });
        for running in self.running() {
            for (index, command) in running.script.shell.commands.iter().enumerate() {
                let exported =
                    command.words.iter().skip(1).filter(|_| matches!(command.program(), "export" | "env" | "set"));
                let assigned = command.assignments.iter().map(|(name, word)| (name.clone(), word.clone()));
                let variables = exported.filter_map(assignment).chain(assigned);
                let terraform = running.script.terraform.get(&index);
                let options = terraform
                    .into_iter()
                    .flat_map(|terraform| &terraform.options)
                    .filter(|option| option.name == "-var");
                let values = options.filter_map(|option| option.value.as_ref()).filter_map(assignment);
                for (name, word) in variables.chain(values) {
                    if is_secret_name(&name) && word.is_known() && is_real(word.text.trim_matches('"')) {
                        let start = word.offsets.first().copied().unwrap_or(word.start);
                        let fact = self.literal(&name, (start, word.end), "script");
                        facts.push(Fact { step: None, ..fact });
                    }
                }
            }
        }
        facts
    }

    fn literal(&self, name: &str, place: (u32, u32), _from: &str) -> Fact {
        self.fact(place, vec![("what", format!("the value of `{name}`").into()), ("is_secret", true.into())])
    }

    /// Whether a name stands for a secret in a scope.
    fn is_secret(&self, scope: usize, name: &str) -> Option<bool> {
        let name = name.strip_prefix("env.").unwrap_or(name);
        let mut secret = Some(false);
        for (_, scope) in self.flow.around(scope) {
            match &scope.kind {
                ScopeKind::Bindings(bindings) => {
                    for binding in bindings {
                        match binding {
                            Binding::Secret(bound) if bound == name => return Some(true),
                            Binding::Secret(_) => {}
                            // Environment variables are written so.
                            Binding::Unknown if is_variable(name) && !self.flow.variables.is_set(name) => secret = None,
                            Binding::Unknown => {}
                        }
                    }
                }
                ScopeKind::Settings(settings) => {
                    let of = |setting: &&super::super::flow::Setting| {
                        setting.name == name || name.strip_suffix("_PSW") == Some(&setting.name)
                    };
                    match settings.iter().find(of) {
                        Some(setting) if setting.is_secret => return Some(true),
                        Some(setting) => {
                            return setting
                                .names
                                .iter()
                                .map(|inner| (inner != name).then_some(false))
                                .next()
                                .unwrap_or(Some(false));
                        }
                        None => {}
                    }
                }
                _ => {}
            }
        }
        // A parameter, say: what is known of it is no secret.
        if self.flow.parameters.contains_key(name) { Some(false) } else { secret }
    }

    /// Whether anybody may make a parameter of the build any text.
    fn is_free(&self, name: &str) -> Option<bool> {
        let plain = name.strip_prefix("params.").or_else(|| name.strip_prefix("env.")).unwrap_or(name);
        let plain = plain.split('.').next().unwrap_or(plain);
        let Some(parameter) = self.flow.parameters.get(plain) else {
            return if name.starts_with("params.") { None } else { Some(false) };
        };
        match parameter.kind {
            _ if self.is_validated(plain) => Some(false),
            ParameterKind::Free => Some(true),
            ParameterKind::Limited => Some(false),
            ParameterKind::Other => None,
        }
    }

    /// Whether a file compares a parameter with a pattern or list.
    fn is_validated(&self, name: &str) -> bool {
        let text = self.flow.tree.text;
        let wanted = format!("params.{name}");
        memchr::memmem::find_iter(text.as_bytes(), wanted.as_bytes()).any(|at| {
            let rest = text[at + wanted.len()..].trim_start_matches([' ', ')']);
            ["==~", "=~", ".matches(", "in ["].iter().any(|way| rest.starts_with(way))
                || text[..at].ends_with("contains(")
        })
    }

    /// What Groovy puts into a script.
    fn interpolations(&self, running: &Running<'_, '_>) -> Vec<Fact> {
        let mut facts = Vec::new();
        for hole in running.script.written.iter().flat_map(|written| &written.holes) {
            for name in &hole.names {
                let secret = if hole.interpolated { self.is_secret(running.scope, name) } else { Some(false) };
                let injects = self.is_free(name);
                if secret != Some(false) || injects != Some(false) {
                    let fields =
                        vec![("name", name.as_str().into()), ("secret", secret.into()), ("injects", injects.into())];
                    facts.push(self.in_script(running.script, (hole.start, hole.end), fields));
                }
            }
        }
        facts
    }

    /// What a script prints of secrets.
    fn disclosures(&self, running: &Running<'_, '_>) -> Vec<Fact> {
        let has_secrets = self.is_under(running.scope, |kind| match kind {
            ScopeKind::Bindings(bindings) => !bindings.is_empty(),
            ScopeKind::Settings(settings) => settings.iter().any(|setting| setting.is_secret),
            _ => false,
        });
        let mut facts = Vec::new();
        if !has_secrets {
            return facts;
        }
        let shell = &running.script.shell;
        for command in &shell.commands {
            let to_log = !command.is_redirected && !command.is_captured && command.then != Then::Pipe;
            let arguments = command.words.get(1..).unwrap_or_default();
            let mut add = |place: (u32, u32), text: String, prints: Option<bool>| {
                let fields = vec![("text", text.into()), ("prints", prints.into())];
                facts.push(self.in_script(running.script, place, fields));
            };
            match command.program() {
                "echo" | "printf" | "Write-Host" | "Write-Output" if to_log => {
                    for (word, name) in
                        arguments.iter().flat_map(|word| word.variables.iter().map(move |name| (word, name)))
                    {
                        match self.is_secret(running.scope, name) {
                            Some(false) => {}
                            // One of many variables is hardly the one whose name is not known, unless it says so.
                            None if !is_secret_name(name) => {}
                            prints => add((word.start, word.end), format!("`{} ${name}`", command.program()), prints),
                        }
                    }
                }
                "printenv" | "env" => {
                    let named =
                        arguments.iter().find(|word| !word.text.starts_with('-')).map(|word| word.text.as_str());
                    let prints = match (command.program(), named) {
                        (_, None) => Some(true),
                        ("printenv", Some(name)) => self.is_secret(running.scope, name),
                        (_, Some(_)) => Some(false),
                    };
                    let filtered =
                        command.next.and_then(|next| shell.commands.get(next)).filter(|_| command.then == Then::Pipe);
                    let goes_on = filtered.is_none_or(|next| {
                        matches!(next.program(), "sort" | "cat" | "tee" | "less") && !next.is_redirected
                    });
                    if prints != Some(false) && goes_on && !command.is_redirected && !command.is_captured {
                        add(command.span(), format!("`{}`", command.program()), prints);
                    }
                }
                "set" => {
                    let is_trace = |word: &Word| {
                        word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('x')
                            || word.text == "xtrace"
                    };
                    let off = arguments.first().is_some_and(|word| word.text.starts_with('+'));
                    if arguments.iter().any(is_trace) && !off {
                        add(command.span(), "`set -x`".to_owned(), Some(true));
                    }
                }
                _ => {}
            }
        }
        facts
    }

    /// Secrets that `echo` of Jenkins itself prints.
    fn echoes(&self) -> Vec<Fact> {
        let tree = self.flow.tree;
        let mut facts = Vec::new();
        for (scope, call) in self.steps() {
            let Some(step) = tree.step(call).filter(|step| matches!(*step, "echo" | "println" | "print")) else {
                continue;
            };
            let Some(value) = call.first().or_else(|| call.named(tree, "message").map(|argument| &argument.value))
            else {
                continue;
            };
            let mut holes: Vec<((u32, u32), String)> = Vec::new();
            match value.only() {
                Some(Item::Text(text)) => {
                    for part in &text.parts {
                        if let Part::Hole { start, end, expression } = part {
                            holes.extend(names_in(expression, tree).into_iter().map(|name| ((*start, *end), name)));
                        }
                    }
                }
                Some(Item::Name(name)) => holes.push(((name.start, name.end), tree.name(*name))),
                _ => {
                    let found = written(value, tree, self.flow.variables);
                    for hole in found.into_iter().flat_map(|written| written.holes) {
                        holes.extend(hole.names.iter().map(|name| ((hole.start, hole.end), name.clone())));
                    }
                }
            }
            for (place, name) in holes {
                if self.is_secret(scope, &name) == Some(true) {
                    let fields = vec![("text", format!("`{step}` of `{name}`").into()), ("prints", true.into())];
                    facts.push(self.fact(place, fields));
                }
            }
        }
        facts
    }
}

/// `NAME=value` in a word.
fn assignment(word: &Word) -> Option<(String, Word)> {
    let (name, value) = word.text.split_once('=')?;
    let name = name.trim().trim_matches(['"', '\'']).to_owned();
    let at = word.text.len() - value.len();
    let offsets = word.offsets.get(at..).unwrap_or_default().to_vec();
    let start = offsets.first().copied().unwrap_or(word.end);
    Some((name, Word { text: value.to_owned(), offsets, start, end: word.end, variables: word.variables.clone() }))
}

fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
}

fn is_secret_name(name: &str) -> bool {
    let name = name.strip_prefix("TF_VAR_").unwrap_or(name).to_ascii_uppercase().replace('-', "_");
    SECRET_NAMES.iter().any(|part| name.contains(part)) && !HARMLESS_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether a value may be a secret: it is not empty, refers to nothing, and stands for something.
fn is_real(value: &str) -> bool {
    let value = value.trim();
    let lower = value.to_ascii_lowercase();
    let stands_for_another =
        value.contains('$') || value.contains('%') || value.starts_with(['<', '{', '/', '[']) || value.contains("://");
    let is_masked = value.chars().all(|letter| matches!(letter, '*' | 'x' | 'X' | '.' | '-'));
    let told = ["your", "example", "dummy", "changeme", "placeholder", "replace", "arn:aws:"]
        .iter()
        .any(|word| lower.contains(word));
    !(stands_for_another || is_masked || told || PLACEHOLDERS.contains(&lower.as_str()) || value.len() < 3)
}
