//! The commented `.terravet.hcl` that `terravet init` writes.

use std::fmt::Write;

use super::rule::Rule;

const HEAD: &str = r#"# terravet looks for this file from the checked directory upward. Everything in it may be left out;
# what is commented out shows the default.

# The lowest severity that fails a run: "error", "warning", "info", or "never".
# fail_on = "error"

# The severity of every finding that hangs on a value known only after apply.
# undetermined = "warning"

# What is not checked, relative to this file.
# exclude = ["examples/**"]

# Rule files of your own, or directories of them, relative to this file.
# rules = ["policy"]

# A suppression for everything whose address matches (`*` is any text). Beside the code it is a comment:
#   # terravet:ignore[sg/open-port] expires=2027-01-31 the reason
# ignore {
#   rule    = "sg/open-port"
#   address = "module.legacy.*"
#   reason  = "moves out in spring"
#   expires = "2027-01-31"
# }

# Tiers, and the flows between them: everything else is denied (docs/intent.md). `match` is tags.
# tier "alb" { match = { Tier = "alb" } }
# tier "web" { match = { Tier = "web" } }
# tier "db"  { match = { Tier = "db" } }
# flow { from = internet  to = tier.alb  ports = [80, 443] }
# flow { from = tier.alb  to = tier.web  ports = [8080] }
# flow { from = tier.web  to = tier.db   ports = [5432] }
# flow { from = tier.web  to = internet  ports = [443] }

# The rules, with what can be set of each. `terravet explain RULE` shows a rule's page.
"#;

/// The text of the file, made of the rules and their options.
#[must_use]
pub fn starter_configuration(rules: &[Rule]) -> String {
    let mut text = HEAD.to_owned();
    for rule in rules {
        // Writing into a String never fails.
        let _ = write_rule(rule, &mut text);
    }
    text
}

fn write_rule(rule: &Rule, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\n# {}", rule.title)?;
    writeln!(out, "# rule \"{}\" {{", rule.name)?;
    writeln!(out, "#   enabled  = true")?;
    writeln!(out, "#   severity = \"{}\"", rule.severity.highest().word())?;
    for option in &rule.options {
        writeln!(out, "#\n#   # {}", option.description)?;
        let default: Vec<&str> = option.default_text.lines().map(str::trim).collect();
        writeln!(out, "#   {} = {}", option.name, default.join(" "))?;
    }
    writeln!(out, "# }}")
}
