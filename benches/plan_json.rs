//! What reading and checking plan JSON costs, beside what it costs to go over it once (`serde_json` into nothing).
//!
//! Plans of networks, and plans as most are (`large`). They stay below `target/tmp/`, for measuring whole processes:
//! `/usr/bin/time -v terravet check target/tmp/plan-10000.json`. With `LARGEST=1` in the environment that of a million resources
//! (3 GB) is written there too; nothing reads it here.

#[path = "generate/large_plan.rs"]
mod large_plan;
#[path = "generate/plan.rs"]
mod plan_text;

use std::collections::BTreeSet;
use std::env;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use serde::de::IgnoredAny;
use terravet::plan;
use terravet::policy::{Check, Policy, Settings};
use terravet::report::{self, Format};
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::Options;

/// What the binary uses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Reads a plan, of its resources what the shipped rules ask for.
fn read(bytes: Arc<[u8]>) -> usize {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, _) = Policy::load(&Settings::default(), &mut sources, &mut trees);
    let plan = plan::open(bytes, "plan.json", &policy.demand(&trees), &mut sources).expect("it is a plan");
    plan.changes.len()
}

/// Everything that `terravet check plan.json --format json` does but the digest.
fn check(bytes: Arc<[u8]>) -> Vec<u8> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, problems) = Policy::load(&Settings::default(), &mut sources, &mut trees);
    assert_eq!(problems, []);
    let plan = plan::open(bytes, "plan.json", &policy.demand(&trees), &mut sources).expect("it is a plan");
    let reading = plan::reading(plan, None, &Options::default(), &mut sources, &mut trees);
    assert_eq!(reading.problems, []);
    let mut check = Check::new(&policy, "2026-01-01");
    check.add(&reading, None, &sources, &trees);
    let report = check.finish(Vec::new(), &BTreeSet::new(), &sources, &trees);
    let mut out = Vec::new();
    report::write(Format::Json, &report, &sources, Default::default(), &mut out).expect("memory takes all");
    out
}

fn plan_json(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan JSON");
    group.sample_size(10);
    let networks = [(1_000, false), (10_000, false), (10_000, true), (50_000, false)].map(|(resources, indented)| {
        let name = format!("{resources}{}", if indented { "-indented" } else { "" });
        (name, plan_text::plan_json(resources, indented).into_bytes())
    });
    let large = [1_000, 30_000, 100_000].map(|resources| (format!("large-{resources}"), large(resources)));
    for (name, text) in networks.into_iter().chain(large) {
        let text: Arc<[u8]> = text.into();
        fs::write(path(&name), &text).expect("the build's directory takes files");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("validate", &name), |bencher| {
            bencher.iter(|| serde_json::from_slice::<IgnoredAny>(black_box(&text)).is_ok());
        });
        group.bench_function(BenchmarkId::new("read", &name), |bencher| bencher.iter(|| read(text.clone())));
        group.bench_function(BenchmarkId::new("check", &name), |bencher| bencher.iter(|| check(text.clone())));
    }
    group.finish();
    if env::var_os("LARGEST").is_some() {
        let mut file = BufWriter::new(File::create(path("large-1000000")).expect("the build's directory takes files"));
        large_plan::write(1_000_000, &mut file).and_then(|()| file.flush()).expect("there is room for it");
    }
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("plan-{name}.json"))
}

fn large(resources: usize) -> Vec<u8> {
    let mut text = Vec::new();
    large_plan::write(resources, &mut text).expect("memory takes all");
    text
}

criterion_group!(benches, plan_json);
criterion_main!(benches);
