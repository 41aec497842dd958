//! Functions of the built-in provider ("Terraform Language: Provider-defined Functions", `provider::terraform::…`):
//! values as HCL text and back.

use crate::source::{FileId, Problem, SourceFile, Span};
use crate::syntax::{Kind, NodeId, NodeRef, Tree, Trees, native};

use super::super::eval::{Context, Resolved, Scope, evaluate};
use super::super::types::Type;
use super::super::value::{Data, Entries, Origin, Value};
use super::{Call, Failure, Function, Returns, Takes, any, check_text, function, hcl_text, string, text};

const TEXT: Returns = Returns::Always(Takes::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("provider::terraform::decode_tfvars", &[string("src")], Returns::Always(Takes::Any), decode_tfvars),
    function("provider::terraform::encode_expr", &[any("value").unknowable().untyped()], TEXT, encode_expr),
    function("provider::terraform::encode_tfvars", &[any("value").untyped()], TEXT, encode_tfvars),
];

fn encode_expr(call: &Call<'_>) -> Result<Value, Failure> {
    let value = &call.arguments[0];
    if value.is_wholly_known() {
        return text(&hcl_text::expression(value));
    }
    Ok(super::unknown_with_prefix(match value.ty() {
        Type::Object(_) | Type::Map(_) => "{",
        Type::Tuple(_) | Type::List(_) | Type::Set(_) => "[",
        Type::String => "\"",
        Type::Dynamic | Type::Bool | Type::Number => "",
    }))
}

fn encode_tfvars(call: &Call<'_>) -> Result<Value, Failure> {
    let Some(entries) = call.arguments[0].entries() else {
        let message = "invalid value to encode: must be an object whose attribute names will become the encoded \
                       variable names";
        return Err(message.into());
    };
    if !call.arguments[0].is_wholly_known() {
        return Ok(call.unknown());
    }
    if let Some((name, _)) = entries.iter().find(|(name, _)| !hcl_text::is_identifier(name)) {
        let why = "must be a valid identifier, per Terraform's rules for input variable declarations";
        return Err(format!("invalid variable name {name:?}: {why}").into());
    }
    text(&hcl_text::attributes(entries))
}

/// Nothing has a name in a file of variable values.
struct NoNames;

impl Scope for NoNames {
    fn resolve(&self, _: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        Err(Box::new(Problem::at(at, "Variables not allowed; Variables may not be used here")))
    }
}

fn decode_tfvars(call: &Call<'_>) -> Result<Value, Failure> {
    let source = call.text(0);
    check_text(source.len())?;
    // The text is no file of the run: its places mean nothing outside, and none leave this function.
    let file = SourceFile::new("<decode_tfvars argument>", source.into());
    let (tree, problems) = native::parse(FileId(0), &file);
    let fault = |what: String, problem: &Problem| {
        let (start, end) = problem.span.map_or((0, 0), |span| (span.start, span.end));
        let (start, end) = (file.position(start), file.position(end));
        let last = if start.line == end.line { end.column.to_string() } else { format!("{},{}", end.line, end.column) };
        format!("{what}: {}:{},{}-{last}: {}", file.path, start.line, start.column, problem.message)
    };
    if let Some(problem) = problems.first() {
        return Err(fault("invalid tfvars syntax".into(), problem).into());
    }
    let calls = calls_function(&tree);
    let mut trees = Trees::default();
    let root = tree.root;
    let tree = trees.add(tree);
    let body = trees.body(NodeRef { tree, node: root });
    if let Some(block) = body.all_blocks().first() {
        let message = format!("Unexpected {:?} block; Blocks are not allowed here", block.type_name);
        return Err(fault(
            "invalid tfvars content".into(),
            &Problem::at(Span { end: block.span.start + block.type_name.len() as u32, ..block.span }, message),
        )
        .into());
    }
    let context = Context { trees: &trees, scope: &NoNames, files: call.files };
    let mut entries = Vec::new();
    for attribute in body.attributes() {
        let invalid = format!("invalid expression for variable {:?}", attribute.name);
        if let Some(node) = calls.iter().find(|&&node| attribute.span.contains(trees.span(NodeRef { tree, node }))) {
            let span = trees.span(NodeRef { tree, node: *node });
            let problem = Problem::at(span, "Function calls not allowed; Functions may not be called here");
            return Err(fault(invalid, &problem).into());
        }
        let value = evaluate(attribute.expression, &context).map_err(|problem| fault(invalid, &problem))?;
        entries.push((attribute.name.as_ref().into(), without_origins(&value)));
    }
    Ok(Value::object(Entries::new(entries)))
}

fn calls_function(tree: &Tree) -> Vec<NodeId> {
    let nodes = (0..tree.nodes.len() as u32).map(NodeId);
    nodes.filter(|&node| tree.kind(node) == Kind::Call).collect()
}

fn without_origins(value: &Value) -> Value {
    let data = match &value.data {
        Data::Tuple(elements) => return Value::tuple(elements.iter().map(without_origins).collect()),
        Data::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| (key.clone(), without_origins(value)));
            return Value::object(entries.collect());
        }
        other => other.clone(),
    };
    Value { data, marks: value.marks, origin: Origin::NONE }
}
