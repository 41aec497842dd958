//! Blocks that share addresses.

use crate::network::sets::Family;

use super::vpcs::Block;

/// So many pairs are found of one block with others; the rest says nothing new.
const PAIRS: usize = 20;

/// Pairs of blocks that share addresses, by index, the lower one first; pairs of one owner are left out. CIDR blocks lie
/// inside each other or apart, so a block overlaps exactly those that are open when it begins.
#[must_use]
pub fn overlapping<'b>(blocks: &[(usize, &'b Block<'b>)]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(Family, u128, std::cmp::Reverse<u128>, usize)> = blocks
        .iter()
        .enumerate()
        .filter_map(|(index, (_, block))| {
            let (family, first, last) = block.range()?;
            Some((family, first, std::cmp::Reverse(last), index))
        })
        .collect();
    ranges.sort_unstable();
    let mut open: Vec<(Family, u128, usize)> = Vec::new();
    let mut pairs = Vec::new();
    for (family, first, std::cmp::Reverse(last), index) in ranges {
        while open.last().is_some_and(|top| top.0 != family || top.1 < first) {
            open.pop();
        }
        let others = open.iter().rev().filter(|other| blocks[other.2].0 != blocks[index].0);
        pairs.extend(others.take(PAIRS).map(|other| (other.2.min(index), other.2.max(index))));
        open.push((family, last, index));
    }
    pairs.sort_unstable();
    pairs
}
