//! What reachability costs: 200 VPCs with 2,000 subnets and 5,000 security groups of 20,000 rules, all tiers against each other;
//! on one transit gateway where each tier is in its own VPC, and once more where all is joined with all.

#[path = "generate/networks.rs"]
mod networks;

use std::fs;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use terravet::network::reach::{Reach, Wanted};
use terravet::picture;
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::{self, Options};

/// What the binary uses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn reach(criterion: &mut Criterion) {
    for (name, text) in [("plain", networks::networks(200)), ("entangled", networks::entangled(200))] {
        let directory = std::env::temp_dir().join(format!("terravet-bench-{}-{name}", std::process::id()));
        fs::create_dir_all(&directory).expect("the temporary directory takes new ones");
        fs::write(directory.join("main.tf"), text).expect("the temporary directory takes files");
        let options = Options { current_directory: directory.clone(), ..Options::default() };
        let read = || {
            let (mut sources, mut trees) = (Sources::default(), Trees::default());
            let reading = terraform::read(&directory, &options, &mut sources, &mut trees);
            assert!(reading.problems.is_empty(), "{:?}", reading.problems);
            (reading, trees)
        };
        let (reading, trees) = read();
        let wanted = Wanted { protocol: None, port: None };
        let mut group = criterion.benchmark_group(format!("reach, {name}"));
        group.sample_size(10);
        group.bench_function("reading the configuration", |bench| bench.iter(|| black_box(read())));
        group.bench_function("model", |bench| bench.iter(|| black_box(Reach::new(&reading.inventory, &trees))));
        group.bench_function("model and matrix", |bench| {
            bench.iter(|| black_box(Reach::new(&reading.inventory, &trees).matrix(&wanted, false)));
        });
        group.bench_function("model and picture", |bench| {
            bench.iter(|| {
                let picture = Reach::new(&reading.inventory, &trees).picture("Network");
                picture::write(picture::Format::Svg, &picture, &mut std::io::sink()).expect("a sink takes everything");
            });
        });
        group.finish();
        let _ = fs::remove_dir_all(&directory);
    }
}

criterion_group!(benches, reach);
criterion_main!(benches);
