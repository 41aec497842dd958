//! What terravet takes from its surroundings: nothing else reads environment variables, the clock or the terminal.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::ValueEnum;

use super::Failure;
use crate::gate::Moment;
use crate::report::Style;

/// When to colour the human report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The directory terravet was started in.
pub(super) fn current_directory() -> Result<PathBuf, Failure> {
    std::env::current_dir().map_err(|error| Failure::new(format!("the current directory cannot be read: {error}")))
}

/// `TF_VAR_name` variables, in name order ("Terraform CLI: Environment Variables").
pub(super) fn variables() -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.to_str()?.strip_prefix("TF_VAR_")?.to_owned();
            Some((name, value.to_string_lossy().into_owned()))
        })
        .collect();
    variables.sort();
    variables
}

/// `TF_WORKSPACE`, where it says something.
pub(super) fn workspace() -> Option<String> {
    std::env::var("TF_WORKSPACE").ok().filter(|name| !name.is_empty())
}

/// `TF_DATA_DIR`, where it says something.
pub(super) fn data_directory() -> Option<PathBuf> {
    std::env::var_os("TF_DATA_DIR").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The workspace that `terraform workspace select` chose in a root module.
pub(super) fn selected_workspace(directory: &Path) -> Option<String> {
    let data = data_directory().unwrap_or_else(|| ".terraform".into());
    let name = std::fs::read_to_string(directory.join(data).join("environment")).ok()?;
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// How the human report looks on standard output.
pub(super) fn style(color: Color) -> Style {
    let terminal = io::stdout().is_terminal();
    let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let width = terminal.then(terminal_size::terminal_size).flatten().map(|(width, _)| usize::from(width.0));
    Style {
        color: match color {
            Color::Auto => terminal && !forbidden,
            Color::Always => true,
            Color::Never => false,
        },
        unicode: unicode(),
        width: width.unwrap_or(Style::default().width).clamp(60, 160),
    }
}

/// Whether the locale can show more than ASCII; where none is set, it is taken to.
fn unicode() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|locale| !locale.is_empty())
        .is_none_or(|locale| {
            let locale = locale.to_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
}

/// Today, `YYYY-MM-DD` in UTC.
pub(super) fn today() -> String {
    now().day()
}

/// The time.
pub(super) fn now() -> Moment {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Moment::of_seconds(i64::try_from(seconds).unwrap_or(i64::MAX))
}
