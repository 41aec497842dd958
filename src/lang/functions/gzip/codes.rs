//! Go's Huffman codes (`compress/flate`, `huffman_code.go`): lengths by the package-merge algorithm, values in the order of
//! the symbols.

/// A code, its bits in the order in which they are written.
#[derive(Clone, Copy, Default)]
pub(super) struct Code {
    pub(super) bits: u16,
    pub(super) length: u8,
}

/// A code for each symbol.
pub(super) struct Codes(Vec<Code>);

const MAX_BITS: usize = 16;

impl Codes {
    /// The codes for symbols of these frequencies.
    pub(super) fn of(frequencies: &[u32], most: usize) -> Self {
        let mut codes = vec![Code::default(); frequencies.len()];
        let mut symbols: Vec<(u32, usize)> = (0..frequencies.len())
            .map(|symbol| (frequencies[symbol], symbol))
            .filter(|(count, _)| *count > 0)
            .collect();
        if symbols.len() <= 2 {
            for (index, &(_, symbol)) in symbols.iter().enumerate() {
                codes[symbol] = Code { bits: index as u16, length: 1 };
            }
            return Self(codes);
        }
        symbols.sort_unstable();
        let mut value = 0u16;
        let mut rest = &mut symbols[..];
        for (length, count) in counts(rest, most).into_iter().enumerate().skip(1) {
            value <<= 1;
            let (shorter, these) = rest.split_at_mut(rest.len() - count);
            these.sort_unstable_by_key(|&(_, symbol)| symbol);
            for &(_, symbol) in &*these {
                codes[symbol] = Code::new(value, length as u8);
                value += 1;
            }
            rest = shorter;
        }
        Self(codes)
    }

    /// The literal codes that every decoder has.
    pub(super) fn fixed_literals() -> Self {
        let code = |symbol: u16| match symbol {
            0..144 => Code::new(symbol + 48, 8),
            144..256 => Code::new(symbol - 144 + 400, 9),
            256..280 => Code::new(symbol - 256, 7),
            _ => Code::new(symbol - 280 + 192, 8),
        };
        Self((0..286).map(code).collect())
    }

    /// The offset codes that every decoder has.
    pub(super) fn fixed_offsets() -> Self {
        Self((0..30).map(|symbol| Code::new(symbol, 5)).collect())
    }

    pub(super) fn code(&self, symbol: usize) -> Code {
        self.0[symbol]
    }

    pub(super) fn lengths(&self) -> Vec<u8> {
        self.0.iter().map(|code| code.length).collect()
    }

    /// Bits that symbols of these frequencies take.
    pub(super) fn size(&self, frequencies: &[u32]) -> usize {
        frequencies.iter().zip(&self.0).map(|(&count, code)| count as usize * usize::from(code.length)).sum()
    }
}

impl Code {
    const fn new(value: u16, length: u8) -> Self {
        Self { bits: value.reverse_bits() >> (16 - length), length }
    }
}

/// A level of the package-merge algorithm.
#[derive(Clone, Copy, Default)]
struct Level {
    last: u32,
    next_symbol: u32,
    next_pair: u32,
    needed: usize,
}

const NEVER: u32 = i32::MAX as u32;

/// How many symbols, sorted by frequency, have codes of each length.
fn counts(symbols: &[(u32, usize)], most: usize) -> Vec<usize> {
    let total = symbols.len();
    let frequency = |index: usize| symbols.get(index).map_or(NEVER, |symbol| symbol.0);
    let most = most.min(total - 1);
    let mut levels = [Level::default(); MAX_BITS + 1];
    // By level: symbols left of the ancestor, on each level below, of the last node.
    let mut leaves = [[0usize; MAX_BITS]; MAX_BITS];
    for level in 1..=most {
        let next_pair = if level == 1 { NEVER } else { frequency(0) + frequency(1) };
        levels[level] = Level { last: frequency(1), next_symbol: frequency(2), next_pair, needed: 0 };
        leaves[level][level] = 2;
    }
    levels[most].needed = 2 * total - 4;
    let mut level = most;
    loop {
        let Level { last, next_symbol, next_pair, .. } = levels[level];
        if next_pair == NEVER && next_symbol == NEVER {
            levels[level].needed = 0;
            levels[level + 1].next_pair = NEVER;
            level += 1;
            continue;
        }
        if next_symbol < next_pair {
            leaves[level][level] += 1;
            levels[level].last = next_symbol;
            levels[level].next_symbol = frequency(leaves[level][level]);
        } else {
            levels[level].last = next_pair;
            let below = leaves[level - 1];
            leaves[level][..level].copy_from_slice(&below[..level]);
            levels[level - 1].needed = 2;
        }
        levels[level].needed -= 1;
        if levels[level].needed > 0 {
            while levels[level - 1].needed > 0 {
                level -= 1;
            }
        } else if level == most {
            break;
        } else {
            levels[level + 1].next_pair = last + levels[level].last;
            level += 1;
        }
    }
    let counted = leaves[most];
    let mut counts = vec![0];
    counts.extend((1..=most).rev().map(|level| counted[level] - counted[level - 1]));
    counts
}
