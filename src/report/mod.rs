//! One file per output format; each is a pure function of a [`Report`] and the sources.
//!
//! What every format shares: places are shown as `file:line:column` ([`place`]), source text goes through
//! [`excerpt`], which cuts long lines, takes control characters out and leaves sensitive text out.

pub mod env;
pub mod excerpt;
pub mod human;
pub mod json;
pub mod junit;
pub mod place;
pub mod read;
pub mod sarif;
pub mod warnings_ng;

use std::io::{self, Write};

use crate::finding::Report;
use crate::source::Sources;

pub use human::Style;

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people ([`human`]).
    Human,
    /// The contract for programs ([`json`]).
    Json,
    /// For Jenkins' JUnit view ([`junit`]).
    Junit,
    /// SARIF 2.1.0 ([`sarif`]).
    Sarif,
    /// For Jenkins' Warnings NG view ([`warnings_ng`]).
    WarningsNg,
    /// Verdict and counts as `key=value` lines ([`mod@env`]).
    Env,
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Self; 6] = [Self::Human, Self::Json, Self::Junit, Self::Sarif, Self::WarningsNg, Self::Env];

    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::WarningsNg => "warnings-ng",
            Self::Env => "env",
        }
    }

    /// The format that a word names.
    ///
    /// # Errors
    /// A message that lists the formats, if it names none.
    pub fn parse(word: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.word() == word).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|format| format.word()).collect();
            format!("there is no format `{word}`; the formats are {}", known.join(", "))
        })
    }
}

/// Writes a report in a format. Only [`Format::Human`] looks at the style.
///
/// # Errors
/// The writer's.
pub fn write(format: Format, report: &Report, sources: &Sources, style: Style, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, sources, style, out),
        Format::Json => json::write(report, sources, out),
        Format::Junit => junit::write(report, sources, out),
        Format::Sarif => sarif::write(report, sources, out),
        Format::WarningsNg => warnings_ng::write(report, sources, out),
        Format::Env => env::write(report, out),
    }
}
