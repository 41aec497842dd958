//! Options that several commands share, spelled the same everywhere.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
use super::environment;
use crate::finding::{FailOn, Severity};
use crate::policy::{Settings, pattern};
use crate::terraform::Options;

/// What a configuration is evaluated with.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Variables {
    /// Value of a root module variable, as in Terraform
    #[arg(long = "var", value_name = "NAME=VALUE", help_heading = "Variables")]
    variables: Vec<String>,
    /// File of variable values, as in Terraform
    #[arg(long = "var-file", value_name = "FILE", help_heading = "Variables")]
    variable_files: Vec<PathBuf>,
    /// Value of `terraform.workspace` [default: TF_WORKSPACE, the selected workspace, or `default`]
    #[arg(long, value_name = "NAME", help_heading = "Variables")]
    workspace: Option<String>,
}

impl Variables {
    /// These, and what the environment says.
    pub(super) fn options(&self, current_directory: PathBuf) -> Result<Options, Failure> {
        let mut variables = Vec::with_capacity(self.variables.len());
        for argument in &self.variables {
            let (name, value) = argument
                .split_once('=')
                .filter(|(name, _)| !name.is_empty())
                .ok_or_else(|| Failure::new(format!("--var takes NAME=VALUE; `{argument}` is not of that form")))?;
            variables.push((name.to_owned(), value.to_owned()));
        }
        Ok(Options {
            variables,
            variable_files: self.variable_files.clone(),
            environment: environment::variables(),
            workspace: self.workspace.clone().or_else(environment::workspace),
            data_directory: environment::data_directory(),
            current_directory,
        })
    }
}

/// Which rules run, and how.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct Rules {
    /// Configuration file [default: the nearest .terravet.hcl, from the checked directory upward]
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    config: Option<PathBuf>,
    /// File or directory of rules of your own, beside the shipped ones
    #[arg(long = "rules", value_name = "PATH", help_heading = "Rules")]
    rules: Vec<PathBuf>,
    /// Run only these rules; `sg/*` stands for a family
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    select: Vec<String>,
    /// Do not run these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',', help_heading = "Rules")]
    ignore: Vec<String>,
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

/// Reads the word of `--fail-on`.
pub(super) fn fail_on(word: &str) -> Result<FailOn, String> {
    match (word, Severity::parse(word)) {
        (_, Some(severity)) => Ok(Some(severity)),
        ("never", None) => Ok(None),
        (_, None) => Err("the words are error, warning, info and never".to_owned()),
    }
}
