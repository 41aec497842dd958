//! A careful small reading of shell scripts: which commands with which words, connected how. It follows the shell's quoting
//! ("POSIX.1-2024: Shell Command Language", Quoting and Token Recognition), and knows the scripts of Windows as far as
//! their quoting and line continuation go.

mod words;

use super::text::{HOLE, Written};

/// Stands in a word for a value in double quotes that is not known: it is one word, whatever comes.
pub(super) const QUOTED: char = '\u{2}';

/// How deep commands in commands are read.
const MAX_DEPTH: usize = 20;

/// The shell that reads a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Posix,
    Batch,
    PowerShell,
}

/// A word: quotes undone, [`HOLE`] and [`QUOTED`] for what is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    pub(super) text: String,
    /// For each byte, the offset in the file.
    pub(super) offsets: Vec<u32>,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Names of shell variables in it.
    pub(super) variables: Vec<String>,
}

impl Word {
    /// Whether it may stand for any number of words: nothing of it is known.
    pub(super) fn is_unknown(&self) -> bool {
        self.text.starts_with(HOLE) && self.text.chars().all(|character| matches!(character, HOLE | QUOTED))
    }

    /// Whether all of it is known.
    pub(super) fn is_known(&self) -> bool {
        !self.text.contains([HOLE, QUOTED])
    }

    /// The name of a program: without its directory and `.exe`.
    pub(super) fn program(&self) -> &str {
        let name = self.text.rsplit(['/', '\\']).next().unwrap_or_default();
        name.strip_suffix(".exe").unwrap_or(name)
    }
}

/// What stands between a command and the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Then {
    /// The end of the line, `;` or `&`.
    #[default]
    Next,
    And,
    Or,
    Pipe,
}

/// A command.
#[derive(Clone, Debug, Default)]
pub(super) struct Command {
    pub(super) words: Vec<Word>,
    /// `NAME=value` before the words.
    pub(super) assignments: Vec<(String, Word)>,
    /// Whether its output goes to a file.
    pub(super) is_redirected: bool,
    /// The file, where it does.
    pub(super) output: Option<Word>,
    pub(super) then: Then,
    /// Index of the command that [`Self::then`] leads to.
    pub(super) next: Option<usize>,
    /// Whether its exit code decides what comes (`if`, `!`), or its output is taken (`$(…)`).
    pub(super) is_asked: bool,
    /// Whether its output is taken.
    pub(super) is_captured: bool,
    /// Whether it is the first of a group in braces or parentheses.
    pub(super) opens_group: bool,
    /// Whether it is repeated until it succeeds or fails.
    pub(super) is_repeated: bool,
}

impl Command {
    /// The offsets that it spans.
    pub(super) fn span(&self) -> (u32, u32) {
        let first = self.words.first().map(|word| word.start).or(self.assignments.first().map(|(_, word)| word.start));
        let last = self.words.last().map(|word| word.end).or(self.assignments.last().map(|(_, word)| word.end));
        (first.unwrap_or_default(), last.unwrap_or_default())
    }

    /// The name of its program.
    pub(super) fn program(&self) -> &str {
        self.words.first().map_or("", Word::program)
    }
}

/// A script that was read.
#[derive(Debug, Default)]
pub(super) struct Shell {
    /// Commands inside of others come before them.
    pub(super) commands: Vec<Command>,
    /// Start and end of comments, in the file.
    pub(super) comments: Vec<(u32, u32)>,
}

/// Reads a script.
pub(super) fn read(script: &Written, dialect: Dialect) -> Shell {
    let mut shell = Shell::default();
    read_into(&script.text, &script.offsets, dialect, 0, Level::default(), &mut shell);
    shell.comments.sort_unstable();
    shell
}

/// What holds of all commands of a list.
#[derive(Clone, Copy, Debug, Default)]
struct Level {
    is_captured: bool,
}

fn read_into(text: &str, offsets: &[u32], dialect: Dialect, depth: usize, level: Level, shell: &mut Shell) {
    let mut reader = Reader { text: text.as_bytes(), source: text, offsets, at: 0, dialect, shell };
    while reader.at < text.len() {
        reader.list(None, depth, level);
    }
}

struct Reader<'a> {
    text: &'a [u8],
    source: &'a str,
    offsets: &'a [u32],
    at: usize,
    dialect: Dialect,
    shell: &'a mut Shell,
}

