//! A careful small reading of shell scripts: which commands with which words, connected how. It follows the shell's quoting
//! ("POSIX.1-2024: Shell Command Language", Quoting and Token Recognition), and knows the scripts of Windows as far as
//! their quoting and line continuation go.

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

    fn comment(&mut self) {
        let end = memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |found| self.at + found);
        let (start, last) = (self.offset(self.at), self.offset(end - 1) + 1);
        // Text of a variable is written elsewhere, perhaps in pieces.
        if start < last {
            self.shell.comments.push((start, last));
        }
        self.at = end;
    }

    fn begin<'l>(&self, list: &'l mut List) -> &'l mut Word {
        let start = self.offset(self.at);
        list.word.get_or_insert_with(|| Word { start, end: start, ..Word::default() })
    }

    /// Adds a character of the script to the word.
    fn push(&mut self, list: &mut List, quoted: bool) {
        let character = self.source[self.at..].chars().next().unwrap_or(' ');
        let shown = if character == HOLE && quoted { QUOTED } else { character };
        self.push_as(list, shown, character.len_utf8());
    }

    /// Adds a character for so many bytes of the script.
    fn push_as(&mut self, list: &mut List, character: char, length: usize) {
        let (start, end) = (self.offset(self.at), self.offset((self.at + length).max(1) - 1) + 1);
        let word = self.begin(list);
        word.text.push(character);
        word.offsets.extend(std::iter::repeat_n(start, character.len_utf8()));
        word.end = word.end.max(end);
        self.at += length;
    }

    /// Passes bytes that belong to the word and say nothing.
    fn pass(&mut self, list: &mut List, length: usize) {
        let length = length.min(self.text.len() - self.at);
        let end = self.offset((self.at + length).max(1) - 1) + 1;
        let word = self.begin(list);
        word.end = word.end.max(end);
        self.at += length;
    }

    fn word_part(&mut self, list: &mut List, depth: usize) {
        let escape = match self.dialect {
            Dialect::Posix => b'\\',
            Dialect::Batch => b'^',
            Dialect::PowerShell => b'`',
        };
        match self.peek(0) {
            byte if byte == escape => match (self.peek(1), self.peek(2)) {
                (b'\n', _) => self.at += 2,
                (b'\r', b'\n') => self.at += 3,
                (0, _) => self.at += 1,
                _ => {
                    self.pass(list, 1);
                    self.push(list, true);
                }
            },
            b'\'' if self.dialect != Dialect::Batch => {
                self.pass(list, 1);
                while self.at < self.text.len() && self.peek(0) != b'\'' {
                    self.push(list, true);
                }
                self.pass(list, 1);
            }
            b'"' => self.double_quoted(list, escape, depth),
            b'$' if self.dialect != Dialect::Batch => self.expansion(list, false, depth),
            b'`' if self.dialect == Dialect::Posix => {
                self.pass(list, 1);
                self.nested(list, Some(b'`'), false, depth);
            }
            b'%' if self.dialect == Dialect::Batch => self.batch_variable(list, false),
            _ => self.push(list, false),
        }
    }

    fn double_quoted(&mut self, list: &mut List, escape: u8, depth: usize) {
        self.pass(list, 1);
        while self.at < self.text.len() && self.peek(0) != b'"' {
            match self.peek(0) {
                byte if byte == escape && self.dialect != Dialect::Batch => match self.peek(1) {
                    b'\n' => self.at += 2,
                    b'"' | b'\\' | b'$' | b'`' => {
                        self.pass(list, 1);
                        self.push(list, true);
                    }
                    _ => self.push(list, true),
                },
                b'$' if self.dialect != Dialect::Batch => self.expansion(list, true, depth),
                b'`' if self.dialect == Dialect::Posix => {
                    self.pass(list, 1);
                    self.nested(list, Some(b'`'), true, depth);
                }
                b'%' if self.dialect == Dialect::Batch => self.batch_variable(list, true),
                _ => self.push(list, true),
            }
        }
        self.pass(list, 1);
    }

    /// `%NAME%`
    fn batch_variable(&mut self, list: &mut List, quoted: bool) {
        let rest = &self.source[self.at + 1..];
        let length = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(rest.len());
        if length > 0 && rest[length..].starts_with('%') {
            let name = rest[..length].to_owned();
            self.push_as(list, if quoted { QUOTED } else { HOLE }, length + 2);
            self.begin(list).variables.push(name);
        } else {
            self.push(list, quoted);
        }
    }

    /// What a `$` begins.
    fn expansion(&mut self, list: &mut List, quoted: bool, depth: usize) {
        let rest = &self.source[self.at + 1..];
        let shown = if quoted { QUOTED } else { HOLE };
        if rest.starts_with("((") {
            let length = enclosed(rest, b'(', b')');
            self.push_as(list, shown, length + 1);
        } else if rest.starts_with('(') {
            self.pass(list, 2);
            self.nested(list, Some(b')'), quoted, depth);
        } else if rest.starts_with('{') {
            let length = enclosed(rest, b'{', b'}');
            let inside = rest[1..length].trim_end_matches('}').trim_start_matches(['#', '!']);
            let end = inside.find(|letter: char| !is_name(letter)).unwrap_or(inside.len());
            let name = inside[..end].to_owned();
            self.push_as(list, shown, length + 1);
            self.begin(list).variables.push(name);
        } else {
            let mut length = rest.find(|letter: char| !is_name(letter)).unwrap_or(rest.len());
            let is_environment = self.dialect == Dialect::PowerShell && rest[..length].eq_ignore_ascii_case("env");
            let mut name = &rest[..length];
            if is_environment && rest[length..].starts_with(':') {
                let after = &rest[length + 1..];
                let more = after.find(|letter: char| !is_name(letter)).unwrap_or(after.len());
                name = &after[..more];
                length += 1 + more;
            }
            if length == 0 && rest.starts_with(['?', '@', '*', '#', '!', '$', '-']) {
                length = 1;
            }
            if length == 0 {
                return self.push(list, quoted);
            }
            let name = name.to_owned();
            self.push_as(list, shown, length + 1);
            self.begin(list).variables.push(name);
        }
    }

    /// Commands whose output becomes part of the word.
    fn nested(&mut self, list: &mut List, stop: Option<u8>, quoted: bool, depth: usize) {
        // From the dollar sign or the bracket on, where a word begins here.
        let start = self.at.saturating_sub(2);
        if depth < MAX_DEPTH {
            self.list(stop, depth + 1, Level { is_captured: true });
        } else {
            self.at = self.text.len();
        }
        let end = self.offset(self.at.max(1) - 1) + 1;
        let begins = self.offset(start);
        let word = list.word.get_or_insert_with(|| Word { start: begins, end: begins, ..Word::default() });
        word.text.push(if quoted { QUOTED } else { HOLE });
        word.offsets.push(begins);
        word.end = word.end.max(end);
    }

    fn redirection(&mut self, list: &mut List, depth: usize) {
        let is_number = |word: &Word| word.text.bytes().all(|byte| byte.is_ascii_digit());
        let number = list.word.take_if(|word| is_number(word)).map(|word| word.text);
        self.end_word(list);
        let out = self.peek(0) != b'<';
        if !out && self.peek(1) == b'<' && self.peek(2) != b'<' {
            return self.here_document(list);
        }
        if self.peek(1) == b'(' {
            self.at += 2;
            return self.nested(list, Some(b')'), false, depth);
        }
        while matches!(self.peek(0), b'<' | b'>' | b'&' | b'|') {
            // `2>&1`: what follows is a number, and no file.
            if self.peek(0) == b'&' && self.peek(1).is_ascii_digit() {
                self.at += 2;
                return;
            }
            self.at += 1;
        }
        list.redirect = Some(out && number.is_none_or(|number| number == "1"));
    }

    fn here_document(&mut self, list: &mut List) {
        self.at += 2;
        let strips = self.peek(0) == b'-';
        self.at += usize::from(strips);
        while matches!(self.peek(0), b' ' | b'\t') {
            self.at += 1;
        }
        let mut delimiter = String::new();
        while self.at < self.text.len()
            && !matches!(self.peek(0), b' ' | b'\t' | b'\n' | b'\r' | b';' | b'|' | b'&' | b'>' | b'<' | b')')
        {
            if !matches!(self.peek(0), b'\'' | b'"' | b'\\') {
                delimiter.push(char::from(self.peek(0)));
            }
            self.at += 1;
        }
        if !delimiter.is_empty() {
            list.here.push((delimiter, strips));
        }
    }

    /// Passes the here-documents that begin with this line.
    fn here_documents(&mut self, list: &mut List) {
        for (delimiter, strips) in list.here.drain(..) {
            while self.at < self.text.len() {
                let end = memchr::memchr(b'\n', &self.text[self.at..]).map_or(self.text.len(), |found| self.at + found);
                let line = String::from_utf8_lossy(&self.text[self.at..end]);
                let line = line.trim_end_matches('\r');
                // `.stripIndent()` may take the indentation away before the shell sees it.
                let ends = line == delimiter
                    || (strips && line.trim_start_matches('\t') == delimiter)
                    || line.trim() == delimiter;
                self.at = (end + 1).min(self.text.len());
                if ends {
                    break;
                }
            }
        }
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

/// The length of what is in brackets at the start of a text, which is one.
fn enclosed(text: &str, open: u8, close: u8) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            byte if byte == open => depth += 1,
            byte if byte == close && depth == 1 => return at + 1,
            byte if byte == close => depth -= 1,
            _ => {}
        }
    }
    text.len()
}
