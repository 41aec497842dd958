//! Reads and checks a body: what is an attribute, what a block, and what is neither.

use std::collections::HashSet;

use crate::lang::Type;
use crate::schema::{Nesting, Since};
use crate::source::{Problem, Span, nearest};
use crate::syntax::{AttributeView, BlockView, Kind, NodeRef, Trees};

use super::super::found::Found;
use super::super::layers::{Layers, made_type};
use super::super::module::{missing_argument, wrong_labels};
use super::reserved::{ESCAPE, NOTHING, Reserved};
use super::{BodySchema, Group, Member, Outline, Part, WrittenAttribute, static_sites};

/// Whose body is read.
#[derive(Clone, Copy)]
pub(in crate::terraform) struct Subject<'s> {
    /// Its name in messages.
    pub(in crate::terraform) what: &'s str,
    /// Its schema is Terraform's own, not one of some version of a provider.
    pub(in crate::terraform) is_builtin: bool,
}

/// Reads and checks the body of a block.
pub(in crate::terraform) fn outline(
    layers: &Layers,
    schema: BodySchema,
    reserved: &Reserved,
    subject: Subject<'_>,
    trees: &Trees,
    found: &mut Found,
) -> Outline {
    Builder { trees, found, subject, depth: 0 }.outline(layers, schema, reserved)
}

pub(super) struct Builder<'b> {
    pub(super) trees: &'b Trees,
    pub(super) found: &'b mut Found,
    pub(super) subject: Subject<'b>,
    pub(super) depth: usize,
}

/// Blocks nested deeper than this are not read: no provider comes near it.
const MAX_BLOCK_DEPTH: usize = 100;

