//! What `terraform console` does not show: what unknown values stand for, where values were typed, limits. (What values
//! expressions have is in `tests/values`.)

use std::collections::BTreeMap;
use std::sync::Arc;

use super::*;
use crate::address::{Address, InstanceKey, Mode, ModulePath, Reference, Step};
use crate::lang::value::{Data, Entries, Marks, Unknown};
use crate::source::FileId;
use crate::syntax::native;

struct World {
    names: BTreeMap<String, Value>,
    three_valued: bool,
    files: BTreeMap<&'static str, &'static [u8]>,
}

impl Scope for World {
    fn resolve(&self, names: &[&str], at: Span) -> Result<Resolved, Box<Problem>> {
        let name = names[..names.len().min(2)].join(".");
        match self.names.get(&name) {
            Some(value) => Ok(Resolved { value: value.clone(), used: 2 }),
            None => Err(Box::new(Problem::at(at, format!("{name} is not declared")))),
        }
    }

    fn three_valued(&self) -> bool {
        self.three_valued
    }
}

impl Files for World {
    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.files.get(path).map(|bytes| (*bytes).into()).ok_or_else(|| format!("no file exists at {path:?}"))
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(self.files.contains_key(path))
    }

    fn set(&self, _directory: &str, _pattern: &str) -> Result<Option<Vec<String>>, String> {
        Ok(Some(Vec::new()))
    }

    fn absolute(&self, path: &str) -> String {
        path.to_owned()
    }
}

/// Stands for `aws_subnet.a[key].id`.
fn id(key: u64, name: &str) -> Value {
    let address = Address {
        module: ModulePath::default(),
        mode: Mode::Managed,
        type_name: "aws_subnet".into(),
        name: "a".into(),
        key: InstanceKey::Number(key),
    };
    let reference = Reference { address: Arc::new(address), path: [Step::Attribute(name.into())].into() };
    let mut unknown = Unknown::new(match name {
        "id" => Type::String,
        "zones" => Type::list(Type::String),
        _ => Type::Dynamic,
    });
    unknown.reference = Some(reference);
    Value::from(Data::Unknown(Arc::new(unknown))).with_origin(Origin::place(key as u32))
}

fn object(entries: Vec<(&str, Value)>) -> Value {
    Value::object(entries.into_iter().map(|(name, value)| (name.into(), value)).collect::<Entries>())
}

fn world() -> World {
    let subnet = |key| object(["id", "tags", "zones"].map(|name| (name, id(key, name))).into());
    let names = [
        ("aws_subnet.a", Value::tuple(vec![subnet(0), subnet(1)])),
        ("var.list", Value::tuple(vec![Value::string("x").with_origin(Origin::place(9))])),
        ("var.unknown", Value::unknown(Type::Bool)),
        ("var.secret", Value::string("s").with_marks(Marks::SENSITIVE)),
    ];
    World {
        names: names.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        three_valued: false,
        files: [
            ("hello.tpl", &b"Hello ${name}%{ if loud }!%{ endif }"[..]),
            ("value.tpl", b"${value}"),
            ("recursive.tpl", b"${templatefile(\"value.tpl\", {value = 1})}"),
            ("broken.tpl", b"a\n${"),
            ("binary.tpl", b"\xff"),
            ("fails.tpl", b"a\n${value.nope}"),
        ]
        .into_iter()
        .collect(),
    }
}

fn evaluated(expression: &str, world: &World) -> Evaluated {
    let (tree, problems) = native::parse_expression(FileId(0), expression, 0);
    assert_eq!(problems, [], "{expression}");
    let mut trees = Trees::default();
    let node = tree.root;
    let tree = trees.add(tree);
    evaluate(NodeRef { tree, node }, &Context { trees: &trees, scope: world, files: world })
}

fn value(expression: &str) -> Value {
    evaluated(expression, &world()).unwrap_or_else(|problem| panic!("{expression}: {problem:?}"))
}

fn message(expression: &str) -> String {
    evaluated(expression, &world()).map(|value| panic!("{expression}: {value:?}")).unwrap_err().message
}

#[test]
fn functions_of_providers_are_theirs_to_know() {
    for expression in ["provider::aws::arn_parse(\"arn:aws:iam::1:role/x\")", "try(provider::x::f(1).a, 2)"] {
        assert!(value(expression).is_unknown(), "{expression}");
    }
    assert_eq!(message("provider::aws::arn_parse(nope())"), "There is no function named \"nope\"");
}

#[test]
fn what_an_unknown_key_finds_is_unknown_to_terraform_and_one_of_the_elements_to_facts() {
    let of_none = value("lookup(tomap({}), aws_subnet.a[0].id, \"none\")");
    assert!(of_none.is_unknown());
    assert_eq!(of_none.choices().map(|choices| choices.iter().map(Value::as_str).collect()), Some(vec![Some("none")]));
    assert!(value("lookup({}, aws_subnet.a[0].id, {}) == {}").is_unknown());
    assert_eq!(value("lookup({a = 1}, aws_subnet.a[0].id, 2)").choices().map(<[Value]>::len), Some(2));
}

