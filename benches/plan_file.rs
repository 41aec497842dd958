//! What reading and checking a saved plan file costs. `terraform show -json` of the same plan takes seconds: it starts the
//! provider for its schema.

#[path = "../tests/plan_bytes/mod.rs"]
mod plan_bytes;

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rmp::encode::{write_array_len, write_bool, write_map_len, write_nil, write_sint, write_str};
use terravet::inventory::Demand;
use terravet::plan;
use terravet::policy::{Check, Policy, Settings};
use terravet::report::{self, Format};
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::Options;

/// What the binary uses.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A value to be written as Terraform writes it.
enum Encoded<'v> {
    Null,
    Unknown,
    Bool(bool),
    Number(i64),
    Text(&'v str),
    List(Vec<Encoded<'v>>),
    Object(Vec<(&'v str, Encoded<'v>)>),
}

impl Encoded<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Null => write_nil(out).expect("memory takes all"),
            Self::Unknown => out.extend(b"\xd4\x00\x00"),
            Self::Bool(value) => write_bool(out, *value).expect("memory takes all"),
            Self::Number(value) => drop(write_sint(out, *value).expect("memory takes all")),
            Self::Text(text) => write_str(out, text).expect("memory takes all"),
            Self::List(elements) => {
                write_array_len(out, elements.len() as u32).expect("memory takes all");
                elements.iter().for_each(|element| element.write(out));
            }
            Self::Object(entries) => {
                write_map_len(out, entries.len() as u32).expect("memory takes all");
                for (name, value) in entries {
                    write_str(out, name).expect("memory takes all");
                    value.write(out);
                }
            }
        }
    }
}

/// A first plan of so many security groups, each with its configuration.
fn planned(count: usize) -> Vec<u8> {
    let mut message = plan_bytes::head("1.11.4");
    let mut configuration = String::new();
    for index in 0..count {
        use Encoded::{Bool, List, Null, Number, Object, Text, Unknown};
        let (name, block) = (format!("g{index}"), format!("10.{}.{}.0/24", index / 256 % 256, index % 256));
        let ingress = Object(vec![
            ("cidr_blocks", List(vec![Text(&block)])),
            ("description", Text("HTTPS")),
            ("from_port", Number(443)),
            ("ipv6_cidr_blocks", List(Vec::new())),
            ("prefix_list_ids", List(Vec::new())),
            ("protocol", Text("tcp")),
            ("security_groups", List(Vec::new())),
            ("self", Bool(false)),
            ("to_port", Number(443)),
        ]);
        let values = Object(vec![
            ("arn", Unknown),
            ("description", Text("Managed by Terraform")),
            ("egress", Unknown),
            ("id", Unknown),
            ("ingress", List(vec![ingress])),
            ("name", Text(&name)),
            ("name_prefix", Unknown),
            ("owner_id", Unknown),
            ("revoke_rules_on_delete", Bool(false)),
            ("tags", Object(vec![("Name", Text(&name))])),
            ("tags_all", Object(vec![("Name", Text(&name))])),
            ("timeouts", Null),
            ("vpc_id", Unknown),
        ]);
        let mut encoded = Vec::new();
        values.write(&mut encoded);
        message.extend(plan_bytes::change(&format!("aws_security_group.{name}"), 1, &encoded));
        configuration.push_str(&format!(
            "resource \"aws_security_group\" \"{name}\" {{\n  name = \"{name}\"\n  vpc_id = aws_vpc.main.id\n  tags = {{ Name = \
             \"{name}\" }}\n\n  ingress {{\n    description = \"HTTPS\"\n    from_port = 443\n    to_port = 443\n    protocol = \
             \"tcp\"\n    cidr_blocks = [\"{block}\"]\n  }}\n}}\n"
        ));
    }
    configuration.push_str("resource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n");
    let vpc = b"\x82\xaacidr_block\xab10.0.0.0/16\xa2id\xd4\x00\x00";
    message.extend(plan_bytes::change("aws_vpc.main", 1, vpc));
    plan_bytes::plan_file(&message, configuration.as_bytes())
}

/// Everything that `terravet check tfplan --format json` does.
fn check(bytes: &[u8]) -> Vec<u8> {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (policy, problems) = Policy::load(&Settings::default(), &mut sources, &mut trees);
    assert_eq!(problems, []);
    let demand = policy.demand(&trees);
    let plan = plan::open(Arc::from(bytes), "tfplan", &demand, &mut sources).expect("it is a plan");
    let reading = plan::reading(plan, Some(Path::new("/plan")), &Options::default(), &mut sources, &mut trees);
    assert_eq!(reading.problems, []);
    let mut check = Check::new(&policy, "2026-01-01");
    check.add(&reading, None, &sources, &trees);
    let report = check.finish(Vec::new(), &BTreeSet::new(), &sources, &trees);
    let mut out = Vec::new();
    report::write(Format::Json, &report, &sources, Default::default(), &mut out).expect("memory takes all");
    out
}

fn plan_files(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan file");
    group.sample_size(10);
    for count in [1_000, 10_000] {
        let bytes: Arc<[u8]> = planned(count).into();
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(BenchmarkId::new("read", count), |bencher| {
            bencher.iter(|| {
                let mut sources = Sources::default();
                plan::open(Arc::clone(black_box(&bytes)), "tfplan", &Demand::everything(), &mut sources).is_ok()
            });
        });
        group.bench_function(BenchmarkId::new("check", count), |bencher| bencher.iter(|| check(&bytes)));
    }
    group.finish();
}

criterion_group!(benches, plan_files);
criterion_main!(benches);
