//! Bad input of every kind, through the real binary: it never crashes, takes at most ten seconds and 2 GiB of address
//! space, and says what is wrong at a file and line.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

mod limits;
use limits::run;

const HUGE: usize = if cfg!(debug_assertions) { 5_000_000 } else { 100_000_000 };

/// Makes `main.tf` of some text.
fn main_tf(text: impl AsRef<[u8]>) -> impl Fn(&Path) {
    move |directory| fs::write(directory.join("main.tf"), text.as_ref()).unwrap()
}

/// `open` so many times, `inside`, `close` as often.
fn nested(open: &str, inside: &str, close: &str, times: usize) -> String {
    format!("{}{inside}{}", open.repeat(times), close.repeat(times))
}

/// A group whose one tag is an expression, after some locals.
fn tagged(locals: &str, expression: &str) -> String {
    format!(
        "locals {{\n{locals}\n}}\nresource \"aws_vpc\" \"a\" {{\n  cidr_block = \"10.0.0.0/16\"\n  tags = {{ a = {expression} }}\n}}\n"
    )
}

const CHECK: &[&str] = &["check", "."];
const DEEP: usize = 100_000;

#[test]
fn nesting_beyond_the_limit_is_a_problem() {
    let too_deep = ["main.tf:", "nest"];
    let value = |open: &str, inside: &str, close: &str| {
        main_tf(format!("locals {{\n  a = {}\n}}\n", nested(open, inside, close, DEEP)))
    };
    run(&[
        ("lists", &value("[", "", "]"), CHECK, 2, &too_deep),
        ("lists not closed", &value("[", "", ""), CHECK, 2, &["main.tf:"]),
        ("only closed", &value("", "", "]"), CHECK, 2, &["main.tf:2:"]),
        ("objects", &value("{ a = ", "1", " }"), CHECK, 2, &too_deep),
        ("parentheses", &value("(", "1", ")"), CHECK, 2, &too_deep),
        ("calls", &value("tolist(", "1", ")"), CHECK, 2, &too_deep),
        ("templates", &value("\"${", "1", "}\""), CHECK, 2, &too_deep),
        ("not", &value("!", "true", ""), CHECK, 2, &too_deep),
        ("minus", &value("-", "1", ""), CHECK, 2, &too_deep),
        ("conditions", &value("true ? 1 : ", "1", ""), CHECK, 2, &["main.tf:"]),
        ("for expressions", &value("[for x in ", "[]", " : x]"), CHECK, 2, &too_deep),
        ("indexes", &value("a[", "0", "]"), CHECK, 2, &too_deep),
        ("blocks", &main_tf(nested("a {\n", "", "}\n", DEEP)), CHECK, 2, &["main.tf:"]),
        ("directives", &value("\"", &nested("%{ if true }", "", "%{ endif }", DEEP), "\""), CHECK, 2, &["main.tf:"]),
        (
            "JSON",
            &|directory| fs::write(directory.join("main.tf.json"), nested("[", "", "]", DEEP)).unwrap(),
            CHECK,
            2,
            &["main.tf.json:1:", "nest"],
        ),
        (
            "variable files",
            &|directory| {
                fs::write(directory.join("main.tf"), "variable \"a\" {}\n").unwrap();
                fs::write(directory.join("terraform.tfvars"), format!("a = {}\n", nested("[", "", "]", DEEP))).unwrap();
            },
            CHECK,
            2,
            &["terraform.tfvars:1:", "nest"],
        ),
        (
            "the configuration file",
            &|directory| {
                fs::write(directory.join("main.tf"), "").unwrap();
                fs::write(directory.join(".terravet.hcl"), format!("exclude = {}\n", nested("[", "", "]", DEEP)))
                    .unwrap();
            },
            CHECK,
            2,
            &[".terravet.hcl:1:", "nest"],
        ),
    ]);
}