#[test]
fn unknown_values_remember_what_they_stand_for() {
    let rows = [
        ("aws_subnet.a[1].id", "aws_subnet.a[1].id"),
        ("aws_subnet.a.*.id[1]", "aws_subnet.a[1].id"),
        ("[for s in aws_subnet.a : s.id][0]", "aws_subnet.a[0].id"),
        ("{for i, s in aws_subnet.a : i => s.id}[\"1\"]", "aws_subnet.a[1].id"),
        ("element(aws_subnet.a[*].id, 3)", "aws_subnet.a[1].id"),
        ("tolist(aws_subnet.a[*].id)[0]", "aws_subnet.a[0].id"),
        ("try(aws_subnet.a[5].id, aws_subnet.a[0].id)", "aws_subnet.a[0].id"),
        ("try(aws_subnet.a[*].id, [])[1]", "aws_subnet.a[1].id"),
        ("true ? aws_subnet.a[0].id : null", "aws_subnet.a[0].id"),
        ("var.unknown ? aws_subnet.a[0].id : aws_subnet.a[0].id", "aws_subnet.a[0].id"),
        ("\"${aws_subnet.a[0].id}\"", "aws_subnet.a[0].id"),
        ("(aws_subnet.a[0]).id", "aws_subnet.a[0].id"),
        ("aws_subnet.a[0].tags.Name", "aws_subnet.a[0].tags.Name"),
        ("aws_subnet.a[0].tags[\"a b\"][2]", "aws_subnet.a[0].tags[\"a b\"][2]"),
        ("one([aws_subnet.a[0].id])", "aws_subnet.a[0].id"),
        ("lookup({a = aws_subnet.a[0].id}, \"a\", null)", "aws_subnet.a[0].id"),
        ("merge({a = aws_subnet.a[0].id}, {}).a", "aws_subnet.a[0].id"),
        ("concat(aws_subnet.a[*].id, [\"\"])[0]", "aws_subnet.a[0].id"),
        ("tostring(aws_subnet.a[0].tags)", "aws_subnet.a[0].tags"),
        ("slice(aws_subnet.a[0].zones, 1, 3)[1]", "aws_subnet.a[0].zones[2]"),
        ("[for zone in slice(aws_subnet.a[0].zones, 0, 2) : zone][1]", "aws_subnet.a[0].zones[1]"),
    ];
    for (expression, reference) in rows {
        let value = value(expression);
        let found = value.reference().map(ToString::to_string);
        assert_eq!(found.as_deref(), Some(reference), "{expression}");
        assert!(value.origin.as_place().is_some(), "{expression}: {:?}", value.origin);
    }
    let lost = [
        "\"a${aws_subnet.a[0].id}\"",
        "aws_subnet.a[0].id == \"x\"",
        "var.unknown ? aws_subnet.a[0].id : aws_subnet.a[1].id",
        "upper(aws_subnet.a[0].id)",
    ];
    for expression in lost {
        let value = value(expression);
        assert!(value.is_unknown() && value.reference().is_none(), "{expression}");
    }
}

#[test]
fn values_know_where_they_were_typed() {
    let text = |expression: &str| {
        let value = value(expression);
        let span = value.origin.as_span().unwrap_or_else(|| panic!("{expression}: {:?}", value.origin));
        expression[span.start as usize..span.end as usize].to_owned()
    };
    let rows = [
        ("[1, \"b\"][1]", "\"b\""),
        ("{a = [true]}.a[0]", "true"),
        ("true ? 1 : \"a\"", "1"),
        ("tolist([1, \"a\"])[0]", "1"),
        ("tolist([1, \"a\"])", "[1, \"a\"]"),
        ("concat([1], [2])[1]", "2"),
        ("merge({a = 1}, {a = 2}).a", "2"),
        ("[for x in [1, 2] : x][1]", "2"),
        ("try(null.x, 2)", "2"),
        ("coalesce(null, \"x\")", "\"x\""),
        ("\"a${1}\"", "\"a${1}\""),
        ("toset([\"b\", \"a\"])", "[\"b\", \"a\"]"),
    ];
    for (expression, origin) in rows {
        assert_eq!(text(expression), origin, "{expression}");
    }
    assert_eq!(value("var.list[0]").origin, Origin::place(9));
    assert_eq!(value("tolist(var.list)[0]").origin, Origin::place(9));
}

#[test]
fn references_to_what_is_not_declared_are_not_caught() {
    assert_eq!(message("try(local.nope, 1)"), "local.nope is not declared");
    assert_eq!(message("can(local.nope)"), "local.nope is not declared");
    assert_eq!(message("true ? 1 : local.nope"), "local.nope is not declared");
}

