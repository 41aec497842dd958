//! `terravet reach`: which packets get from one end to another.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::arguments::Variables;
use super::environment::{self, Color};
use super::reading::{Input, read};
use super::rules::complain;
use super::{Failure, INCOMPLETE, output};
use crate::network::reach::{Answer, Cell, End, Hop, Packets, Question, Reach, Verdict, Wanted};
use crate::source::{Sources, Span};
use crate::syntax::Trees;

/// Say which packets get from one end to another, and why, before anything is applied
///
/// An end is `internet` (every public address), an IP address, the address of a resource (one instance, or all instances
/// where no key is given: then any of them counts), a subnet, a security group or a VPC (what is in it), `tag:KEY=VALUE`, or
/// `on-premises`, or `tier.NAME` where `.terravet.hcl` declares tiers. Reachable means that some packet gets there and its
/// answer gets back. Without ends, all tiers (those declared, else by the tag `Tier`) and the internet are shown against
/// each other.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet reach --from internet --to aws_db_instance.main
  terravet reach envs/prod --from tag:Tier=web --to tag:Tier=db --port 5432 --protocol tcp
  terravet reach plan.json --source . --from internet --to aws_instance.web[0] --port 22 --assert unreachable
  terravet reach --from internet --to aws_ecs_service.app --relay

Exit codes: 0 whatever the answer, 1 where --assert says otherwise, 2 where something was not understood.")]
pub(super) struct Arguments {
    /// Directory of a root module, a plan or a state; `-` is a plan or state from standard input
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Where packets come from
    #[arg(long, value_name = "END", value_parser = End::parse)]
    from: Option<End>,
    /// Where they go
    #[arg(long, value_name = "END", value_parser = End::parse)]
    to: Option<End>,
    /// Port at the destination
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// tcp, udp, icmp, icmpv6 or a number [default: any; with --port, tcp or udp]
    #[arg(long, value_name = "PROTOCOL", value_parser = protocol)]
    protocol: Option<u8>,
    /// Let load balancers carry packets on
    #[arg(long)]
    relay: bool,
    /// What to print: human or json
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
    /// Exit with 1 where the answer is not this one
    #[arg(long, value_enum, value_name = "RESULT")]
    assert: Option<Asserted>,
    /// The root module that a plan was made of [default: the directory that the plan lies in]
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    /// Configuration that declares tiers [default: the nearest .terravet.hcl]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: Color,
    #[command(flatten)]
    variables: Variables,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Human,
    /// For machines
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Asserted {
    /// Some packet certainly gets there and back
    Reachable,
    /// Certainly none does
    Unreachable,
}

fn protocol(text: &str) -> Result<u8, String> {
    match text.to_ascii_lowercase().as_str() {
        "tcp" => Ok(6),
        "udp" => Ok(17),
        "icmp" => Ok(1),
        "icmpv6" => Ok(58),
        number => number.parse().map_err(|_| "it takes tcp, udp, icmp, icmpv6 or a number from 0 to 255".to_owned()),
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let input = Input {
        path: &arguments.path,
        source: arguments.source.as_deref(),
        options: arguments.variables.options(current.clone()),
        current: &current,
    };
    let reading = read(&input, &mut sources, &mut trees)?;
    let (intent, problems) = input.intent(arguments.config.as_deref(), &mut sources, &mut trees)?;
    let refused = complain(&[reading.problems.as_slice(), &problems].concat(), &sources);
    let reach = Reach::new(&reading.inventory, &trees).with(&intent);
    let wanted = Wanted { protocol: arguments.protocol, port: arguments.port };
    let (from, to) = match (&arguments.from, &arguments.to) {
        (Some(from), Some(to)) => (from, to),
        (None, None) if arguments.assert.is_none() => {
            let cells = reach.matrix(&wanted, arguments.relay);
            match arguments.format {
                Format::Human => output::print(&human_matrix(&cells))?,
                Format::Json => print_json(&MatrixJson { matrix: cells.iter().map(cell_json).collect() })?,
            }
            return Ok(refused);
        }
        (_, _) => return Err(Failure::new("say both ends, with --from and --to; or none, for all tiers")),
    };
    let question = Question { from: from.clone(), to: to.clone(), wanted, relay: arguments.relay };
    let answer = reach.answer(&question).map_err(Failure::new)?;
    match arguments.format {
        Format::Human => output::print(&human(&answer, &sources, &reading.sensitive_spans))?,
        Format::Json => print_json(&document(&answer, &sources))?,
    }
    if refused != 0 {
        return Ok(INCOMPLETE);
    }
    let wanted = arguments.assert.map(|asserted| match asserted {
        Asserted::Reachable => Verdict::Reachable,
        Asserted::Unreachable => Verdict::Unreachable,
    });
    Ok(u8::from(wanted.is_some_and(|wanted| wanted != answer.verdict)))
}

/// As people read it.
fn human(answer: &Answer, sources: &Sources, hidden: &[Span]) -> String {
    let mut text = answer.verdict.word().to_owned();
    if answer.relayed {
        text.push_str(", relayed by a load balancer");
    }
    text.push('\n');
    let mut section = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            text.push_str(&format!("\n{title}\n"));
            lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
    };
    let may = if answer.verdict == Verdict::Undetermined { "what may get there" } else { "what gets there" };
    section(may, answer.packets.iter().map(packets).collect());
    let hops = |hops: &[Hop]| hops.iter().flat_map(|it| hop(it, sources, hidden)).collect::<Vec<_>>();
    section("the way", hops(&answer.path));
    section("blocked by", hops(&answer.blocked_by));
    section("hangs on", hops(&answer.depends_on));
    text
}

fn packets(packets: &Packets) -> String {
    format!("{} from {} to {}", service(packets), packets.source, packets.destination)
}

/// Protocol and ports.
fn service(packets: &Packets) -> String {
    let ports = match (packets.ports.as_str(), packets.protocol.as_str()) {
        ("", _) => String::new(),
        (types, "icmp" | "icmpv6") => format!(" type {types}"),
        (ports, _) => format!(" {ports}"),
    };
    let protocol = if packets.protocol == "all" { "every protocol" } else { packets.protocol.as_str() };
    format!("{protocol}{ports}")
}

/// A hop, and the line that says so.
fn hop(hop: &Hop, sources: &Sources, hidden: &[Span]) -> Vec<String> {
    let name = hop.address.as_deref().unwrap_or(hop.kind);
    let Some(span) = hop.place else { return vec![format!("{name}: {}", hop.why)] };
    let position = sources.position(span);
    let file = sources.file(span.file);
    let mut lines = vec![format!("{name}: {} ({}:{})", hop.why, file.path, position.line)];
    let is_hidden = hidden.iter().any(|hidden| hidden.contains(span) || span.contains(*hidden));
    if file.has_text() && !is_hidden {
        lines.push(format!("    {}", file.line(position.line).trim()));
    }
    lines
}

#[derive(Serialize)]
struct Document<'a> {
    result: &'static str,
    relayed: bool,
    packets: Vec<PacketsJson<'a>>,
    path: Vec<HopJson<'a>>,
    blocked_by: Vec<HopJson<'a>>,
    depends_on: Vec<HopJson<'a>>,
}

