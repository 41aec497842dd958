//! What stands where in a VPC, in rows and columns: a column for each zone, a row for each role, and in each row the chips of
//! the tiers that are in its subnets.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Element, Kind, Picture};
use super::nets::Net;

/// The rows and columns of a VPC.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The zones; `None` for subnets whose zone is not known.
    pub(super) columns: Vec<Option<String>>,
    pub(super) rows: Vec<Row>,
}

/// Subnets of one role.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) kind: Kind,
    /// The subnet in each column.
    pub(super) cells: Vec<Option<usize>>,
    pub(super) chips: Vec<Chip>,
}

/// A tier in a row.
#[derive(Debug)]
pub(super) struct Chip {
    pub(super) tier: usize,
    /// The columns that it is in, in order.
    pub(super) columns: Vec<usize>,
    /// Whether it is the first of its tier: flows begin and end there.
    pub(super) first: bool,
}

/// The most columns of subnets whose zone is not known.
const MAX_NAMELESS: usize = 4;

/// How many steps each tier is away from the internet; of those that it does not reach, from where nothing comes to.
pub(super) fn depths(picture: &Picture) -> Vec<usize> {
    let mut next: BTreeMap<Element, Vec<Element>> = BTreeMap::new();
    let mut entered: BTreeSet<Element> = BTreeSet::new();
    for flow in picture.flows.iter().filter(|flow| flow.from != flow.to) {
        next.entry(flow.from).or_default().push(flow.to);
        entered.insert(flow.to);
    }
    let mut depths: BTreeMap<Element, usize> = BTreeMap::new();
    let mut walk = |mut turn: BTreeSet<Element>, mut depth: usize| {
        while !turn.is_empty() {
            for element in &turn {
                depths.entry(*element).or_insert(depth);
            }
            let ahead = turn.iter().flat_map(|element| next.get(element).into_iter().flatten().copied());
            turn = ahead.filter(|element| !depths.contains_key(element)).collect();
            depth += 1;
        }
    };
    walk([Element::Internet].into(), 0);
    let begins = |tier: &Element| next.contains_key(tier) && !entered.contains(tier);
    walk((0..picture.tiers.len()).map(Element::Tier).filter(begins).collect(), 1);
    let of = |tier| depths.get(&Element::Tier(tier)).copied().unwrap_or(usize::MAX);
    (0..picture.tiers.len()).map(of).collect()
}

/// Lays out the subnets and tiers of a VPC.
pub(super) fn plan(picture: &Picture, subnets: &[usize], tiers: &[usize], depths: &[usize], nets: &[Net]) -> Plan {
    let mut plan = Plan { columns: columns(picture, subnets), rows: Vec::new() };
    let mut roles: BTreeMap<(Kind, &str), Vec<usize>> = BTreeMap::new();
    for &subnet in subnets {
        let of = &picture.subnets[subnet];
        roles.entry((of.kind, &of.role)).or_default().push(subnet);
    }
    let mut inside: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for &tier in tiers {
        picture.tiers[tier].subnets.iter().for_each(|subnet| inside.entry(*subnet).or_default().push(tier));
    }
    let depth = |subnets: &[usize]| {
        let own = subnets.iter().flat_map(|subnet| inside.get(subnet).into_iter().flatten());
        own.filter(|tier| !picture.tiers[**tier].nat).map(|tier| depths[*tier]).min()
    };
    let mut roles: Vec<((Kind, &str), Vec<usize>)> = roles.into_iter().collect();
    // Those of no tier come last.
    roles.sort_by_cached_key(|((kind, role), subnets)| {
        let depth = depth(subnets);
        (*kind, depth.is_none(), depth, subnets.iter().min().copied(), (*role).to_owned())
    });
    for ((kind, _), subnets) in roles {
        for cells in spread(picture, &subnets, &plan.columns) {
            plan.rows.push(Row { kind, cells, chips: Vec::new() });
        }
    }
    place_chips(&mut plan, picture, tiers, depths, nets);
    plan
}

/// The zones of the subnets, and enough columns for those whose zone is not known.
fn columns(picture: &Picture, subnets: &[usize]) -> Vec<Option<String>> {
    let zones: BTreeSet<&String> = subnets.iter().filter_map(|subnet| picture.subnets[*subnet].zone.as_ref()).collect();
    let mut columns: Vec<Option<String>> = zones.into_iter().cloned().map(Some).collect();
    let mut nameless: BTreeMap<(Kind, &str), usize> = BTreeMap::new();
    for subnet in subnets.iter().map(|subnet| &picture.subnets[*subnet]).filter(|subnet| subnet.zone.is_none()) {
        *nameless.entry((subnet.kind, &subnet.role)).or_default() += 1;
    }
    let most = nameless.into_values().max().unwrap_or(0).min(MAX_NAMELESS);
    columns.extend(std::iter::repeat_n(None, most));
    if columns.is_empty() {
        columns.push(None);
    }
    columns
}

/// The subnets of a role by column, in as many rows as it takes.
fn spread(picture: &Picture, subnets: &[usize], columns: &[Option<String>]) -> Vec<Vec<Option<usize>>> {
    let mut rows: Vec<Vec<Option<usize>>> = Vec::new();
    for &subnet in subnets {
        let zone = &picture.subnets[subnet].zone;
        let own: Vec<usize> = (0..columns.len()).filter(|column| columns[*column] == *zone).collect();
        let free = |row: &Vec<Option<usize>>| own.iter().copied().find(|column| row[*column].is_none());
        match rows.iter().enumerate().find_map(|(row, cells)| Some((row, free(cells)?))) {
            Some((row, column)) => rows[row][column] = Some(subnet),
            None => {
                let mut cells = vec![None; columns.len()];
                cells[own.first().copied().unwrap_or(0)] = Some(subnet);
                rows.push(cells);
            }
        }
    }
    rows
}

/// Puts each tier into the rows that its subnets are in. What is in no known subnet gets a row without any.
fn place_chips(plan: &mut Plan, picture: &Picture, tiers: &[usize], depths: &[usize], nets: &[Net]) {
    let mut at: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (number, row) in plan.rows.iter().enumerate() {
        for (column, subnet) in row.cells.iter().enumerate() {
            at.extend(subnet.map(|subnet| (subnet, (number, column))));
        }
    }
    let mut homeless = Vec::new();
    for &tier in tiers {
        let mut columns: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (row, column) in picture.tiers[tier].subnets.iter().filter_map(|subnet| at.get(subnet)) {
            columns.entry(*row).or_default().push(*column);
        }
        if columns.is_empty() {
            homeless.push(tier);
        }
        for (number, (row, mut columns)) in columns.into_iter().enumerate() {
            columns.sort_unstable();
            columns.dedup();
            plan.rows[row].chips.push(Chip { tier, columns, first: number == 0 });
        }
    }
    if !homeless.is_empty() {
        let columns: Vec<usize> = (0..plan.columns.len()).collect();
        let chips = homeless.into_iter().map(|tier| Chip { tier, columns: columns.clone(), first: true }).collect();
        plan.rows.push(Row { kind: Kind::Unknown, cells: vec![None; plan.columns.len()], chips });
    }
    let wired: BTreeSet<Element> =
        nets.iter().flat_map(|net| net.sources.iter().chain(&net.targets)).copied().collect();
    for row in &mut plan.rows {
        // Those of flows first, as far as they are away from the internet.
        row.chips.sort_by_key(|chip| {
            let idle = !chip.first || !wired.contains(&Element::Tier(chip.tier));
            (idle, picture.tiers[chip.tier].nat, depths[chip.tier], chip.tier)
        });
    }
}
