//! What a whole run costs, step by step: parsing, evaluation, all shipped rules with the JSON report, and start-up.
//!
//! Each step does its own work and that of the steps before it, so that the times can be compared as they are.

mod generate;
#[path = "generate/tree.rs"]
mod tree;

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use terravet::policy::{Check, Policy, Settings};
use terravet::report::{self, Format};
use terravet::source::{FileId, SourceFile, Sources};
use terravet::syntax::{Trees, native};
use terravet::terraform::{self, Options, Reading};

/// What the binary uses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A root module on disk, removed at the end.
struct Module(PathBuf);

impl Module {
    fn new(name: &str, text: &str) -> Self {
        Self::of_files(name, &[("main.tf".to_owned(), text.to_owned())])
    }

    fn of_files(name: &str, files: &[(String, String)]) -> Self {
        let directory = std::env::temp_dir().join(format!("terravet-bench-{}-{name}", std::process::id()));
        for (path, text) in files {
            let path = directory.join(path);
            let parent = path.parent().expect("every file is in the directory");
            fs::create_dir_all(parent).expect("the temporary directory takes new ones");
            fs::write(path, text).expect("the temporary directory takes files");
        }
        Self(directory)
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn groups(count: usize) -> String {
    let start =
        "variable \"name\" { default = \"web\" }\nresource \"aws_vpc\" \"main\" { cidr_block = \"10.0.0.0/16\" }\n";
    format!("{start}{}", generate::security_groups(count))
}

fn read(directory: &Path, sources: &mut Sources, trees: &mut Trees) -> Reading {
    let reading = terraform::read(directory, &Options::default(), sources, trees);
    assert_eq!(reading.problems, []);
    reading
}

/// Everything that `terravet check --format json` does.
fn check(directory: &Path) -> Vec<u8> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, problems) = Policy::load(&Settings::default(), &mut sources, &mut trees);
    assert_eq!(problems, []);
    let reading = read(directory, &mut sources, &mut trees);
    let mut check = Check::new(&policy, "2026-01-01");
    check.add(&reading, None, &sources, &trees);
    let report = check.finish(Vec::new(), &BTreeSet::new(), &sources, &trees);
    let mut out = Vec::new();
    report::write(Format::Json, &report, &sources, Default::default(), &mut out).expect("memory takes all");
    out
}

fn steps(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("security groups");
    group.sample_size(10);
    for count in [2_000, 20_000] {
        let text = groups(count);
        let module = Module::new(&count.to_string(), &text);
        let source = SourceFile::new("main.tf", text.into_bytes());
        group.throughput(Throughput::Bytes(source.text.len() as u64));
        group.bench_function(BenchmarkId::new("parse", count), |bencher| {
            bencher.iter(|| native::parse(FileId(0), black_box(&source)));
        });
        group.bench_function(BenchmarkId::new("evaluate", count), |bencher| {
            bencher.iter(|| read(&module.0, &mut Sources::default(), &mut Trees::default()));
        });
        group.bench_function(BenchmarkId::new("check", count), |bencher| bencher.iter(|| check(&module.0)));
    }
    group.finish();
}

/// Forty modules with three subnets each, and one module that is called with so many keys.
fn module_trees(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("module tree");
    group.sample_size(10);
    for services in [1, 250, 500, 1_000] {
        let files = tree::module_tree(40, services);
        let module = Module::of_files(&format!("tree-{services}"), &files);
        let sources: Vec<_> = files.into_iter().map(|(path, text)| SourceFile::new(path, text.into_bytes())).collect();
        let parse = || sources.iter().map(|source| native::parse(FileId(0), black_box(source)).1.len()).sum::<usize>();
        assert_eq!(parse(), 0);
        group.bench_function(BenchmarkId::new("parse", services), |bencher| bencher.iter(parse));
        group.bench_function(BenchmarkId::new("evaluate", services), |bencher| {
            bencher.iter(|| read(&module.0, &mut Sources::default(), &mut Trees::default()));
        });
        group.bench_function(BenchmarkId::new("check", services), |bencher| bencher.iter(|| check(&module.0)));
    }
    group.finish();
}

fn processes(criterion: &mut Criterion) {
    let module = Module::new("one", "resource \"aws_vpc\" \"main\" { cidr_block = \"10.0.0.0/16\" }\n");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_terravet"));
        let status = command.args(arguments).current_dir(&module.0).stdout(Stdio::null()).status();
        assert!(status.expect("the binary starts").success());
    };
    let mut group = criterion.benchmark_group("process");
    group.bench_function("terravet --version", |bencher| bencher.iter(|| run(&["--version"])));
    group.bench_function("terravet check, one resource", |bencher| bencher.iter(|| run(&["check"])));
    group.finish();
}

criterion_group!(benches, steps, module_trees, processes);
criterion_main!(benches);
