//! What holds of the reading of any script, and tables of what is understood.

use super::lexer::{self, Quote, TokenKind};
use super::shell::{self, Dialect, Then};
use super::terraform::Terraform;
use super::text::{Variables, written};
use super::tree::{Item, StatementKind};
use super::*;
use crate::source::SourceFile;

/// Scripts of all shapes: what is done to them must never go wrong.
const CORPUS: &[&str] = &[
    "#!/usr/bin/env groovy\n@Library('a@v1.0') _\npipeline {\n  agent any\n  stages { stage('x') { steps { sh 'terraform apply' } } }\n}\n",
    "def a = \"one ${b(\"two ${c ? 'three' : \"${d}\"}\")} $e.f.g\"\ndef f = ~/a\\/b$/\ndef g = $/ $$ $/ ${h} /$\nint i = a / b / c\n",
    "node('x') {\n  try {\n    def r = sh(returnStatus: true, script: \"\"\"\n      set -x\n      terraform plan \\\\\n        -out=${plan}\n    \"\"\".stripIndent())\n  } catch (e) { throw e } finally { cleanWs() }\n}\n",
    "switch (params.A) { case 'x': sh 'a'; break\n default:\n sh 'b' }\nfor (int i = 0; i < 3; i++) { echo \"$i\" }\nwhile (true) { break }\n",
    "properties([parameters([string(name: 'A', defaultValue: ''), choice(choices: ['x', 'y'], name: 'B')])])\nparallel a: { node { sh 'x' } }, b: { sh \"y\" }, failFast: true\n",
    "class A implements Serializable { def steps\n A(steps) { this.steps = steps }\n def b(Map c = [:]) { steps.sh \"x ${c.d?.e}\" } }\n/* c */ // d\nreturn this\n",
    "sh '''cat <<EOF > x\nterraform destroy\nEOF\n(cd a && terraform apply) || { echo b; exit 1; }\nif ! terraform plan; then exit 1; fi\n`which terraform` init\nbash -c \"terraform $(echo apply)\"\n'''\nbat \"terraform apply ^\r\n -auto-approve %X%\"\npowershell \"terraform plan `\n -out x; $env:TF_INPUT=0\"\n",
    "withCredentials([[$class: 'AmazonWebServicesCredentialsBinding', credentialsId: 'a'], string(credentialsId: 'b', variable: 'C')]) { echo \"${C}\" }\n",
    "été = 'é\\u00e9\\n'\nenv['A'] = x?.y ?: z\nlist.each { k, v -> println k }\ndef c = { it * 2 }\nc(1)\nif (a) b() else if (c) d() else e()\n",
    "'unterminated\n\"open ${ (a } \" ]\n/* never closed",
];

fn file(text: &str) -> SourceFile {
    SourceFile::new("Jenkinsfile", text.as_bytes().to_vec())
}

fn read_text(text: &str) -> Script {
    read(FileId(0), &file(text), false)
}

/// The texts of the tokens that are no space.
fn lexed(text: &str) -> Vec<(TokenKind, String)> {
    let file = file(text);
    let mut complaints = Complaints { file: FileId(0), problems: Vec::new() };
    let tokens = lexer::tokens(&file, &mut complaints);
    assert!(complaints.problems.is_empty(), "{text}: {:?}", complaints.problems);
    let shown = |token: &lexer::Token| (token.kind, file.text[token.start as usize..token.end as usize].to_owned());
    tokens.iter().map(shown).filter(|(kind, _)| *kind != TokenKind::Space).collect()
}

/// Changes to the corpus: cut off anywhere, pieces left out, characters put in.
fn mutations() -> Vec<String> {
    let mut texts: Vec<String> = CORPUS.iter().map(|text| (*text).to_owned()).collect();
    let mut state = 1_u64;
    let mut next = |limit: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % limit.max(1)
    };
    for text in CORPUS {
        let letters: Vec<char> = text.chars().collect();
        for _ in 0..150 {
            let (from, to) = (next(letters.len()), next(letters.len()));
            texts.push(letters[..from].iter().collect());
            let cut: String = letters[..from.min(to)].iter().chain(&letters[from.max(to)..]).collect();
            let extra = ["'", "\"", "\"\"\"", "${", "}", "{", "(", "/", "$/", "\\", "\n", "é", "\0", ")", "]", "'''"];
            let mut with = letters.clone();
            with.splice(from..from, extra[next(extra.len())].chars());
            texts.push(cut);
            texts.push(with.into_iter().collect());
        }
    }
    texts
}

#[test]
fn tokens_put_together_are_the_text() {
    for text in mutations() {
        let file = file(&text);
        let mut complaints = Complaints { file: FileId(0), problems: Vec::new() };
        let mut at = 0;
        for token in lexer::tokens(&file, &mut complaints) {
            assert_eq!(token.start, at, "{text}");
            assert!(token.start <= token.end, "{text}");
            at = token.end;
        }
        assert_eq!(at as usize, text.len(), "{text}");
    }
}

