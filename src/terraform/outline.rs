//! What is written in a body, arranged by the schema and checked against it: done once per resource, then decoded once
//! per instance (`decode.rs`).
//!
//! Follows "Terraform Language: Dynamic Blocks", "Attributes as Blocks" and, for JSON, "JSON Configuration Syntax".

use std::collections::HashSet;
use std::sync::Arc;

use crate::inventory::{AttributeSite, Sites};
use crate::lang::{ObjectType, Str, Type};
use crate::schema::{self, Nesting};
use crate::source::{Problem, Span, nearest};
use crate::syntax::{AttributeView, BlockView, Body, Kind, NodeRef, Trees};

use super::layers::{Layers, made_type};
use super::module::{constant_text, missing_argument};

/// What may be written in a body.
#[derive(Clone, Debug)]
pub(super) enum BodySchema {
    /// What the AWS provider's schema says.
    Known(&'static schema::Body),
    /// The attributes of an object: an attribute that is written as blocks.
    Object(Arc<ObjectType>),
    /// Anything: there is no schema.
    AsWritten,
}

/// What a name means in a body.
enum Member {
    Attribute {
        ty: Type,
        settable: bool,
    },
    /// Blocks; where `attribute` is there, an attribute that may be written as blocks.
    Blocks {
        nesting: Nesting,
        body: BodySchema,
        attribute: Option<Type>,
    },
    Anything,
    Nothing,
}

impl BodySchema {
    fn member(&self, name: &str) -> Member {
        match self {
            Self::Known(body) => match (body.attribute(name), body.block(name)) {
                (Some(attribute), None) => of_type(&attribute.takes, attribute.optional),
                (attribute, Some(block)) => Member::Blocks {
                    nesting: block.nesting,
                    body: block.body().map_or(Self::AsWritten, Self::Known),
                    attribute: attribute.map(|attribute| attribute.takes.clone()),
                },
                (None, None) => Member::Nothing,
            },
            Self::Object(object) => object.attributes.get(name).map_or(Member::Nothing, |ty| of_type(ty, true)),
            Self::AsWritten => Member::Anything,
        }
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Known(body) => body.names().collect(),
            Self::Object(object) => object.attributes.keys().map(|name| &**name).collect(),
            Self::AsWritten => Vec::new(),
        }
    }
}

/// An attribute; one of lists or sets of objects may be written as blocks.
fn of_type(ty: &Type, settable: bool) -> Member {
    let element = match ty {
        Type::List(element) => Some((Nesting::List, element)),
        Type::Set(element) => Some((Nesting::Set, element)),
        _ => None,
    };
    if let Some((nesting, element)) = element
        && let Type::Object(object) = &**element
        && settable
    {
        return Member::Blocks { nesting, body: BodySchema::Object(object.clone()), attribute: Some(ty.clone()) };
    }
    Member::Attribute { ty: ty.clone(), settable }
}

/// A body as written.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) schema: BodySchema,
    pub(super) header: Span,
    pub(super) block: Span,
    /// Sorted by name.
    pub(super) attributes: Vec<WrittenAttribute>,
    /// Sorted by name.
    pub(super) groups: Vec<Group>,
    /// Sites, where they are the same for every instance: no dynamic blocks anywhere inside.
    pub(super) sites: Option<Arc<Sites>>,
}

/// An attribute as written.
#[derive(Debug)]
pub(super) struct WrittenAttribute {
    pub(super) name: Str,
    pub(super) name_span: Span,
    pub(super) expression: NodeRef,
    /// The type that its value is converted to.
    pub(super) ty: Type,
}

/// All blocks of one type.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) name: Str,
    pub(super) nesting: Nesting,
    /// The type of one block's object; none without a schema.
    pub(super) element: Option<Type>,
    pub(super) parts: Vec<Part>,
}

/// One block, or the dynamic block that makes several.
#[derive(Debug)]
pub(super) enum Part {
    Static(Outline),
    Dynamic(Dynamic),
}