#[test]
fn three_valued_logic_is_for_scopes_that_ask_for_it() {
    let mut world = world();
    let mut truth = |expression: &str, three_valued| {
        world.three_valued = three_valued;
        evaluated(expression, &world).unwrap().as_bool()
    };
    let rows = [
        ("false && var.unknown", Some(false)),
        ("var.unknown && false", Some(false)),
        ("true || var.unknown", Some(true)),
        ("var.unknown || true", Some(true)),
        ("true && var.unknown", None),
        ("var.unknown && !var.unknown", None),
    ];
    for (expression, expected) in rows {
        assert_eq!(truth(expression, true), expected, "{expression}");
        assert_eq!(truth(expression, false), None, "{expression}");
    }
    assert_eq!(truth("false && null.x", true), Some(false));
    assert_eq!(truth("var.unknown && null.x", true), None);
    world.three_valued = true;
    assert!(evaluated("true && null.x", &world).is_err());
}

#[test]
fn template_files_are_rendered() {
    let rows = [
        ("templatefile(\"hello.tpl\", {name = \"x\", loud = true})", "Hello x!"),
        ("templatefile(\"value.tpl\", {value = [1, \"y\"]})[1]", "y"),
        ("templatestring(var.list[0], {})", "x"),
    ];
    for (expression, text) in rows {
        assert_eq!(value(expression).as_str(), Some(text), "{expression}");
    }
    assert!(value("templatefile(\"value.tpl\", {value = var.secret})").marks.has(Marks::SENSITIVE));
    assert!(value("templatefile(\"hello.tpl\", {name = var.unknown, loud = false})").is_unknown());
    let errors = [
        (
            "templatefile(\"hello.tpl\", {name = 1})",
            "Invalid value for \"vars\" parameter: vars map does not contain key \"loud\", referenced at hello.tpl:1,20",
        ),
        ("templatefile(\"nope.tpl\", {})", "Invalid value for \"path\" parameter: no file exists at \"nope.tpl\""),
        (
            "templatefile(\"recursive.tpl\", {})",
            "Call to function \"templatefile\" failed: recursive.tpl:1,3: Call to function \"templatefile\" failed: \
             cannot recursively call templatefile from inside another template function",
        ),
        (
            "templatefile(\"fails.tpl\", {value = {}})",
            "Call to function \"templatefile\" failed: fails.tpl:2,3: This object does not have an attribute named \"nope\"",
        ),
        (
            "templatefile(\"value.tpl\", {value = null})",
            "Call to function \"templatefile\" failed: value.tpl:1,1: The result of the template is null",
        ),
        ("templatefile(\"value.tpl\", [])", "Invalid value for \"vars\" parameter: invalid vars value: must be a map"),
    ];
    for (expression, expected) in errors {
        assert_eq!(message(expression), expected, "{expression}");
    }
    assert!(
        message("templatefile(\"broken.tpl\", {})")
            .starts_with("Call to function \"templatefile\" failed: broken.tpl:2,")
    );
    assert!(message("templatefile(\"binary.tpl\", {})").contains("not valid UTF-8"));
    assert!(message("templatestring(\"a\", {})").contains("does not support providing a literal template"));
}

/// Runs on a stack of eight megabytes, as the main thread has one.
fn on_main_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(8 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn the_deepest_nesting_that_is_read_is_evaluated() {
    on_main_stack(|| {
        let rows = [
            ("(", "1", ")"),
            ("[", "", "]"),
            ("-", "1", ""),
            ("{a = ", "1", "}"),
            ("\"${", "1", "}\""),
            ("max(1, ", "1", ")"),
            ("[for x in [1] : ", "x", "]"),
            ("try(", "1", ")"),
            ("true ? ", "1", " : 2"),
            ("true ? 2 : ", "1", ""),
            ("[{a = (", "1", ")}]"),
        ];
        for (open, inner, close) in rows {
            let depth = 990 / open.matches(['(', '[', '{', '-', '"']).count().max(1);
            let expression = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            let (_, problems) = native::parse_expression(FileId(0), &expression, 0);
            if problems.is_empty() {
                assert!(evaluated(&expression, &world()).is_ok(), "{open}");
            }
        }
    });
}

#[test]
fn long_chains_take_no_stack() {
    let sum = format!("1{}", " + 1".repeat(9_000));
    assert_eq!(value(&sum).as_number().unwrap().to_i64(), Some(9_001));
    let attributes = format!("aws_subnet.a[0].tags{}", ".a".repeat(9_000));
    assert!(value(&attributes).is_unknown());
}

#[test]
fn what_would_take_all_memory_or_time_is_an_error() {
    let list = format!("[{}]", "0,".repeat(1000));
    let nested = format!("[for a in {list} : [for b in {list} : [for c in {list} : [for d in {list} : d]]]]");
    assert!(message(&nested).contains("too large"), "loops");
    let text = "x".repeat(1 << 20);
    let doubled = format!("[for a in {list} : \"{text}${{a}}\"]");
    assert!(message(&doubled).contains("too large"), "text");
}
