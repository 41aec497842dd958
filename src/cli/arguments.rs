//! Options that several commands share, spelled the same everywhere.

use std::path::PathBuf;

use clap::{ArgMatches, Args, Command, FromArgMatches};

use super::Failure;
use super::environment;
use crate::finding::{FailOn, Severity};
use crate::policy::Settings;
use crate::source::pattern;
use crate::terraform::{Options, VariableOption};

/// What a configuration is evaluated with.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    /// In the order in which they were given.
    given: Vec<VariableOption>,
    workspace: Option<String>,
}

/// As they are spelled.
#[derive(Args)]
struct VariableArguments {
    /// Value of a root module variable, as in Terraform
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = assignment, help_heading = "Variables")]
    var: Vec<(String, String)>,
    /// File of variable values, as in Terraform
    #[arg(long = "var-file", value_name = "FILE", help_heading = "Variables")]
    var_file: Vec<PathBuf>,
    /// Value of `terraform.workspace` [default: TF_WORKSPACE, the selected workspace, or `default`]
    #[arg(long, value_name = "NAME", help_heading = "Variables")]
    workspace: Option<String>,
}

fn assignment(argument: &str) -> Result<(String, String), String> {
    let parts = argument.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = parts.ok_or("it takes NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl FromArgMatches for Variables {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let VariableArguments { var, var_file, workspace } = VariableArguments::from_arg_matches(matches)?;
        let at = |name: &str| matches.indices_of(name).into_iter().flatten();
        let values = at("var").zip(var.into_iter().map(|(name, value)| VariableOption::Value(name, value)));
        let files = at("var_file").zip(var_file.into_iter().map(VariableOption::File));
        let mut given: Vec<_> = values.chain(files).collect();
        given.sort_by_key(|(index, _)| *index);
        Ok(Self { given: given.into_iter().map(|(_, option)| option).collect(), workspace })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Variables {
    fn augment_args(command: Command) -> Command {
        VariableArguments::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        VariableArguments::augment_args_for_update(command)
    }
}

impl Variables {
    /// These, and what the environment says.
    pub(super) fn options(&self, current_directory: PathBuf) -> Options {
        Options {
            variables: self.given.clone(),
            environment: environment::variables(),
            workspace: self.workspace.clone().or_else(environment::workspace),
            data_directory: environment::data_directory(),
            current_directory,
        }
    }
}

/// Which rules run, and how.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Rules {
    /// Configuration file [default: the nearest .terravet.hcl, from the checked directory upward]
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    pub(super) config: Option<PathBuf>,
    /// File or directory of rules of your own, beside the shipped ones
    #[arg(long = "rules", value_name = "PATH", help_heading = "Rules")]
    pub(super) rules: Vec<PathBuf>,
    /// Run only these rules; `sg/*` stands for a family
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) select: Vec<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    pub(super) ignore: Vec<String>,
}

impl Rules {
    /// The file named by `--config`; it has to be there.
    pub(super) fn config(&self, current_directory: &std::path::Path) -> Result<Option<PathBuf>, Failure> {
        match &self.config {
            Some(path) if !current_directory.join(path).is_file() => {
                Err(Failure::new(format!("--config: there is no file `{}`", path.display())))
            }
            Some(path) => Ok(Some(current_directory.join(path))),
            None => Ok(None),
        }
    }

    /// Whether `--select` names a rule; it names all where it is not given.
    pub(super) fn selects(&self, rule: &str) -> bool {
        self.select.is_empty() || self.select.iter().any(|selected| pattern::matches(selected, rule))
    }

    /// The paths of `--rules`.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.rules
    }

    /// The settings with this configuration file.
    pub(super) fn settings(
        &self,
        configuration: Option<PathBuf>,
        fail_on: Option<FailOn>,
        current_directory: PathBuf,
    ) -> Settings {
        Settings {
            configuration,
            rules: self.rules.clone(),
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            fail_on,
            current_directory,
        }
    }
}

/// The word of `--fail-on` for a threshold.
pub(super) fn fail_on_word(threshold: FailOn) -> &'static str {
    threshold.map_or("never", Severity::word)
}

/// Reads the word of `--fail-on`.
pub(super) fn fail_on(word: &str) -> Result<FailOn, String> {
    match (word, Severity::parse(word)) {
        (_, Some(severity)) => Ok(Some(severity)),
        ("never", None) => Ok(None),
        (_, None) => Err("the words are error, warning, info and never".to_owned()),
    }
}
