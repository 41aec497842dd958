//! What reading and checking plan JSON costs, beside what it costs to go over it once (`serde_json` into nothing).
//!
//! The plans stay below `target/tmp/`, for measuring whole processes: `/usr/bin/time -v terravet check target/tmp/plan-10000.json`.

#[path = "generate/plan.rs"]
mod plan_text;

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::path::Path;

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
fn read(bytes: Vec<u8>) -> usize {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, _) = Policy::load(&Settings::default(), &mut sources, &mut trees);
    let plan = plan::open(bytes, "plan.json", &policy.demand(&trees), &mut sources).expect("it is a plan");
    plan.changes.len()
}

/// Everything that `terravet check plan.json --format json` does but the digest.
fn check(bytes: Vec<u8>) -> Vec<u8> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, problems) = Policy::load(&Settings::default(), &mut sources, &mut trees);
    assert_eq!(problems, []);
    let plan = plan::open(bytes, "plan.json", &policy.demand(&trees), &mut sources).expect("it is a plan");
    let reading = plan::reading(plan, None, &Options::default(), &mut sources, &mut trees);
    assert_eq!(reading.problems, []);
    let mut check = Check::new(&policy, "2026-01-01");
    check.add(&reading, None, &sources, &trees);
    let report = check.finish(Vec::new(), &BTreeSet::new(), &sources, &trees);
    assert_eq!(report.findings.len(), 0);
    let mut out = Vec::new();
    report::write(Format::Json, &report, &sources, Default::default(), &mut out).expect("memory takes all");
    out
}

fn plan_json(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan JSON");
    group.sample_size(10);
    for (resources, indented) in [(1_000, false), (10_000, false), (10_000, true), (50_000, false)] {
        let text = plan_text::plan_json(resources, indented);
        let name = format!("{resources}{}", if indented { "-indented" } else { "" });
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("plan-{name}.json"));
        fs::write(path, &text).expect("the build's directory takes files");
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(BenchmarkId::new("validate", &name), |bencher| {
            bencher.iter(|| serde_json::from_str::<IgnoredAny>(black_box(&text)).is_ok());
        });
        group.bench_function(BenchmarkId::new("read", &name), |bencher| {
            bencher.iter(|| read(text.clone().into_bytes()))
        });
        group.bench_function(BenchmarkId::new("check", &name), |bencher| {
            bencher.iter(|| check(text.clone().into_bytes()))
        });
    }
    group.finish();
}

criterion_group!(benches, plan_json);
criterion_main!(benches);