#[test]
fn size_alone_is_no_problem() {
    let chain: String = (1..DEEP).map(|number| format!("  l{number} = local.l{}\n", number - 1)).collect();
    let chained = tagged(&format!("  l0 = \"x\"\n{chain}"), &format!("local.l{}", DEEP - 1));
    let operators = format!("locals {{\n  a = 1{}\n}}\n", " + 1".repeat(1_000_000));
    run(&[
        ("a huge string", &main_tf(tagged("", &format!("\"{}\"", "é".repeat(HUGE / 2)))), CHECK, 0, &[]),
        ("a huge comment", &main_tf(format!("# {}\nlocals {{}}", "x".repeat(HUGE))), CHECK, 0, &[]),
        (
            "a huge line of attributes",
            &main_tf(format!("locals {{ a = [{}] }}\n", "1, ".repeat(HUGE / 30))),
            CHECK,
            0,
            &[],
        ),
        (
            "a huge broken line",
            &main_tf(format!("locals {{ a = \"{}\" $ }}\n", "x".repeat(HUGE))),
            CHECK,
            2,
            &["main.tf:1:"],
        ),
        (
            "a huge unclosed string",
            &main_tf(format!("locals {{\n a = \"{}\n}}\n", "x".repeat(HUGE))),
            CHECK,
            2,
            &["main.tf:2:"],
        ),
        ("many broken lines", &main_tf("a = = b {\n".repeat(HUGE / 100)), CHECK, 2, &["main.tf:1:"]),
        ("a chain of locals", &main_tf(chained), CHECK, 0, &[]),
        (
            "a pile of suppressions",
            &main_tf("# terravet:ignore[sg/open-port] none\n".repeat(20_000) + "locals {}\n"),
            &["check", ".", "--format", "json"],
            0,
            &[],
        ),
        (
            "modules in modules",
            &|directory| {
                for depth in 0..300 {
                    let at = directory.join("m/".repeat(depth));
                    fs::create_dir_all(&at).unwrap();
                    fs::write(at.join("main.tf"), "module \"m\" {\n  source = \"./m\"\n}\n").unwrap();
                }
                let last = directory.join("m/".repeat(300));
                fs::create_dir_all(&last).unwrap();
                fs::write(last.join("main.tf"), "locals {}\n").unwrap();
            },
            CHECK,
            0,
            &[],
        ),
        ("a chain of operators", &main_tf(operators), CHECK, 2, &["main.tf:2:"]),
    ]);
}

#[test]
fn circles_are_problems() {
    let files = |files: &'static [(&'static str, &'static str)]| {
        move |directory: &Path| {
            for (path, text) in files {
                let path = directory.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
        }
    };
    run(&[
        (
            "locals",
            &files(&[("main.tf", "locals {\n  a = local.b\n  b = local.c\n  c = local.a\n}\n")]),
            CHECK,
            2,
            &["main.tf:", "ycle"],
        ),
        ("one local", &files(&[("main.tf", "locals {\n  a = [local.a]\n}\n")]), CHECK, 2, &["main.tf:2:"]),
        (
            "resources",
            &files(&[(
                "main.tf",
                "resource \"aws_vpc\" \"a\" {\n  cidr_block = aws_vpc.b.cidr_block\n}\nresource \"aws_vpc\" \"b\" {\n  cidr_block = aws_vpc.a.cidr_block\n}\n",
            )]),
            CHECK,
            2,
            &["main.tf:", "ycle"],
        ),
        (
            "a module that calls itself",
            &files(&[("main.tf", "module \"a\" {\n  source = \"./\"\n}\n")]),
            CHECK,
            2,
            &["main.tf:2:"],
        ),
        (
            "modules that call each other",
            &files(&[
                ("main.tf", "module \"a\" {\n  source = \"./a\"\n}\n"),
                ("a/main.tf", "module \"b\" {\n  source = \"../\"\n}\n"),
            ]),
            CHECK,
            2,
            &["a/main.tf:2:"],
        ),
        (
            "values through a module",
            &files(&[
                ("main.tf", "module \"a\" {\n  source = \"./a\"\n  x = module.a.y\n}\n"),
                ("a/main.tf", "variable \"x\" {}\noutput \"y\" {\n  value = var.x\n}\n"),
            ]),
            CHECK,
            2,
            &["main.tf:"],
        ),
        (
            "a loop of links below",
            &|directory| {
                fs::create_dir_all(directory.join("a/b")).unwrap();
                fs::write(directory.join("a/b/main.tf"), "locals {}\n").unwrap();
                symlink("..", directory.join("a/b/up")).unwrap();
                symlink("self", directory.join("a/self")).unwrap();
            },
            CHECK,
            0,
            &[],
        ),
        (
            "a module behind a loop of links",
            &|directory| {
                fs::write(directory.join("main.tf"), "module \"a\" {\n  source = \"./up/up\"\n}\n").unwrap();
                symlink(".", directory.join("up")).unwrap();
            },
            CHECK,
            2,
            &["main.tf:2:"],
        ),
        (
            "a link to itself",
            &|directory| {
                fs::write(directory.join("main.tf"), "module \"a\" {\n  source = \"./self\"\n}\n").unwrap();
                symlink("self", directory.join("self")).unwrap();
            },
            CHECK,
            2,
            &["main.tf:2:"],
        ),
    ]);
}