#[test]
fn nothing_goes_wrong_whatever_the_text() {
    for text in mutations() {
        let script = read_text(&text);
        for collection in &script.collections {
            assert!(facts::NAMES.contains(&collection.name));
            for fact in &collection.facts {
                assert!(fact.place.start < fact.place.end, "{text}: {fact:?}");
                assert!(fact.place.start as usize <= text.len(), "{text}: {fact:?}");
            }
        }
        for window in script.layout.comments.windows(2) {
            assert!(window[0] <= window[1]);
        }
    }
}

#[test]
fn slashes_divide_or_begin_strings() {
    let slashy = TokenKind::StringStart(Quote::Slashy);
    for (text, strings) in [
        ("a = b / c / d", 0),
        ("a = /b/", 1),
        ("a(/b/, /c/)", 2),
        ("a = (b) /c/ d", 0),
        ("a = [1]/2/3", 0),
        ("a =~ /^b\\/c$/", 1),
        ("a = /b ${c / d} $e/ // comment", 1),
        ("a = b /* c */ / d", 0),
    ] {
        let found = lexed(text).iter().filter(|(kind, _)| *kind == slashy).count();
        assert_eq!(found, strings, "{text}");
    }
}

#[test]
fn values_stand_in_strings() {
    let kinds = |text: &str| -> Vec<String> {
        let shown = |(kind, text): (TokenKind, String)| match kind {
            TokenKind::StringText(_) => Some(text),
            TokenKind::HoleName => Some(format!("<{text}>")),
            TokenKind::HoleStart => Some("<".to_owned()),
            TokenKind::HoleEnd => Some(">".to_owned()),
            _ => None,
        };
        lexed(text).into_iter().filter_map(shown).collect()
    };
    for (text, expected) in [
        (r#""a $b.c. ${d}""#, vec!["a ", "<$b.c>", ". ", "<", ">"]),
        (r#""\$a \${b}""#, vec![r"\$a \${b}"]),
        ("'$a ${b}'", vec!["$a ${b}"]),
        (r#""""a "b" ${c}""""#, vec!["a \"b\" ", "<", ">"]),
        ("$/a $$ ${b} $/ c/$", vec!["a $$ ", "<", ">", " $/ c"]),
        (r#""${a { "}" }}""#, vec!["<", "}", ">"]),
        ("''", vec![]),
        ("'''it's'''", vec!["it's"]),
    ] {
        assert_eq!(kinds(text), expected, "{text}");
    }
}

#[test]
fn what_groovy_cannot_read_is_a_problem_where_it_begins() {
    for (text, line, message) in [
        ("a {\n  b {\n}\n", 1, "`{` is not closed"),
        ("a {\n}\n}\n", 3, "`}` closes nothing"),
        ("a(\n  b {\n)\n}\n", 3, "`)` comes before the `{` of line 2, column 5 is closed"),
        ("x\ndef a = 'b\ny\n", 2, "not closed on its line"),
        ("x\nsh '''\nterraform\n", 2, "the string that begins with `'''` is not closed"),
        ("x\n\nsh \"\"\"\n${a\n", 3, "its `${` in line 4 is open"),
        ("x\n/* y\n", 2, "the comment is not closed"),
        ("x\n# y\n", 2, "`#` means nothing"),
        ("x\na = \"$(date)\"\n", 2, "wants a name or `{` after `$`"),
        ("x\na = 'a\\d'\n", 2, "no escape"),
        ("x\ny = \u{0}\n", 2, "means nothing"),
    ] {
        let file = file(text);
        let script = read(FileId(0), &file, false);
        let found = script.problems.iter().map(|problem| {
            let place = problem.span.map(|span| file.position(span.start).line).unwrap_or_default();
            (place, problem.message.clone())
        });
        let found: Vec<(u32, String)> = found.collect();
        assert!(found.iter().any(|(at, text)| *at == line && text.contains(message)), "{text}: {found:?}");
        assert_eq!(found.len(), 1, "{text}: {found:?}");
    }
    let script = read(FileId(0), &SourceFile::new("a", b"// \xff\nx = '\xff'\n".to_vec()), false);
    assert_eq!(script.problems, []);
    let script = read(FileId(0), &SourceFile::new("a", b"x\xff = 1\n".to_vec()), false);
    assert!(script.problems.iter().all(|problem| problem.message.contains("UTF-8")), "{:?}", script.problems);
}

/// The commands of the first string in a script, each as its words and what comes after it.
fn commands(script: &str, dialect: Dialect) -> Vec<String> {
    let quoted = format!("sh '''{}'''", script.replace('\\', "\\\\").replace('\'', "\\'"));
    let file = file(&quoted);
    let mut complaints = Complaints { file: FileId(0), problems: Vec::new() };
    let tokens = lexer::tokens(&file, &mut complaints);
    let tree = parse::parse(&file, &tokens, &mut Layout::default(), &mut complaints);
    assert!(complaints.problems.is_empty(), "{quoted}: {:?}", complaints.problems);
    let StatementKind::Expression(expression) = &tree.root.statements[0].kind else { panic!("{quoted}") };
    let Some(Item::Call(call)) = expression.only() else { panic!("{quoted}") };
    let written = written(&call.arguments[0].value, &tree, &Variables::default()).unwrap();
    let shell = shell::read(&written, dialect);
    let shown = |command: &shell::Command| {
        let words: Vec<String> = command.words.iter().map(|word| word.text.replace(['\u{1}', '\u{2}'], "?")).collect();
        let then = match command.then {
            Then::Next => "",
            Then::And => " &&",
            Then::Or => " ||",
            Then::Pipe => " |",
        };
        // Words are where they are written.
        for word in &command.words {
            assert!(word.start < word.end && (word.end as usize) < quoted.len(), "{quoted}: {word:?}");
        }
        format!("{}{then}", words.join("·"))
    };
    shell.commands.iter().map(shown).collect()
}

#[test]
fn shell_scripts_are_commands_of_words() {
    for (script, expected) in [
        ("a b  'c d' \"e f\"", vec!["a·b·c d·e f"]),
        ("a \\\n  b # c\n# d\ne", vec!["a·b", "e"]),
        ("a && b || c; d | e & f", vec!["a &&", "b ||", "c", "d |", "e", "f"]),
        ("X=1 Y=\"2 3\" a b=c", vec!["a·b=c"]),
        ("a $B \"${C:-d e}\" $(f g) `h`", vec!["f·g", "h", "a·?·?·?·?"]),
        ("if ! a; then b; else c; fi", vec!["a", "b", "c"]),
        ("for x in a b; do c $x; done", vec!["c·?"]),
        ("a > b 2>&1 < c\nd 2>/dev/null", vec!["a", "d"]),
        ("cat <<EOF > x\nterraform apply\nEOF\nb", vec!["cat", "b"]),
        ("cat <<-'EOF' | a\n\tb\n\tEOF\nc", vec!["cat |", "a", "c"]),
        ("(cd a && b) || c", vec!["cd·a &&", "b ||", "c"]),
        ("bash -ec \"a && b\"", vec!["a &&", "b", "bash·-ec·a && b"]),
        ("a $((1 + (2))) b", vec!["a·?·b"]),
        ("bash <(curl x)", vec!["curl·x", "bash·?"]),
        ("a#b '#c' \\#d", vec!["a#b·#c·#d"]),
        ("case $x in a) b ;; c|d) e ;; esac", vec!["?·in·a", "b", "c |", "d", "e"]),
    ] {
        let found = commands(script, Dialect::Posix);
        if script.starts_with("case") {
            // What stands before `)` is taken for commands: patterns are no programs that matter.
            assert!(found.contains(&"b".to_owned()) && found.contains(&"e".to_owned()), "{found:?}");
        } else {
            assert_eq!(found, expected, "{script}");
        }
    }
    assert_eq!(commands("a ^\n b & rem c\nd %E%", Dialect::Batch), ["a·b", "d·?"]);
    assert_eq!(commands("a `\n 'b c' $env:D; e", Dialect::PowerShell), ["a·b c·?", "e"]);
}

#[test]
fn terraform_commands_have_options_and_files() {
    for (script, expected) in [
        ("terraform apply", "terraform apply - no"),
        ("terraform -chdir=x apply -input=false tfplan", "terraform apply -chdir,-input tfplan"),
        ("/opt/tf/terraform1.5 apply --auto-approve", "terraform apply -auto-approve no"),
        ("terraform apply -var a=b -var-file c.tfvars", "terraform apply -var,-var-file no"),
        ("terraform apply -lock-timeout 5m \"$PLAN\"", "terraform apply -lock-timeout ?"),
        ("terraform apply $ARGS", "terraform apply - unknown"),
        ("terraform apply $ARGS tfplan", "terraform apply - tfplan"),
        ("terragrunt run-all apply --terragrunt-non-interactive", "terragrunt apply -terragrunt-non-interactive no"),
        ("terragrunt run --all -- apply", "terragrunt apply -all no"),
        ("terragrunt apply-all", "terragrunt apply - no"),
        ("tofu destroy", "tofu destroy - no"),
        ("sudo -u ci env A=b terraform apply x", "terraform apply - x"),
        ("timeout -s INT 30m terraform apply x", "terraform apply - x"),
        ("aws-vault exec prod -- terraform apply x", "terraform apply - x"),
        ("docker run --rm -v $PWD:/terraform -w /terraform hashicorp/terraform:1.9 apply x", "terraform apply - x"),
        ("docker compose run --rm terraform apply x", "terraform apply - x"),
        ("terraform $ACTION -auto-approve", "terraform apply -auto-approve no"),
        ("terraform workspace select prod", "terraform workspace select - no"),
        ("echo terraform apply", "none"),
    ] {
        let quoted = format!("sh '{script}'");
        let file = file(&quoted);
        let mut complaints = Complaints { file: FileId(0), problems: Vec::new() };
        let tokens = lexer::tokens(&file, &mut complaints);
        let tree = parse::parse(&file, &tokens, &mut Layout::default(), &mut complaints);
        let StatementKind::Expression(expression) = &tree.root.statements[0].kind else { panic!("{quoted}") };
        let Some(Item::Call(call)) = expression.only() else { panic!("{quoted}") };
        let written = written(&call.arguments[0].value, &tree, &Variables::default()).unwrap();
        let shell = shell::read(&written, Dialect::Posix);
        let found = shell.commands.iter().find_map(Terraform::of).map_or("none".to_owned(), |terraform| {
            let options: Vec<&str> = terraform.options.iter().map(|option| option.name.as_str()).collect();
            let options = if options.is_empty() { "-".to_owned() } else { options.join(",") };
            let file = match terraform.has_plan_file() {
                Some(true) => {
                    terraform.plan_file().map(|word| word.text.replace(['\u{1}', '\u{2}'], "?")).unwrap_or_default()
                }
                Some(false) => "no".to_owned(),
                None => "unknown".to_owned(),
            };
            format!("{} {options} {file}", terraform.shown())
        });
        assert_eq!(found, expected, "{script}");
    }
}

/// The values of a field over all facts of a collection.
fn field(text: &str, collection: &str, field: &str) -> Vec<Option<bool>> {
    let script = read_text(text);
    assert_eq!(script.problems, [], "{text}");
    let found = script.collections.iter().find(|found| found.name == collection).unwrap();
    let value = |fact: &Fact| match fact.fields.iter().find(|(name, _)| *name == field) {
        Some((_, Field::Truth(truth))) => *truth,
        other => panic!("{other:?}"),
    };
    found.facts.iter().map(value).collect()
}

#[test]
fn conditions_keep_builds_out_or_not() {
    let (yes, no) = (Some(true), Some(false));
    for (condition, expected) in [
        ("env.BRANCH_NAME == 'main'", yes),
        ("env.BRANCH_NAME in ['main', 'release']", yes),
        ("env.BRANCH_NAME ==~ /release\\/.*/", yes),
        ("BRANCH_NAME != 'main'", no),
        ("!(env.BRANCH_NAME != 'main')", yes),
        ("env.BRANCH_NAME.startsWith('PR-')", no),
        ("!env.BRANCH_NAME.startsWith('PR-')", yes),
        ("env.CHANGE_ID == null", yes),
        ("!env.CHANGE_ID", yes),
        ("env.CHANGE_ID", no),
        ("env.CHANGE_ID && status == 0", no),
        ("status == 2 && env.BRANCH_NAME == 'main'", yes),
        ("env.BRANCH_NAME == 'main' || env.TAG_NAME", yes),
        ("env.BRANCH_NAME == 'main' || fileExists('x')", no),
        ("sh(returnStatus: true, script: 'x') == 0", no),
        ("isRelease()", None),
        ("params.APPLY", yes),
        ("!params.APPLY", no),
        ("params.ACTION == 'apply'", yes),
        ("params.ACTION == 'plan'", no),
        ("params.OTHER", None),
        ("isMain", yes),
        ("true", no),
    ] {
        let text = format!(
            "properties([parameters([booleanParam(name: 'APPLY', defaultValue: false), choice(name: 'ACTION', choices: ['plan', 'apply'])])])\n\
             def isMain = env.BRANCH_NAME == 'main'\nint status = sh(returnStatus: true, script: 'x')\n\
             if ({condition}) {{\n  sh 'terraform apply x'\n}}\n"
        );
        let found = field(&text, "terraform_commands", "approved");
        assert_eq!(found, [expected], "{condition}");
    }
}

#[test]
fn functions_are_followed_where_they_are_called() {
    let text = "def deploy(String dir) {\n  sh \"terraform -chdir=${dir} apply plan\"\n}\nnode {\n  deploy('a')\n  input 'ok?'\n  deploy('b')\n}\n";
    assert_eq!(field(text, "terraform_commands", "approved"), [Some(false), Some(true)]);
    let text = "def a() { b() }\ndef b() { a(); sh 'terraform apply x' }\nnode { a() }\n";
    assert_eq!(field(text, "terraform_commands", "approved"), [Some(false)]);
}