/// A `dynamic` block.
#[derive(Debug)]
pub(super) struct Dynamic {
    pub(super) for_each: NodeRef,
    pub(super) iterator: Str,
    pub(super) content: Outline,
}

impl Outline {
    /// The attribute of that name.
    pub(super) fn attribute(&self, name: &str) -> Option<&WrittenAttribute> {
        self.attributes
            .binary_search_by(|attribute| (*attribute.name).cmp(name))
            .ok()
            .map(|index| &self.attributes[index])
    }

    /// Calls `visit` with each expression and the names of the iterators in scope.
    pub(super) fn expressions(&self, iterators: &mut Vec<Str>, visit: &mut dyn FnMut(NodeRef, &[Str])) {
        for attribute in &self.attributes {
            visit(attribute.expression, iterators);
        }
        for part in self.groups.iter().flat_map(|group| &group.parts) {
            match part {
                Part::Static(outline) => outline.expressions(iterators, visit),
                Part::Dynamic(dynamic) => {
                    visit(dynamic.for_each, iterators);
                    iterators.push(dynamic.iterator.clone());
                    dynamic.content.expressions(iterators, visit);
                    iterators.pop();
                }
            }
        }
    }
}

/// Names that are Terraform's own in a body.
pub(super) struct Reserved {
    pub(super) attributes: &'static [&'static str],
    pub(super) blocks: &'static [&'static str],
    /// `id` cannot be set, though the schema says so by an old habit of the provider's.
    pub(super) computed_id: bool,
}

/// Inside nested blocks nothing is reserved.
const NOTHING: Reserved = Reserved { attributes: &[], blocks: &[], computed_id: false };

/// Of resources, data sources and ephemeral resources.
pub(super) const RESOURCE: Reserved = Reserved {
    attributes: &["count", "for_each", "provider", "depends_on"],
    blocks: &["lifecycle", "connection", "provisioner", "_"],
    computed_id: false,
};

/// Of managed resources.
pub(super) const MANAGED: Reserved = Reserved { computed_id: true, ..RESOURCE };

/// Of provisioners: keywords that are no references.
pub(super) const PROVISIONER: Reserved =
    Reserved { attributes: &["when", "on_failure"], blocks: &["connection"], computed_id: false };

/// Of provider configurations.
pub(super) const PROVIDER: Reserved =
    Reserved { attributes: &["alias", "version"], blocks: &["_"], computed_id: false };

/// Reads and checks the body of a block. `what` names it in messages.
pub(super) fn outline(
    layers: &Layers,
    schema: BodySchema,
    reserved: &Reserved,
    what: &str,
    trees: &Trees,
    problems: &mut Vec<Problem>,
) -> Outline {
    Builder { trees, problems, what, depth: 0 }.outline(layers, schema, reserved)
}

struct Builder<'b> {
    trees: &'b Trees,
    problems: &'b mut Vec<Problem>,
    what: &'b str,
    depth: usize,
}

/// Blocks nested deeper than this are not read: no provider comes near it.
const MAX_BLOCK_DEPTH: usize = 100;