#[test]
fn what_cannot_be_read_is_a_problem() {
    run(&[
        ("no such directory", &|_| {}, &["check", "gone"], 2, &["gone"]),
        ("no such file", &|_| {}, &["check", "gone.tf"], 2, &["gone.tf"]),
        ("an empty directory", &|_| {}, CHECK, 2, &["nothing was checked"]),
        ("a directory of other things", &main_js, CHECK, 2, &["nothing was checked"]),
        ("a link to nothing", &|directory| symlink("gone", directory.join("main.tf")).unwrap(), CHECK, 2, &["main.tf"]),
        ("a pipe", &pipe, CHECK, 2, &["main.tf"]),
        (
            "a name that is not UTF-8",
            &|directory| {
                use std::os::unix::ffi::OsStrExt;
                fs::write(directory.join("main.tf"), "locals {}\n").unwrap();
                fs::write(directory.join(std::ffi::OsStr::from_bytes(b"b\xff.tf")), "locals {}\n").unwrap();
            },
            CHECK,
            2,
            &["its name is not UTF-8"],
        ),
        (
            "a file without permission",
            &|directory| {
                let path = directory.join("main.tf");
                fs::write(&path, "locals {}\n").unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
            },
            CHECK,
            if is_root() { 0 } else { 2 },
            &[],
        ),
        (
            "bytes that are not UTF-8 in code",
            &main_tf(b"locals {\n  a = \"\xff\xfe\"\n}\n"),
            CHECK,
            2,
            &["main.tf:2:", "UTF-8"],
        ),
        ("bytes that are not UTF-8 in a comment", &main_tf(b"# \xff\xfe\nlocals {}\n"), CHECK, 0, &[]),
        ("UTF-16", &main_tf(b"\xff\xfel\0o\0c\0a\0l\0s\0"), CHECK, 2, &["main.tf:1:"]),
        ("NUL bytes", &main_tf(b"locals {\0}\n"), CHECK, 2, &["main.tf:1:"]),
        (
            "a file cut off",
            &main_tf("resource \"aws_vpc\" \"a\" {\n  tags = {\n    a = \"b"),
            CHECK,
            2,
            &["main.tf:3:"],
        ),
        // Not read: what it holds is not known.
        ("a device", &main_tf(tagged("", "file(\"/dev/zero\")")), CHECK, 0, &[]),
        ("a missing file of a function", &main_tf(tagged("", "file(\"gone\")")), CHECK, 2, &["main.tf:6:"]),
        ("a missing module", &main_tf("module \"a\" {\n  source = \"./gone\"\n}\n"), CHECK, 2, &["main.tf:2:"]),
        (
            "a missing variable file",
            &main_tf("locals {}\n"),
            &["check", ".", "--var-file", "gone.tfvars"],
            2,
            &["gone.tfvars"],
        ),
        (
            "a missing configuration file",
            &main_tf("locals {}\n"),
            &["check", ".", "--config", "gone.hcl"],
            2,
            &["gone.hcl"],
        ),
        (
            "a plan",
            &|directory| fs::write(directory.join("plan.json"), "{\"format_version\":\"1.2\"}").unwrap(),
            &["check", "plan.json"],
            2,
            &["plan.json"],
        ),
        (
            "a report that cannot be written",
            &main_tf("locals {}\n"),
            &["check", ".", "--output", "json=gone/x.json"],
            2,
            &["gone/x.json"],
        ),
        (
            "a format that there is not",
            &main_tf("locals {}\n"),
            &["check", ".", "--format", "xml"],
            2,
            &["human, json, junit, sarif"],
        ),
        ("a broken module beside a good one", &beside, &["check", "."], 2, &["bad/main.tf:1:", "good/main.tf:1:"]),
    ]);
}