#[derive(Serialize)]
struct MatrixJson<'a> {
    matrix: Vec<CellJson<'a>>,
}

#[derive(Serialize)]
struct CellJson<'a> {
    from: &'a str,
    to: &'a str,
    result: &'static str,
    relayed: bool,
    packets: Vec<PacketsJson<'a>>,
}

#[derive(Serialize)]
struct PacketsJson<'a> {
    protocol: &'a str,
    ports: &'a str,
    source: &'a str,
    destination: &'a str,
}

#[derive(Serialize)]
struct HopJson<'a> {
    kind: &'a str,
    address: Option<&'a str>,
    why: &'a str,
    location: Option<LocationJson<'a>>,
}

#[derive(Serialize)]
struct LocationJson<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

fn document<'a>(answer: &'a Answer, sources: &'a Sources) -> Document<'a> {
    Document {
        result: answer.verdict.word(),
        relayed: answer.relayed,
        packets: answer.packets.iter().map(packets_json).collect(),
        path: hops_json(&answer.path, sources),
        blocked_by: hops_json(&answer.blocked_by, sources),
        depends_on: hops_json(&answer.depends_on, sources),
    }
}

fn print_json(document: &impl Serialize) -> Result<(), Failure> {
    output::print_with(|out| {
        serde_json::to_writer_pretty(&mut *out, document)?;
        out.write_all(b"\n")
    })
}

fn packets_json(packets: &Packets) -> PacketsJson<'_> {
    let Packets { protocol, ports, source, destination } = packets;
    PacketsJson { protocol, ports, source, destination }
}

fn cell_json(cell: &Cell) -> CellJson<'_> {
    CellJson {
        from: &cell.from,
        to: &cell.to,
        result: cell.verdict.word(),
        relayed: cell.relayed,
        packets: cell.packets.iter().map(packets_json).collect(),
    }
}

/// The matrix as people read it: what is unreachable is left out.
fn human_matrix(cells: &[Cell]) -> String {
    let mut text = String::new();
    let mut hidden = 0;
    for cell in cells {
        if cell.verdict == Verdict::Unreachable {
            hidden += 1;
            continue;
        }
        let mut what: Vec<String> = Vec::new();
        for packets in &cell.packets {
            let next = service(packets);
            if !what.contains(&next) {
                what.push(next);
            }
        }
        let relayed = if cell.relayed { ", relayed" } else { "" };
        text.push_str(&format!(
            "{} -> {}: {}{relayed} ({})\n",
            cell.from,
            cell.to,
            cell.verdict.word(),
            what.join(", ")
        ));
    }
    match (text.is_empty(), hidden) {
        (true, 0) => text.push_str("nothing here has a network interface\n"),
        (true, pairs) => text.push_str(&format!("nothing reaches anything ({pairs} pairs)\n")),
        (false, 0) => {}
        (false, pairs) => text.push_str(&format!("{pairs} other pairs: unreachable\n")),
    }
    text
}

fn hops_json<'a>(hops: &'a [Hop], sources: &'a Sources) -> Vec<HopJson<'a>> {
    hops.iter().map(|hop| hop_json(hop, sources)).collect()
}

fn hop_json<'a>(hop: &'a Hop, sources: &'a Sources) -> HopJson<'a> {
    let location = hop.place.map(|span| {
        let (start, end) = (sources.file(span.file).position(span.start), sources.file(span.file).position(span.end));
        let file = &sources.file(span.file).path;
        LocationJson { file, line: start.line, column: start.column, end_line: end.line, end_column: end.column }
    });
    HopJson { kind: hop.kind, address: hop.address.as_deref(), why: &hop.why, location }
}
