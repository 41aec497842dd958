//! The root module's backend ("Terraform Language: Backend Configuration"). Of other modules it means nothing.

use crate::source::{Problem, nearest};
use crate::syntax::{NodeRef, Trees};

use super::constant::constant;
use super::module::{Module, unsupported};
use crate::lang::functions::NoFiles;

/// The backends of Terraform 1.11.
pub(super) const BACKENDS: [&str; 12] =
    ["azurerm", "consul", "cos", "gcs", "http", "inmem", "kubernetes", "local", "oss", "pg", "remote", "s3"];
/// What the local one takes.
const LOCAL: [&str; 2] = ["path", "workspace_dir"];

/// Problems of the root module's backend.
pub(super) fn backends(root: &Module, trees: &Trees) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (kind, header, body) in &root.backends {
        if !BACKENDS.contains(&kind.as_str()) {
            let problem = Problem::at(*header, format!("Unsupported backend type \"{kind}\""));
            problems.push(match nearest(kind, BACKENDS) {
                Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
                None => problem,
            });
        }
        arguments(kind, *body, trees, &mut problems);
    }
    problems
}

/// Terraform reads them before it evaluates anything.
fn arguments(kind: &str, body: NodeRef, trees: &Trees, problems: &mut Vec<Problem>) {
    let body = trees.body(body);
    for attribute in body.attributes() {
        if kind == "local" && !LOCAL.contains(&&*attribute.name) {
            problems.push(unsupported("argument", &attribute.name, attribute.name_span, &LOCAL));
        }
        problems.extend(constant(attribute.expression, trees, &NoFiles).err().map(|problem| *problem));
    }
}