#[test]
fn functions_read_regular_files_of_the_checkout_only() {
    let asked: [(&str, &str, &str); 19] = [
        ("a link out of the checkout", r#"file("inside/out/a.txt")"#, r#""unknown":true,"type":"string""#),
        ("whether a file behind a link exists", r#"fileexists("inside/out/a.txt")"#, r#""unknown":true,"type":"bool""#),
        ("a digest of a file behind a link", r#"filemd5("inside/out/a.txt")"#, r#""unknown":true,"type":"string""#),
        ("a template behind a link", r#"templatefile("inside/out/a.txt", {})"#, r#""unknown":true,"type":"dynamic""#),
        ("a set through a linked directory", r#"fileset("inside", "**")"#, r#""unknown":true,"type":"set(string)""#),
        ("a set with a linked file", r#"fileset("inside", "*.txt")"#, r#""unknown":true,"type":"set(string)""#),
        ("a set above the checkout", r#"fileset("..", "*")"#, r#""unknown":true,"type":"set(string)""#),
        ("a set that leads nowhere else", r#"fileset("inside", "*.md")"#, r#""value":["b.md"]"#),
        (
            "a pipe read",
            r#"file("pipe")"#,
            r#""error":"Invalid value for \"path\" parameter: failed to read file: \"pipe\": not a regular file"#,
        ),
        (
            "a digest of a pipe",
            r#"filesha256("pipe")"#,
            r#""error":"Invalid value for \"path\" parameter: failed to read file: \"pipe\": not a regular file"#,
        ),
        ("whether a pipe exists", r#"fileexists("pipe")"#, r#""pipe\" is not a regular file"}"#),
        (
            "a template that is a pipe",
            r#"templatefile("pipe", {})"#,
            r#"failed to read file: \"pipe\": not a regular file"}"#,
        ),
        ("a directory read", r#"file("inside")"#, r#"failed to read file: read inside: is a directory"}"#),
        ("whether a directory exists", r#"fileexists("inside")"#, r#"\"inside\" is a directory, not a file"}"#),
        ("a huge file", r#"file("huge")"#, r#"\"huge\": larger than 67108864 bytes"}"#),
        ("a digest of a huge file", r#"filesha256("huge")"#, r#"\"huge\": larger than 67108864 bytes"}"#),
        ("bytes that are no text", r#"file("bytes")"#, r#"contents of \"bytes\" are not valid UTF-8"#),
        (
            "a template of bytes that are no text",
            r#"templatefile("bytes", {})"#,
            r#"contents of \"bytes\" are not valid UTF-8"#,
        ),
        ("bytes in Base64", r#"filebase64("bytes")"#, r#"{"value":"//4=","type":"string"}"#),
    ];
    let parts = asked.map(|(_, expression, answer)| (["evaluate", "checkout", "--expression", expression], [answer]));
    let case = |index: usize| -> limits::Case<'_> { (asked[index].0, &checkout, &parts[index].0, 0, &parts[index].1) };
    run(&(0..asked.len()).map(case).collect::<Vec<_>>());
}

/// A checkout whose files are of every kind, some of them links to what lies outside.
fn checkout(directory: &Path) {
    fs::create_dir_all(directory.join("outside")).unwrap();
    fs::create_dir_all(directory.join("checkout/.git")).unwrap();
    fs::create_dir_all(directory.join("checkout/inside")).unwrap();
    fs::write(directory.join("outside/a.txt"), "outside").unwrap();
    let checkout = directory.join("checkout");
    fs::write(checkout.join("main.tf"), "locals {}\n").unwrap();
    fs::write(checkout.join("inside/b.md"), "inside").unwrap();
    fs::write(checkout.join("bytes"), b"\xff\xfe").unwrap();
    fs::File::create(checkout.join("huge")).unwrap().set_len(100 << 20).unwrap();
    symlink("../../outside", checkout.join("inside/out")).unwrap();
    symlink("../../outside/a.txt", checkout.join("inside/a.txt")).unwrap();
    assert!(Command::new("mkfifo").arg(checkout.join("pipe")).status().unwrap().success());
}

fn main_js(directory: &Path) {
    fs::create_dir_all(directory.join(".terraform/modules")).unwrap();
    fs::write(directory.join("main.js"), "").unwrap();
    fs::write(directory.join(".terraform/modules/main.tf"), "").unwrap();
}

fn pipe(directory: &Path) {
    assert!(Command::new("mkfifo").arg(directory.join("main.tf")).status().unwrap().success());
}

fn beside(directory: &Path) {
    fs::create_dir_all(directory.join("bad")).unwrap();
    fs::create_dir_all(directory.join("good")).unwrap();
    fs::write(directory.join("bad/main.tf"), "locals { a = \n").unwrap();
    let rule = "rule \"tags/missing-required\" {\n  keys = [\"Owner\"]\n}\n";
    fs::write(directory.join(".terravet.hcl"), rule).unwrap();
    fs::write(directory.join("good/main.tf"), "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.1/16\"\n}\n")
        .unwrap();
}

/// Whether permissions mean nothing.
fn is_root() -> bool {
    fs::read_dir("/proc/self").is_ok()
        && fs::metadata("/proc/self").is_ok_and(|metadata| {
            use std::os::unix::fs::MetadataExt;
            metadata.uid() == 0
        })
}

#[test]
fn values_that_explode_are_problems() {
    let doubled = |seed: &str, step: &dyn Fn(usize) -> String| {
        (1..=60)
            .fold(format!("  l0 = {seed}\n"), |text, number| text + &format!("  l{number} = {}\n", step(number - 1)))
    };
    let text = doubled("\"0123456789\"", &|last| format!("\"${{local.l{last}}}${{local.l{last}}}\""));
    let list = doubled("[1]", &|last| format!("[local.l{last}, local.l{last}]"));
    let concat = doubled("[1]", &|last| format!("concat(local.l{last}, local.l{last})"));
    let problem = ["main.tf:"];
    run(&[
        ("range", &main_tf(tagged("", "length(range(1e12))")), CHECK, 2, &["main.tf:6:"]),
        ("range with small steps", &main_tf(tagged("", "length(range(0, 1, 1e-12))")), CHECK, 2, &["main.tf:6:"]),
        ("templates", &main_tf(tagged(&text, "local.l60")), CHECK, 2, &problem),
        ("templates nobody uses", &main_tf(tagged(&text, "\"x\"")), CHECK, 2, &problem),
        ("lists as JSON", &main_tf(tagged(&list, "jsonencode(local.l60)")), CHECK, 2, &problem),
        ("lists flattened", &main_tf(tagged(&list, "length(flatten(local.l60))")), CHECK, 2, &problem),
        ("lists compared", &main_tf(tagged(&list, "local.l60 == local.l59 ? 1 : 2")), CHECK, 2, &problem),
        ("lists joined", &main_tf(tagged(&concat, "length(local.l60)")), CHECK, 2, &problem),
        (
            "loops in loops",
            &main_tf(tagged(
                "  r = range(1000)",
                "length([for a in local.r : [for b in local.r : [for c in local.r : \"${a}-${b}-${c}\"]]])",
            )),
            CHECK,
            2,
            &problem,
        ),
        (
            // What explodes does not keep the rest from being looked at.
            "loops that nobody uses, each within bounds",
            &main_tf(
                (0..100).fold(
                    "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/8\"\n}\nlocals {\n  r = range(1024)\n"
                        .to_owned(),
                    |text, number| text + &format!("  l{number} = [for a in local.r : [for b in local.r : a + b]]\n"),
                ) + "}\n",
            ),
            CHECK,
            2,
            &["main.tf:", "cidr/invalid-size"],
        ),
        (
            "products",
            &main_tf(tagged("  r = range(1000)", "length(setproduct(local.r, local.r, local.r))")),
            CHECK,
            2,
            &problem,
        ),
        ("repeated text", &main_tf(tagged("", "format(\"%1000000000d\", 1)")), CHECK, 2, &problem),
        // As in Terraform, infinity.
        ("powers", &main_tf(tagged("", "pow(10, 1e9)")), CHECK, 0, &[]),
        ("a huge exponent", &main_tf(tagged("", "1e999999999")), CHECK, 2, &problem),
        (
            "a regular expression",
            &main_tf(tagged("", "regex(\"((((a{1000}){1000}){1000}){1000})\", \"a\")")),
            CHECK,
            2,
            &problem,
        ),
        (
            "count",
            &main_tf("resource \"aws_vpc\" \"a\" {\n  count      = 1000000000\n  cidr_block = \"10.0.0.0/16\"\n}\n"),
            CHECK,
            2,
            &["main.tf:2:"],
        ),
        (
            "modules with count",
            &|directory| {
                for depth in 0..12 {
                    let at = directory.join("m/".repeat(depth));
                    fs::create_dir_all(&at).unwrap();
                    fs::write(at.join("main.tf"), "module \"m\" {\n  source = \"./m\"\n  count = 10\n}\n").unwrap();
                }
                let last = directory.join("m/".repeat(12));
                fs::create_dir_all(&last).unwrap();
                fs::write(last.join("main.tf"), "resource \"aws_vpc\" \"a\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n")
                    .unwrap();
            },
            CHECK,
            2,
            &problem,
        ),
        (
            "JSON in",
            &main_tf(tagged("", &format!("jsondecode(join(\"\", [for i in range(1000) : \"{}\"]))", "[".repeat(1000)))),
            CHECK,
            2,
            &problem,
        ),
    ]);
}

#[test]
fn scripts_of_any_kind_come_to_an_end() {
    const FILE: &[&str] = &["check", "Jenkinsfile"];
    const MANY: usize = 100_000;
    let script =
        |text: String| move |directory: &Path| fs::write(directory.join("Jenkinsfile"), text.as_bytes()).unwrap();
    let bytes = |bytes: Vec<u8>| move |directory: &Path| fs::write(directory.join("Jenkinsfile"), &bytes).unwrap();
    let quoted = |text: String| format!("sh '''{text}'''");
    let deep = ["Jenkinsfile:1", "nested more than"];
    let calls = |at: usize| format!("def f{at}() {{ f{0}(); f{0}(); sh 'terraform plan' }}\n", at + 1);
    let question = "input 'a'\nsh 'terraform plan -out=x'\nsh 'terraform apply x'\n";
    let variable = format!("def a = '''{}'''\n{}", "b ".repeat(500_000), "sh \"$a\"\n".repeat(5_000));
    run(&[
        ("braces", &script(nested("a {", "", "}", DEEP)), FILE, 2, &deep),
        ("braces not closed", &script("a {\n".repeat(DEEP)), FILE, 2, &["Jenkinsfile:"]),
        ("braces only closed", &script("}".repeat(DEEP)), FILE, 2, &["Jenkinsfile:1"]),
        ("brackets", &script(nested("[", "", "]", DEEP)), FILE, 2, &deep),
        ("values in strings", &script(nested("\"${", "a", "}\"", DEEP)), FILE, 2, &deep),
        ("if", &script(format!("{}b", "if (a) ".repeat(DEEP))), FILE, 2, &["nested more than"]),
        ("else if", &script(format!("if (a) b() {}", "else if (a) b() ".repeat(DEEP))), FILE, 0, &["no findings"]),
        ("negations", &script(format!("if ({}a) {{ b() }}", "!".repeat(DEEP))), FILE, 0, &[]),
        ("sums", &script(format!("sh 'a'{}", " + 'b'".repeat(MANY))), FILE, 0, &[]),
        ("dots", &script(format!("a{}", ".b".repeat(MANY))), FILE, 0, &[]),
        ("calls of calls", &script(format!("a(){}", ".b()".repeat(MANY))), FILE, 0, &[]),
        ("a giant line of a script", &script("a".repeat(HUGE)), FILE, 2, &["Jenkinsfile", "larger than"]),
        ("a giant string", &script(format!("sh '{}", "a ".repeat(1_500_000))), FILE, 2, &["Jenkinsfile:1"]),
        ("a giant script", &script(quoted("terraform plan\n".repeat(MANY))), FILE, 0, &[]),
        ("many steps", &script("sh 'terraform apply -auto-approve'\n".repeat(5_000)), FILE, 1, &["auto-approve"]),
        ("many questions", &script(question.repeat(5_000)), FILE, 1, &[]),
        ("a variable in many scripts", &script(variable), FILE, 0, &[]),
        ("functions", &script((0..60).map(calls).collect::<String>() + "f0()\n"), FILE, 0, &[]),
        ("shell in shell", &script(quoted("$(a ".repeat(MANY))), FILE, 0, &[]),
        ("here-documents", &script(quoted("cat <<A\n".repeat(MANY))), FILE, 0, &[]),
        ("cut off", &script("pipeline { stages { stage('a') { sh \"terraform ${x".into()), FILE, 2, &["Jenkinsfile:1"]),
        ("not UTF-8", &bytes(vec![0xff; 100_000]), FILE, 2, &["UTF-8"]),
        ("zeros", &bytes(vec![0; 100_000]), FILE, 2, &["Jenkinsfile:1"]),
        ("nothing", &script(String::new()), FILE, 0, &["no findings"]),
    ]);
}