/// A list of commands that is being read.
#[derive(Default)]
struct List {
    command: Command,
    word: Option<Word>,
    /// What the next word is: the target of a redirection.
    redirect: Option<bool>,
    /// Delimiters of here-documents, and whether tabs before them count.
    here: Vec<(String, bool)>,
    /// The command before, and what stood after it.
    before: Option<(usize, Then)>,
    level: Level,
}

impl Reader<'_> {
    fn offset(&self, at: usize) -> u32 {
        self.offsets.get(at).copied().or_else(|| self.offsets.last().map(|last| last + 1)).unwrap_or_default()
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or_default()
    }

    /// Reads up to a closing character, which is passed.
    fn list(&mut self, stop: Option<u8>, depth: usize, level: Level) {
        let mut list = List { level, ..List::default() };
        let mut open = 0_usize;
        while self.at < self.text.len() {
            let byte = self.peek(0);
            if Some(byte) == stop && open == 0 {
                self.at += 1;
                break;
            }
            match byte {
                b' ' | b'\t' | b'\r' | b'\x0c' => {
                    self.at += 1;
                    self.end_word(&mut list);
                }
                b'\n' => {
                    self.end_command(&mut list, Then::Next, depth);
                    self.at += 1;
                    self.here_documents(&mut list);
                }
                b'#' if list.word.is_none() && self.dialect != Dialect::Batch => self.comment(),
                b';' if self.dialect != Dialect::Batch => {
                    self.end_command(&mut list, Then::Next, depth);
                    self.at += 1;
                }
                b'&' if self.peek(1) == b'&' => {
                    self.end_command(&mut list, Then::And, depth);
                    self.at += 2;
                }
                b'&' if self.peek(1) == b'>' => self.redirection(&mut list, depth),
                b'&' if self.dialect == Dialect::PowerShell => self.at += 1,
                b'&' => {
                    self.end_command(&mut list, Then::Next, depth);
                    self.at += 1;
                }
                b'|' if self.peek(1) == b'|' => {
                    self.end_command(&mut list, Then::Or, depth);
                    self.at += 2;
                }
                b'|' => {
                    self.end_command(&mut list, Then::Pipe, depth);
                    self.at += if self.peek(1) == b'&' { 2 } else { 1 };
                }
                b'(' | b')' => {
                    let closes = byte == b')';
                    open = if closes { open.saturating_sub(1) } else { open + 1 };
                    // `(a) || true` asks `a`.
                    self.end_word(&mut list);
                    if !closes || !list.command.words.is_empty() {
                        self.end_command(&mut list, Then::Next, depth);
                    }
                    list.command.opens_group |= !closes;
                    self.at += 1;
                }
                b'>' | b'<' => self.redirection(&mut list, depth),
                _ => self.word_part(&mut list, depth),
            }
        }
        self.end_command(&mut list, Then::Next, depth);
    }

    fn end_word(&mut self, list: &mut List) {
        let Some(word) = list.word.take() else { return };
        match list.redirect.take() {
            Some(true) => {
                list.command.is_redirected = true;
                list.command.output = Some(word);
            }
            Some(false) => {}
            None => list.command.words.push(word),
        }
    }

    fn end_command(&mut self, list: &mut List, then: Then, depth: usize) {
        self.end_word(list);
        list.redirect = None;
        let mut command = std::mem::take(&mut list.command);
        command.is_captured = list.level.is_captured;
        let opens_group = command.opens_group;
        self.keywords(&mut command);
        assignments(&mut command);
        if command.words.is_empty() && command.assignments.is_empty() {
            // `(a) || b`: what comes after the parenthesis is about `a`.
            if then != Then::Next
                && let Some((before, Then::Next)) = list.before
            {
                self.shell.commands[before].then = then;
                list.before = Some((before, then));
            }
            list.command.opens_group = opens_group;
            return;
        }
        if self.dialect == Dialect::Batch && command.words.first().is_some_and(|word| is_remark(&word.text)) {
            list.before = None;
            return;
        }
        if depth < MAX_DEPTH {
            self.inner_script(&command, depth, list.level);
        }
        command.then = then;
        let index = self.shell.commands.len();
        if let Some((before, link)) = list.before
            && link != Then::Next
        {
            self.shell.commands[before].next = Some(index);
        }
        list.before = Some((index, then));
        self.shell.commands.push(command);
    }

    /// Takes the shell's own words from the start of a command.
    fn keywords(&self, command: &mut Command) {
        if self.dialect != Dialect::Posix {
            return;
        }
        let mut taken = 0;
        for word in &command.words {
            match word.text.as_str() {
                "if" | "elif" | "!" => command.is_asked = true,
                "while" | "until" => {
                    command.is_asked = true;
                    command.is_repeated = true;
                }
                "{" => command.opens_group = true,
                "then" | "else" | "do" | "}" | "fi" | "done" | "esac" | "time" => {}
                "for" | "select" | "case" | "function" => {
                    command.words.clear();
                    return;
                }
                _ => break,
            }
            taken += 1;
        }
        command.words.drain(..taken);
    }

    /// What `sh -c` and `eval` are given is a script too.
    fn inner_script(&mut self, command: &Command, depth: usize, level: Level) {
        let words = unwrapped(&command.words);
        let shells = ["sh", "bash", "dash", "zsh", "ash", "ksh"];
        let Some(first) = words.first() else { return };
        let script = if shells.contains(&first.program()) {
            let is_flag =
                |word: &Word| word.text.starts_with('-') && !word.text.starts_with("--") && word.text.ends_with('c');
            words.iter().position(is_flag).and_then(|at| words.get(at + 1))
        } else if first.text == "eval" {
            words.get(1)
        } else {
            None
        };
        let says = |script: &&Word| script.text.contains(|letter| !matches!(letter, HOLE | QUOTED));
        if let Some(script) = script.filter(says) {
            let (text, offsets) = (script.text.replace(QUOTED, "\u{1}"), script.offsets.clone());
            read_into(&text, &offsets, self.dialect, depth + 1, level, self.shell);
        }
    }
}

