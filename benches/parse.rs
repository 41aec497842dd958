//! How fast configuration is read: the parser alone, over text in memory.

mod generate;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use terravet::source::{FileId, SourceFile};
use terravet::syntax::native;

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for count in [100, 2_000] {
        let source = SourceFile::new("main.tf", generate::security_groups(count).into_bytes());
        group.throughput(Throughput::Bytes(source.text.len() as u64));
        group.bench_function(format!("{count} security groups"), |bencher| {
            bencher.iter(|| native::parse(FileId(0), black_box(&source)));
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
