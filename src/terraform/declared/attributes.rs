//! What follows the name of a resource in a reference, as far as it is fixed: Terraform holds it against the schema before
//! it evaluates anything, so `try` does not forgive it. Behind a computed index or a splat it leaves all to evaluation.

use crate::lang::Type;
use crate::schema::{Body, Nesting};
use crate::source::{Problem, nearest};

use super::super::found::Found;
use super::super::module::Resource;
use super::super::providers::Home;
use super::super::references::{Key, Step, Traversal};
use super::schema_of;

/// Why a reference leads nowhere: a message, and the name that was meant.
type Reason = (String, Option<String>);

/// Checks a reference to a resource, or to `self`.
pub(super) fn check(resource: &Resource, traversal: &Traversal<'_>, found: &mut Found) {
    let (is_self, names) = match traversal.root {
        "data" | "ephemeral" | "resource" => (false, 2),
        "self" => (true, 0),
        _ => (false, 1),
    };
    let steps = traversal.steps.get(names..).unwrap_or_default();
    let fixed = steps.iter().position(|step| *step == Step::Computed).map_or(steps, |end| &steps[..end]);
    let fixed = match (is_self, key(resource, fixed)) {
        (true, _) => fixed,
        (false, Ok(behind)) => behind,
        (false, Err(message)) => return found.problems.push(Problem::at(traversal.span, message)),
    };
    let Some(known) = schema_of(resource) else { return };
    if let Err((message, near)) = in_body(&known.body, &resource.type_name, fixed) {
        let problem = Problem::at(traversal.span, message);
        let problem = match near {
            Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
            None => problem,
        };
        found.unknown(problem, resource.home == Home::Builtin);
    }
}

/// The steps behind the key of an instance, which must be there where the resource is repeated, and only there. A
/// resource as a whole needs none.
fn key<'s, 't>(resource: &Resource, steps: &'s [Step<'t>]) -> Result<&'s [Step<'t>], String> {
    let name = format!("{}.{}", resource.type_name, resource.name);
    let repeated = resource.meta.count.map(|_| "count").or_else(|| resource.meta.for_each.map(|_| "for_each"));
    match (steps.split_first(), repeated) {
        (None, _) => Ok(steps),
        (Some((Step::Index(Key::Other), _)), _) => {
            Err(format!("Invalid index key: an instance of {name} is named by text or a whole number"))
        }
        (Some((Step::Index(_), behind)), Some(_)) => Ok(behind),
        (Some((Step::Index(_), _)), None) => {
            Err(format!("Unexpected resource instance key: {name} has neither \"count\" nor \"for_each\""))
        }
        (Some((Step::Attribute(_) | Step::Computed, _)), None) => Ok(steps),
        (Some((Step::Attribute(_) | Step::Computed, _)), Some(set)) => Err(format!(
            "Missing resource instance key: {name} has \"{set}\" set, so its attributes are those of single instances"
        )),
    }
}

fn in_body(body: &Body, what: &str, steps: &[Step<'_>]) -> Result<(), Reason> {
    let (name, behind) = match steps.split_first() {
        None | Some((Step::Computed, _)) => return Ok(()),
        Some((Step::Index(_), _)) => {
            return Err((format!("Invalid index operation: {what} has attributes only"), None));
        }
        Some((Step::Attribute(name), behind)) => (*name, behind),
    };
    // What is an attribute in one version may be a block in the other.
    let as_attribute = body.attribute(name).map(|attribute| in_type(&attribute.ty, behind));
    let as_block = body.block(name).map(|block| {
        let Some(inner) = block.body() else { return Ok(()) };
        match (block.nesting, behind.split_first()) {
            (Nesting::Single, _) => in_body(inner, name, behind),
            (_, None | Some((Step::Computed, _))) => Ok(()),
            (Nesting::List, Some((Step::Index(_), behind))) => in_body(inner, name, behind),
            (Nesting::List, Some((Step::Attribute(_), _))) => Err((
                format!("Invalid operation: blocks \"{name}\" are a list of objects, so a number must say which"),
                None,
            )),
            (Nesting::Set, Some(_)) => {
                Err((format!("Cannot index a set value: blocks \"{name}\" are a set of objects, without keys"), None))
            }
        }
    });
    match (as_attribute, as_block) {
        (Some(Ok(())), _) | (_, Some(Ok(()))) => Ok(()),
        (Some(Err(reason)), _) | (None, Some(Err(reason))) => Err(reason),
        (None, None) => {
            let message = format!("Unsupported attribute: {what} has no argument, block or attribute named \"{name}\"");
            Err((message, nearest(name, body.names()).map(str::to_owned)))
        }
    }
}

fn in_type(ty: &Type, steps: &[Step<'_>]) -> Result<(), Reason> {
    let mut ty = ty;
    for step in steps {
        ty = match (ty, step) {
            (Type::Dynamic, _) | (_, Step::Computed) => return Ok(()),
            (Type::Object(object), Step::Attribute(name)) => match object.attributes.get(name) {
                Some(member) => member,
                None => {
                    let near = nearest(name, object.attributes.names().iter().map(|name| &**name));
                    let message =
                        format!("Unsupported attribute: this object does not have an attribute named \"{name}\"");
                    return Err((message, near.map(str::to_owned)));
                }
            },
            (Type::Map(element), Step::Attribute(_) | Step::Index(_)) => element,
            (Type::List(element), Step::Index(Key::Number)) => element,
            // Which member or element that is, only evaluation says.
            (Type::Object(_) | Type::Tuple(_), Step::Index(_)) | (Type::List(_), Step::Index(Key::Text)) => {
                return Ok(());
            }
            (Type::Bool | Type::Number | Type::String, Step::Attribute(_)) => {
                return Err((format!("Can't access attributes on a primitive-typed value ({ty})"), None));
            }
            (Type::List(_) | Type::Set(_) | Type::Tuple(_), Step::Attribute(_)) => {
                return Err(("This value does not have any attributes".to_owned(), None));
            }
            (Type::Bool | Type::Number | Type::String | Type::Set(_) | Type::List(_), Step::Index(_)) => {
                return Err(("This value does not have any indices".to_owned(), None));
            }
        };
    }
    Ok(())
}