impl Builder<'_> {
    pub(super) fn outline(&mut self, layers: &Layers, schema: BodySchema, reserved: &Reserved) -> Outline {
        let mut outline = Outline {
            schema,
            header: layers.header,
            block: layers.block,
            attributes: Vec::new(),
            groups: Vec::new(),
            sites: None,
        };
        if self.depth == MAX_BLOCK_DEPTH {
            self.found
                .problems
                .push(Problem::at(layers.header, format!("Blocks are nested more than {MAX_BLOCK_DEPTH} levels deep")));
            return outline;
        }
        self.depth += 1;
        if layers.is_json(self.trees) {
            self.json(layers, &mut outline, reserved);
        } else {
            for attribute in layers.attributes(self.trees) {
                if !reserved.attributes.contains(&&*attribute.name) {
                    self.attribute(&attribute, &mut outline, reserved);
                }
            }
            for block in layers.all_blocks(self.trees) {
                if !reserved.blocks.contains(&&*block.type_name) {
                    self.block(&block, &mut outline);
                } else if block.type_name == ESCAPE {
                    self.escaped(&block, &mut outline, reserved);
                }
            }
        }
        outline.attributes.sort_by(|left, right| left.name.cmp(&right.name));
        outline.groups.sort_by(|left, right| left.name.cmp(&right.name));
        self.required(&outline);
        outline.sites = static_sites(&outline);
        self.depth -= 1;
        outline
    }

    /// What stands in the escape block is the provider's, whatever its name.
    fn escaped(&mut self, block: &BlockView<'_>, outline: &mut Outline, reserved: &Reserved) {
        for attribute in block.body.attributes() {
            self.attribute(&attribute, outline, reserved);
        }
        for block in block.body.all_blocks() {
            self.block(&block, outline);
        }
    }

    /// A JSON body: the schema says what each property is ("JSON Configuration Syntax", Expression and Block mapping).
    fn json(&mut self, layers: &Layers, outline: &mut Outline, reserved: &Reserved) {
        let mut seen = HashSet::new();
        let attributes = layers.attributes(self.trees);
        for attribute in &attributes {
            let name = &*attribute.name;
            let is_again = !seen.insert(name);
            if reserved.attributes.contains(&name) || reserved.blocks.contains(&name) {
                continue;
            }
            let is_blocks = match outline.schema.member(name) {
                Member::Attribute { .. } | Member::Anything => false,
                Member::Blocks { attribute: None, .. } => true,
                // One that is an attribute in the provider's schema is one in JSON, however it looks.
                Member::Blocks { body: BodySchema::Object(_), .. } => false,
                Member::Blocks { attribute: Some(_), .. } => is_blocks_in_json(self.trees, attribute.expression),
                Member::Nothing => name == "dynamic",
            };
            if is_again {
                if !is_blocks {
                    let message = format!("Duplicate argument: \"{name}\" is set already");
                    self.found.problems.push(Problem::at(attribute.name_span, message));
                }
            } else if name == "dynamic" && is_blocks {
                self.json_dynamic(layers, outline);
            } else if !is_blocks {
                self.attribute(attribute, outline, reserved);
            } else if !is_null(self.trees, attribute.expression) {
                for block in layers.blocks(self.trees, name, 0) {
                    self.block(&block, outline);
                }
            }
        }
    }

    fn json_dynamic(&mut self, layers: &Layers, outline: &mut Outline) {
        for block in layers.blocks(self.trees, "dynamic", 1) {
            self.block(&block, outline);
        }
    }

    fn attribute(&mut self, attribute: &AttributeView<'_>, outline: &mut Outline, reserved: &Reserved) {
        let ty = match outline.schema.member(&attribute.name) {
            Member::Attribute { ty: Type::String, settable: true }
                if attribute.name == "id" && reserved.computed_id =>
            {
                self.found.problems.push(Problem::at(
                    attribute.name_span,
                    format!("Invalid or unknown key: the \"id\" of {} is decided by the provider", self.subject.what),
                ));
                return;
            }
            Member::Attribute { ty, settable: true } | Member::Blocks { attribute: Some(ty), .. } => ty,
            Member::Attribute { settable: false, .. } => {
                self.found.problems.push(Problem::at(
                    attribute.name_span,
                    format!(
                        "Can't configure a value for \"{}\" of {}: its value is decided by the provider",
                        attribute.name, self.subject.what
                    ),
                ));
                return;
            }
            Member::Blocks { attribute: None, .. } => {
                let problem = self.unsupported("argument", &attribute.name, attribute.name_span, outline);
                self.found
                    .problems
                    .push(problem.help(format!("Did you mean to define a block of type \"{}\"?", attribute.name)));
                return;
            }
            Member::Anything => Type::Dynamic,
            Member::Nothing => {
                let problem = self.unsupported("argument", &attribute.name, attribute.name_span, outline);
                self.found.unknown(problem, self.subject.is_builtin);
                return;
            }
        };
        outline.attributes.push(WrittenAttribute {
            name: outline.schema.shared(&attribute.name),
            name_span: attribute.name_span,
            expression: attribute.expression,
            ty,
        });
    }

    fn unsupported(&self, what: &str, name: &str, at: Span, outline: &Outline) -> Problem {
        let problem = Problem::at(at, format!("Unsupported {what} \"{name}\" in {}", self.subject.what));
        match nearest(name, outline.schema.names()) {
            Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
            None => problem,
        }
    }

    fn block(&mut self, block: &BlockView<'_>, outline: &mut Outline) {
        let is_dynamic =
            block.type_name == "dynamic" && !matches!(outline.schema.member("dynamic"), Member::Blocks { .. });
        let name = if is_dynamic { made_type(block) } else { &*block.type_name };
        let (nesting, limits, body, element) = match outline.schema.member(name) {
            Member::Blocks { attribute: Some(_), .. } if outline.attributes.iter().any(|set| *set.name == *name) => {
                let message = format!(
                    "Unsupported block type \"{name}\" in {}: it is set as an argument already",
                    self.subject.what
                );
                self.found.problems.push(Problem::at(block.header, message));
                return;
            }
            Member::Blocks { nesting, limits, body, .. } => {
                let element = match &body {
                    BodySchema::Known(body) => body.ty().clone(),
                    BodySchema::Object(object) => Type::Object(object.clone()).without_optional(),
                    BodySchema::AsWritten => Type::Dynamic,
                };
                (nesting, limits, body, Some(element))
            }
            Member::Anything => (Nesting::List, (0, 0), BodySchema::AsWritten, None),
            Member::Attribute { .. } => {
                let problem = self.unsupported("block type", name, block.header, outline);
                self.found.problems.push(problem.help(format!(
                    "Did you mean to define argument \"{name}\"? Use the equals sign to assign it a value"
                )));
                return;
            }
            Member::Nothing => {
                let problem = self.unsupported("block type", name, block.header, outline);
                self.found.unknown(problem, self.subject.is_builtin);
                return;
            }
        };
        let name = outline.schema.shared(name);
        let part = if is_dynamic { self.dynamic(block, &name, body) } else { self.fixed(block, body) };
        let Some(part) = part else { return };
        match outline.groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.parts.push(part),
            None => {
                outline.groups.push(Group { name, nesting, element, limits, header: outline.header, parts: vec![part] })
            }
        }
    }

    fn fixed(&mut self, block: &BlockView<'_>, schema: BodySchema) -> Option<Part> {
        if !block.labels.is_empty() && !matches!(schema, BodySchema::AsWritten) {
            self.found.problems.push(wrong_labels(block, &block.type_name, 0));
            return None;
        }
        Some(Part::Static(self.outline(&Layers::new(block), schema, &NOTHING)))
    }

    /// Required arguments and the numbers of blocks.
    fn required(&mut self, outline: &Outline) {
        let BodySchema::Known(schema) = outline.schema else { return };
        for (name, attribute) in &schema.attributes {
            if !attribute.required
                || outline.attribute(name).is_some()
                || outline.groups.iter().any(|group| group.name == *name)
            {
                continue;
            }
            let problem = missing_argument(name, outline.header, self.subject.what);
            if attribute.required_in_both {
                self.found.problems.push(problem);
            } else {
                self.found.missing.push((problem, attribute.since != Since::Old));
            }
        }
        for (name, block) in &schema.blocks {
            let parts = outline.groups.iter().find(|group| group.name == *name).map_or(&[][..], |group| &group.parts);
            let is_attribute = outline.attribute(name).is_some();
            if block.min > 0 && parts.is_empty() && !is_attribute {
                self.found.problems.push(Problem::at(
                    outline.header,
                    format!(
                        "Missing block: at least {} \"{name}\" block is required in {}",
                        block.min, self.subject.what
                    ),
                ));
            }
            let fixed = parts.iter().filter(|part| matches!(part, Part::Static(_))).count();
            if block.max > 0
                && fixed > block.max as usize
                && let Some(Part::Static(extra)) =
                    parts.iter().filter(|part| matches!(part, Part::Static(_))).nth(block.max as usize)
            {
                self.found.problems.push(Problem::at(
                    extra.header,
                    format!(
                        "Too many \"{name}\" blocks: no more than {} is allowed in {}",
                        block.max, self.subject.what
                    ),
                ));
            }
        }
    }
}

/// Whether a JSON property that may be either stands for blocks: an object, or an array of objects that is not empty.
fn is_blocks_in_json(trees: &Trees, expression: NodeRef) -> bool {
    let tree = trees.get(expression.tree);
    match tree.kind(expression.node) {
        Kind::Object => true,
        Kind::Tuple => {
            let mut elements = tree.children(expression.node).peekable();
            elements.peek().is_some() && elements.all(|element| tree.kind(element) == Kind::Object)
        }
        _ => false,
    }
}

fn is_null(trees: &Trees, expression: NodeRef) -> bool {
    trees.get(expression.tree).kind(expression.node) == Kind::Null
}
