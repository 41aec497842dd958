//! Jenkinsfiles, and the other scripts of a Jenkins pipeline: read without Jenkins, and the facts that rules ask for.
//!
//! - `lexer`, `tree`, `parse`: Groovy in tokens, lossless, then as far as pipelines need it: blocks, calls, arguments,
//!   strings, conditions. What is not understood stays a list of tokens and never stops the rest
//! - `text`, `shell`, `terraform`: what a string says, as shell commands, as Terraform commands
//! - `flow`: what runs in which order, inside what (stage, agent, lock, condition …)
//! - `facts`: what rules look at

pub mod facts;
mod flow;
pub mod lexer;
mod parse;
mod shell;
mod terraform;
#[cfg(test)]
mod tests;
mod text;
mod tree;

use crate::source::{FileId, Problem, SourceFile, Span};

pub use facts::{Collection, Fact, Field};

/// The largest script that is read (bytes). Jenkins cannot compile one near it: a method of the JVM holds 64 KiB of code.
pub const MAX_SIZE: u64 = 4 * 1024 * 1024;

/// The deepest nesting of brackets, strings in strings and statements that is read.
pub const MAX_DEPTH: usize = 250;

/// How many problems are told of one file.
const MAX_PROBLEMS: usize = 20;

/// A script that was read.
#[derive(Debug)]
pub struct Script {
    /// The file.
    pub file: FileId,
    /// What rules look at, by the name of the collection.
    pub collections: Vec<Collection>,
    /// What was not understood.
    pub problems: Vec<Problem>,
    /// Text that no report may quote.
    pub sensitive_spans: Vec<Span>,
    /// Where things begin and end, for comments that stand beside them.
    pub layout: Layout,
}

/// Where comments and the statements and blocks beside them are.
#[derive(Debug, Default)]
pub struct Layout {
    /// Start and end of every comment, those in shell scripts included, in order.
    pub comments: Vec<(u32, u32)>,
    /// Start and end of every statement.
    pub statements: Vec<(u32, u32)>,
    /// Of every block in braces: the end of what stands before its brace, the start of its first statement (or its end),
    /// and the statement that it belongs to.
    pub blocks: Vec<(u32, u32, (u32, u32))>,
}

/// Problems of one file, so many at most.
struct Complaints {
    file: FileId,
    problems: Vec<Problem>,
}

impl Complaints {
    fn add(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

const fn span(file: FileId, start: u32, end: u32) -> Span {
    Span::new(file, start, end)
}

/// Reads a script. `is_library`: whether its functions are called from elsewhere (a shared library's `vars/`).
#[must_use]
pub fn read(id: FileId, file: &SourceFile, is_library: bool) -> Script {
    let mut complaints = Complaints { file: id, problems: Vec::new() };
    let tokens = lexer::tokens(file, &mut complaints);
    let mut layout = Layout::default();
    let tree = parse::parse(file, &tokens, &mut layout, &mut complaints);
    let is_whole = complaints.problems.is_empty();
    let mut script = Script {
        file: id,
        collections: Vec::new(),
        problems: complaints.problems,
        sensitive_spans: Vec::new(),
        layout,
    };
    facts::collect(&mut script, file, &tree, is_library, is_whole);
    script
}

/// Whether a script at this path (with `/`) holds steps of a shared library, which pipelines elsewhere call
/// ("Jenkins: Extending with Shared Libraries", Directory structure).
#[must_use]
pub fn is_library(path: &str) -> bool {
    let mut directories = path.rsplit('/').skip(1);
    path.ends_with(".groovy") && (directories.next() == Some("vars") || directories.any(|directory| directory == "src"))
}

/// Whether a text is a pipeline, judged by how its lines begin: for files whose names do not say it.
#[must_use]
pub fn is_pipeline(text: &str) -> bool {
    let begins = |line: &str, word: &str| {
        line.strip_prefix(word).is_some_and(|rest| {
            let rest = rest.trim_start();
            rest.is_empty() || rest.starts_with(['{', '('])
        })
    };
    let mut lines = text.lines().take(10_000);
    lines.any(|line| {
        let line = line.trim_end();
        begins(line, "pipeline") && !line.contains(')') || begins(line, "node") && line.ends_with('{')
    })
}