impl Builder<'_> {
    fn outline(&mut self, layers: &Layers, schema: BodySchema, reserved: &Reserved) -> Outline {
        let mut outline = Outline {
            schema,
            header: layers.header,
            block: layers.block,
            attributes: Vec::new(),
            groups: Vec::new(),
            sites: None,
        };
        if self.depth == MAX_BLOCK_DEPTH {
            self.problems
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
                    self.problems.push(Problem::at(attribute.name_span, message));
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
                self.problems.push(Problem::at(
                    attribute.name_span,
                    format!("Invalid or unknown key: the \"id\" of {} is decided by the provider", self.what),
                ));
                return;
            }
            Member::Attribute { ty, settable: true } | Member::Blocks { attribute: Some(ty), .. } => ty,
            Member::Attribute { settable: false, .. } => {
                self.problems.push(Problem::at(
                    attribute.name_span,
                    format!(
                        "Can't configure a value for \"{}\" of {}: its value is decided by the provider",
                        attribute.name, self.what
                    ),
                ));
                return;
            }
            Member::Blocks { attribute: None, .. } => {
                let problem = self.unsupported("argument", &attribute.name, attribute.name_span, outline);
                self.problems
                    .push(problem.help(format!("Did you mean to define a block of type \"{}\"?", attribute.name)));
                return;
            }
            Member::Anything => Type::Dynamic,
            Member::Nothing => {
                let problem = self.unsupported("argument", &attribute.name, attribute.name_span, outline);
                self.problems.push(problem);
                return;
            }
        };
        outline.attributes.push(WrittenAttribute {
            name: (*attribute.name).into(),
            name_span: attribute.name_span,
            expression: attribute.expression,
            ty,
        });
    }

    fn unsupported(&self, what: &str, name: &str, at: Span, outline: &Outline) -> Problem {
        let problem = Problem::at(at, format!("Unsupported {what} \"{name}\" in {}", self.what));
        match nearest(name, outline.schema.names()) {
            Some(near) => problem.help(format!("Did you mean \"{near}\"?")),
            None => problem,
        }
    }

    fn block(&mut self, block: &BlockView<'_>, outline: &mut Outline) {
        let is_dynamic =
            block.type_name == "dynamic" && !matches!(outline.schema.member("dynamic"), Member::Blocks { .. });
        let name = if is_dynamic { made_type(block) } else { &*block.type_name };
        let (nesting, body, element) = match outline.schema.member(name) {
            Member::Blocks { nesting, body, .. } => {
                let element = match &body {
                    BodySchema::Known(body) => body.ty().clone(),
                    BodySchema::Object(object) => Type::Object(object.clone()).without_optional(),
                    BodySchema::AsWritten => Type::Dynamic,
                };
                (nesting, body, Some(element))
            }
            Member::Anything => (Nesting::List, BodySchema::AsWritten, None),
            Member::Attribute { .. } => {
                let problem = self.unsupported("block type", name, block.header, outline);
                self.problems.push(problem.help(format!(
                    "Did you mean to define argument \"{name}\"? Use the equals sign to assign it a value"
                )));
                return;
            }
            Member::Nothing => {
                let problem = self.unsupported("block type", name, block.header, outline);
                self.problems.push(problem);
                return;
            }
        };
        let name = Str::from(name);
        let part = if is_dynamic { self.dynamic(block, &name, body) } else { self.fixed(block, body) };
        let Some(part) = part else { return };
        match outline.groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.parts.push(part),
            None => outline.groups.push(Group { name, nesting, element, parts: vec![part] }),
        }
    }

    fn fixed(&mut self, block: &BlockView<'_>, schema: BodySchema) -> Option<Part> {
        if !block.labels.is_empty() && !matches!(schema, BodySchema::AsWritten) {
            self.problems.push(super::module::wrong_labels(block, &block.type_name, 0));
            return None;
        }
        Some(Part::Static(self.outline(&Layers::new(block), schema, &NOTHING)))
    }

    fn dynamic(&mut self, block: &BlockView<'_>, name: &Str, schema: BodySchema) -> Option<Part> {
        let contents = block.body.blocks("content", 0);
        let [content] = contents.as_slice() else {
            let message =
                format!("A dynamic block takes exactly one content block, and this one has {}", contents.len());
            self.problems.push(Problem::at(block.header, message));
            return None;
        };
        let Some(for_each) = block.body.attribute("for_each") else {
            self.problems.push(missing_argument("for_each", block.header, &format!("dynamic \"{name}\"")));
            return None;
        };
        let iterator = match block.body.attribute("iterator") {
            Some(attribute) => iterator_name(self.trees, attribute.expression).unwrap_or_else(|| {
                let span = self.trees.span(attribute.expression);
                self.problems.push(Problem::at(span, "The iterator of a dynamic block must be a single name"));
                name.clone()
            }),
            None => name.clone(),
        };
        self.dynamic_only(&block.body);
        let mut layers = Layers::new(content);
        layers.header = block.header;
        layers.block = block.span;
        let content = self.outline(&layers, schema, &NOTHING);
        Some(Part::Dynamic(Dynamic { for_each: for_each.expression, iterator, content }))
    }

    /// What else stands in a dynamic block does not belong there.
    fn dynamic_only(&mut self, body: &Body<'_>) {
        const ATTRIBUTES: [&str; 3] = ["for_each", "iterator", "labels"];
        for attribute in body.attributes() {
            let is_content = body.is_json() && attribute.name == "content";
            if !ATTRIBUTES.contains(&&*attribute.name) && !is_content {
                self.problems.push(super::module::unsupported(
                    "argument",
                    &attribute.name,
                    attribute.name_span,
                    &ATTRIBUTES,
                ));
            }
        }
        for block in body.all_blocks() {
            if block.type_name != "content" {
                self.problems.push(super::module::unsupported(
                    "block type",
                    &block.type_name,
                    block.header,
                    &["content"],
                ));
            }
        }
    }

    /// Required arguments and the numbers of blocks.
    fn required(&mut self, outline: &Outline) {
        let BodySchema::Known(schema) = outline.schema else { return };
        for (name, attribute) in &schema.attributes {
            if attribute.required_in_both
                && outline.attribute(name).is_none()
                && !outline.groups.iter().any(|group| group.name == *name)
            {
                self.problems.push(missing_argument(name, outline.header, self.what));
            }
        }
        for (name, block) in &schema.blocks {
            let parts = outline.groups.iter().find(|group| group.name == *name).map_or(&[][..], |group| &group.parts);
            let is_attribute = outline.attribute(name).is_some();
            if block.min > 0 && parts.is_empty() && !is_attribute {
                self.problems.push(Problem::at(
                    outline.header,
                    format!("Missing block: at least {} \"{name}\" block is required in {}", block.min, self.what),
                ));
            }
            let fixed = parts.iter().filter(|part| matches!(part, Part::Static(_))).count();
            if block.max > 0
                && fixed > block.max as usize
                && let Some(Part::Static(extra)) =
                    parts.iter().filter(|part| matches!(part, Part::Static(_))).nth(block.max as usize)
            {
                self.problems.push(Problem::at(
                    extra.header,
                    format!("Too many \"{name}\" blocks: no more than {} is allowed in {}", block.max, self.what),
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

/// `iterator = rule`, or in JSON `"iterator": "rule"`.
fn iterator_name(trees: &Trees, expression: NodeRef) -> Option<Str> {
    let tree = trees.get(expression.tree);
    match tree.kind(expression.node) {
        Kind::Variable | Kind::Name => Some(tree.text(expression.node).into()),
        _ => constant_text(trees, expression).map(Str::from),
    }
}

/// The sites of a body without dynamic blocks.
fn static_sites(outline: &Outline) -> Option<Arc<Sites>> {
    let mut blocks = Vec::new();
    for group in &outline.groups {
        for part in &group.parts {
            match part {
                Part::Static(part) => blocks.push((group.name.clone(), part.sites.clone()?)),
                Part::Dynamic(_) => return None,
            }
        }
    }
    Some(Arc::new(Sites { blocks, ..own_sites(outline) }))
}

/// The sites of a body without those of its blocks.
pub(super) fn own_sites(outline: &Outline) -> Sites {
    let attributes = outline.attributes.iter().map(|attribute| AttributeSite {
        name: attribute.name.clone(),
        name_span: attribute.name_span,
        expression: attribute.expression,
    });
    Sites { header: outline.header, block: outline.block, attributes: attributes.collect(), blocks: Vec::new() }
}
