//! Functions of providers: Terraform looks for them before it evaluates anything.

use crate::schema;
use crate::source::Problem;
use crate::syntax::{Kind, NodeRef};

use super::Finder;

/// Functions of Terraform's own provider ("Built-in Provider: terraform").
const BUILTIN: [&str; 3] = ["encode_tfvars", "decode_tfvars", "encode_expr"];

impl Finder<'_> {
    /// Calls of functions of providers that the module does not require.
    pub(super) fn functions(&mut self, expression: NodeRef) {
        let tree = self.trees.get(expression.tree);
        if !tree.text(expression.node).contains("provider::") {
            return;
        }
        let mut stack = vec![expression.node];
        while let Some(node) = stack.pop() {
            stack.extend(tree.children(node));
            if tree.kind(node) != Kind::Call {
                continue;
            }
            let name = tree.child(node, 0).map_or("", |name| tree.text(name));
            let parts: Vec<&str> = name.split("::").map(str::trim).collect();
            let ["provider", rest @ ..] = parts.as_slice() else { continue };
            if let Some(why) = self.fault(rest) {
                self.found
                    .problems
                    .push(Problem::at(tree.span(node), format!("Unknown provider function {name}: {why}")));
            }
        }
    }

    fn fault(&self, rest: &[&str]) -> Option<String> {
        let [provider, function] = rest else {
            return Some("it must be written as provider::NAME::FUNCTION".into());
        };
        if !self.module.required_providers.contains_key(*provider) {
            return Some(format!("the module does not have a provider named \"{provider}\" in its required_providers"));
        }
        let is_missing = *self.module.provider_source(provider) == *schema::BUILTIN && !BUILTIN.contains(function);
        is_missing.then(|| "the provider has none of that name".to_owned())
    }
}