/// The words of a command without what only runs it: `sudo`, `env A=b`, `exec`, `aws-vault exec role --`.
pub(super) fn unwrapped(words: &[Word]) -> &[Word] {
    let mut words = words;
    for _ in 0..8 {
        let Some(first) = words.first() else { return words };
        // Options of these that take a value of their own.
        let takes: &[&str] = match first.program() {
            "sudo" => &["-u", "-g", "-C", "-h", "-p"],
            "env" => &["-u", "-C"],
            "timeout" => &["-s", "-k"],
            "nice" => &["-n"],
            "stdbuf" => &["-i", "-o", "-e"],
            "exec" | "nohup" | "command" | "time" | "call" | "ionice" | "xargs" | "start" | "retry" => &[],
            _ => {
                let separator = words.iter().position(|word| word.text == "--");
                let runs = [
                    "aws-vault",
                    "chamber",
                    "doppler",
                    "op",
                    "vaultenv",
                    "envconsul",
                    "mise",
                    "asdf",
                    "tfenv",
                    "dotenv",
                    "teller",
                ];
                match separator.filter(|_| runs.contains(&first.program())) {
                    Some(at) => {
                        words = &words[at + 1..];
                        continue;
                    }
                    None => return words,
                }
            }
        };
        let is_timeout = first.program() == "timeout";
        let mut at = 1;
        while let Some(word) = words.get(at) {
            let text = word.text.as_str();
            let assigns = text.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_name));
            if !(text.starts_with('-') || assigns) {
                break;
            }
            at += if takes.contains(&text) { 2 } else { 1 };
        }
        at += usize::from(is_timeout);
        words = words.get(at..).unwrap_or_default();
    }
    words
}

/// Takes `NAME=value` from the start of a command.
fn assignments(command: &mut Command) {
    let is_assignment = |word: &Word| {
        word.text.split_once('=').is_some_and(|(name, _)| {
            name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') && name.chars().all(is_name)
        })
    };
    let count = command.words.iter().take_while(|word| is_assignment(word)).count();
    for mut word in command.words.drain(..count) {
        let at = word.text.find('=').unwrap_or_default();
        let name = word.text[..at].to_owned();
        word.text.drain(..=at);
        word.offsets.drain(..=at);
        command.assignments.push((name, word));
    }
}

fn is_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

fn is_remark(word: &str) -> bool {
    word.starts_with("::") || word.eq_ignore_ascii_case("rem") || word.eq_ignore_ascii_case("@rem")
}
