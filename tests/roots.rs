//! `terravet roots` in a repository that changes: which root modules a change touches.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// A git repository that goes with the test.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let directory = std::env::temp_dir().join(format!("terravet-roots-{name}-{}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        let repository = Self(fs::canonicalize(directory).unwrap());
        repository.git(&["init", "-q", "-b", "main"]);
        for (path, text) in files {
            repository.write(path, text);
        }
        repository.commit();
        repository
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) {
        let who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        let run = Command::new("git").args(who).args(arguments).current_dir(&self.0).output().unwrap();
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "change"]);
    }

    /// Exit code, standard output, standard error.
    fn terravet(&self, directory: &str, arguments: &[&str]) -> (i32, String, String) {
        let run = Command::new(env!("CARGO_BIN_EXE_terravet"))
            .arg("roots")
            .args(arguments)
            .current_dir(self.0.join(directory))
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (run.status.code().unwrap(), text(&run.stdout), text(&run.stderr))
    }

    #[track_caller]
    fn expect(&self, arguments: &[&str], expected: &[&str]) {
        let (code, stdout, stderr) = self.terravet(".", arguments);
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert_eq!(stdout.lines().collect::<Vec<_>>(), expected, "{arguments:?}");
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const MONOREPO: &[(&str, &str)] = &[
    ("envs/dev/main.tf", "module \"net\" {\n  source = \"../../modules/net\"\n}\n"),
    (
        "envs/prod/main.tf",
        "module \"net\" {\n  source = \"../../modules/net\"\n}\nlocals {\n  p = file(\"../../shared/admin.json\")\n}\n",
    ),
    ("envs/prod/terraform.tfvars", ""),
    ("modules/net/main.tf", "module \"names\" {\n  source = \"../names\"\n}\n"),
    ("modules/net/templates/init.tpl", "one"),
    ("modules/names/main.tf", ""),
    ("tools/main.tf", ""),
    ("shared/admin.json", "{}"),
    ("docs/readme.md", ""),
    ("policy/.terravet.hcl", ""),
    ("policy/rules/size.hcl", ""),
    ("policy/root/main.tf", ""),
];

const ALL: &[&str] = &["envs/dev", "envs/prod", "policy/root", "tools"];

#[test]
fn shares_are_all_of_them_each_once() {
    let repository = Repository::new("shares", MONOREPO);
    repository.expect(&[], ALL);
    repository.expect(&["envs", "tools"], &["envs/dev", "envs/prod", "tools"]);
    repository.expect(&["--shard", "1/3"], &["envs/dev", "tools"]);
    repository.expect(&["--shard", "2/3"], &["envs/prod"]);
    repository.expect(&["--shard", "3/3"], &["policy/root"]);
    repository.expect(&["--shard", "5/5"], &[]);
    repository.expect(&["--format", "json", "envs"], &[r#"["envs/dev","envs/prod"]"#]);
    for wrong in ["0/2", "3/2", "1", "a/b", "1/0"] {
        assert_eq!(repository.terravet(".", &["--shard", wrong]).0, 2, "{wrong}");
    }
    assert_eq!(repository.terravet("envs", &["."]).1, "dev\nprod\n");
    assert_eq!(repository.terravet(".", &["nowhere"]).0, 2);
}

#[test]
fn a_change_touches_who_calls_what_changed() {
    for (what, path, expected) in [
        ("a root module", "tools/main.tf", &["tools"][..]),
        ("its variables", "envs/prod/terraform.tfvars", &["envs/prod"]),
        ("a new file in it", "envs/dev/new.tf", &["envs/dev"]),
        ("a file below it", "envs/dev/files/x.txt", &["envs/dev"]),
        ("a called module", "modules/net/main.tf", &["envs/dev", "envs/prod"]),
        ("a module called by a called one", "modules/names/main.tf", &["envs/dev", "envs/prod"]),
        ("a template of a module", "modules/net/templates/init.tpl", &["envs/dev", "envs/prod"]),
        ("a file elsewhere that a module names", "shared/admin.json", &["envs/prod"]),
        ("a file that nobody names", "docs/readme.md", &[]),
        ("a rule", "policy/rules/size.hcl", &["policy/root"]),
        ("the configuration of terravet", "policy/.terravet.hcl", &["policy/root"]),
        ("the configuration for all", ".terravet.hcl", ALL),
        ("the lock file", "tools/.terraform.lock.hcl", &["tools"]),
    ] {
        let repository = Repository::new("touches", MONOREPO);
        let text = if path.ends_with("main.tf") {
            fs::read_to_string(repository.0.join(path)).unwrap()
        } else {
            String::new()
        };
        let comment = if path.ends_with(".json") { " " } else { "# changed\n" };
        repository.write(path, &(text + comment));
        println!("{what}");
        repository.expect(&["--changed-since", "main"], expected);
        repository.git(&["checkout", "-q", "-b", "feature"]);
        repository.commit();
        repository.expect(&["--changed-since", "main"], expected);
        repository.git(&["checkout", "-q", "main"]);
        repository.write("tools/other.tf", "");
        repository.commit();
        repository.git(&["checkout", "-q", "feature"]);
        repository.expect(&["--changed-since", "main"], expected);
    }
}

#[test]
fn what_is_gone_counts_too() {
    let repository = Repository::new("gone", MONOREPO);
    fs::remove_dir_all(repository.0.join("modules/names")).unwrap();
    repository.commit();
    repository.expect(&["--changed-since", "HEAD~1"], &["envs/dev", "envs/prod"]);
    fs::remove_dir_all(repository.0.join("tools")).unwrap();
    repository.git(&["mv", "envs/dev", "envs/test"]);
    repository.commit();
    repository.expect(&["--changed-since", "HEAD~1"], &["envs/test"]);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let repository = Repository::new("compared", MONOREPO);
    let (code, stdout, stderr) = repository.terravet(".", &["--changed-since", "nowhere"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("nowhere"), "{stderr}");
    let (code, _, stderr) = repository.terravet(".", &["--changed-since", "--output=/tmp/x"]);
    assert_eq!(code, 2, "{stderr}");
    repository.git(&["checkout", "-q", "--orphan", "other"]);
    repository.write("docs/other.md", "");
    repository.commit();
    let (code, _, stderr) = repository.terravet(".", &["--changed-since", "main"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("no commit in common"), "{stderr}");
    assert_eq!(repository.terravet(".", &["--changed-since", "HEAD"]).1, "");
}
