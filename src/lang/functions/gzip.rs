//! gzip as Go writes it (packages `compress/gzip` and `compress/flate` at their default level), byte for byte: what
//! `base64gzip` gives stands in configurations and plans. Which of the many valid forms a compressor picks is fixed by its
//! search for matches ([`matches`]) and by its choice of codes ([`codes`]).

mod codes;
mod matches;

use codes::{Code, Codes};
use matches::{Block, Token};

/// The bytes compressed, flushed and closed, as Terraform does it.
pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits { bytes: vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff], ..Bits::default() };
    for Block { tokens, input } in matches::blocks(bytes) {
        out.block(&tokens, input);
    }
    out.stored(&[], false);
    out.stored(&[], true);
    let mut check = flate2::Crc::new();
    check.update(bytes);
    out.bytes.extend(check.sum().to_le_bytes());
    out.bytes.extend((bytes.len() as u32).to_le_bytes());
    out.bytes
}

/// Bits, the lowest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    pending: u64,
    count: u32,
}

const END_OF_BLOCK: usize = 256;
const LENGTH_CODES: usize = 257;
/// Number of literal and length codes, and of offset codes.
const LITERALS: usize = 286;
const OFFSETS: usize = 30;
/// The order in which the lengths of codes of code lengths are written.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/// The largest block that is stored as it is.
const MAX_STORED: usize = 65535;

impl Bits {
    fn write(&mut self, value: u32, count: u32) {
        self.pending |= u64::from(value) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.pending as u8);
            self.pending >>= 8;
            self.count -= 8;
        }
    }

    fn code(&mut self, code: Code) {
        self.write(code.bits.into(), code.length.into());
    }

    /// A block of bytes as they are.
    fn stored(&mut self, bytes: &[u8], last: bool) {
        self.write(last.into(), 3);
        if self.count > 0 {
            self.write(0, 8 - self.count);
        }
        let length = bytes.len() as u16;
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend((!length).to_le_bytes());
        self.bytes.extend(bytes);
    }

    /// A block in the shortest of three forms. `input` is what the tokens stand for, where it is still at hand.
    fn block(&mut self, tokens: &[Token], input: Option<&[u8]>) {
        let (mut literals, mut offsets) = ([0u32; LITERALS], [0u32; OFFSETS]);
        literals[END_OF_BLOCK] += 1;
        for token in tokens {
            match *token {
                Token::Literal(byte) => literals[usize::from(byte)] += 1,
                Token::Match { length, offset } => {
                    literals[LENGTH_CODES + length_code(length).0] += 1;
                    offsets[offset_code(offset).0] += 1;
                }
            }
        }
        let literal_count = used(&literals);
        // A tree of offsets has at least one.
        if used(&offsets) == 0 {
            offsets[0] = 1;
        }
        let offset_count = used(&offsets);
        let (literal_codes, offset_codes) = (Codes::of(&literals, 15), Codes::of(&offsets, 15));
        let stored = input.filter(|input| input.len() <= MAX_STORED);
        let extra = stored.map_or(0, |_| extra_bits(&literals, &offsets));
        let fixed = (Codes::fixed_literals(), Codes::fixed_offsets());
        let fixed_size = 3 + fixed.0.size(&literals) + fixed.1.size(&offsets) + extra;
        let header = Header::of(&literal_codes.lengths()[..literal_count], &offset_codes.lengths()[..offset_count]);
        let own_size = header.size() + literal_codes.size(&literals) + offset_codes.size(&offsets) + extra;
        let size = fixed_size.min(own_size);
        if let Some(input) = stored
            && ((input.len() + 5) * 8) < size
        {
            return self.stored(input, false);
        }
        let (literal_codes, offset_codes) = if own_size < fixed_size {
            self.header(&header, literal_count, offset_count);
            (literal_codes, offset_codes)
        } else {
            self.write(2, 3);
            fixed
        };
        for token in tokens {
            match *token {
                Token::Literal(byte) => self.code(literal_codes.code(byte.into())),
                Token::Match { length, offset } => {
                    let (code, extra, count) = length_code(length);
                    self.code(literal_codes.code(LENGTH_CODES + code));
                    self.write(extra, count);
                    let (code, extra, count) = offset_code(offset);
                    self.code(offset_codes.code(code));
                    self.write(extra, count);
                }
            }
        }
        self.code(literal_codes.code(END_OF_BLOCK));
    }

    fn header(&mut self, header: &Header, literal_count: usize, offset_count: usize) {
        self.write(4, 3);
        self.write(literal_count as u32 - 257, 5);
        self.write(offset_count as u32 - 1, 5);
        self.write(header.orders as u32 - 4, 4);
        for &symbol in &ORDER[..header.orders] {
            self.write(header.codes.code(symbol).length.into(), 3);
        }
        for &(symbol, extra) in &header.symbols {
            self.code(header.codes.code(symbol));
            self.write(extra, repeat_bits(symbol));
        }
    }
}

/// How many of the frequencies there are up to the last that is not zero.
fn used(frequencies: &[u32]) -> usize {
    frequencies.iter().rposition(|&frequency| frequency > 0).map_or(0, |last| last + 1)
}

/// Bits beside the codes of lengths and offsets.
fn extra_bits(literals: &[u32], offsets: &[u32]) -> usize {
    let lengths = literals[LENGTH_CODES..].iter().enumerate().map(|(code, &count)| count * length_extra(code));
    let offsets = offsets.iter().enumerate().map(|(code, &count)| count * offset_extra(code));
    lengths.chain(offsets).map(|bits| bits as usize).sum()
}

const fn length_extra(code: usize) -> u32 {
    if code < 8 || code == 28 { 0 } else { code as u32 / 4 - 1 }
}

const fn offset_extra(code: usize) -> u32 {
    if code < 4 { 0 } else { code as u32 / 2 - 1 }
}

/// The code of a match's length (3 to 258), and the bits beside it with their number.
fn length_code(length: u16) -> (usize, u32, u32) {
    let above = u32::from(length) - 3;
    if above == 255 {
        return (28, 0, 0);
    }
    if above < 8 {
        return (above as usize, 0, 0);
    }
    let extra = above.ilog2() - 2;
    let code = 4 * extra + (above >> extra);
    (code as usize, above & ((1 << extra) - 1), extra)
}

/// The code of a match's offset (1 to 32768), and the bits beside it with their number.
fn offset_code(offset: u32) -> (usize, u32, u32) {
    let above = offset - 1;
    if above < 4 {
        return (above as usize, 0, 0);
    }
    let extra = above.ilog2() - 1;
    let code = 2 * extra + (above >> extra);
    (code as usize, above & ((1 << extra) - 1), extra)
}

/// The lengths of a block's codes, as they are written: symbols with what repeats them.
struct Header {
    symbols: Vec<(usize, u32)>,
    frequencies: [u32; 19],
    codes: Codes,
    /// How many of [`ORDER`] are written.
    orders: usize,
}

const fn repeat_bits(symbol: usize) -> u32 {
    match symbol {
        16 => 2,
        17 => 3,
        18 => 7,
        _ => 0,
    }
}

impl Header {
    fn of(literals: &[u8], offsets: &[u8]) -> Self {
        let lengths: Vec<u8> = literals.iter().chain(offsets).copied().collect();
        let mut symbols = Vec::new();
        for run in lengths.chunk_by(|one, other| one == other) {
            repeated(run[0].into(), run.len(), &mut symbols);
        }
        let mut frequencies = [0; 19];
        for &(symbol, _) in &symbols {
            frequencies[symbol] += 1;
        }
        let codes = Codes::of(&frequencies, 7);
        let orders = ORDER.iter().rposition(|&symbol| frequencies[symbol] > 0).map_or(4, |last| (last + 1).max(4));
        Self { symbols, frequencies, codes, orders }
    }

    fn size(&self) -> usize {
        let repeats: u32 = (16..19).map(|symbol| self.frequencies[symbol] * repeat_bits(symbol)).sum();
        3 + 5 + 5 + 4 + 3 * self.orders + self.codes.size(&self.frequencies) + repeats as usize
    }
}

/// The symbols for a length that stands so many times.
fn repeated(length: usize, mut count: usize, symbols: &mut Vec<(usize, u32)>) {
    let mut take = |symbol: usize, least: usize, most: usize, count: &mut usize| {
        while *count >= least {
            let taken = (*count).min(most);
            symbols.push((symbol, (taken - least) as u32));
            *count -= taken;
            if symbol == 17 {
                break;
            }
        }
    };
    if length == 0 {
        take(18, 11, 138, &mut count);
        take(17, 3, 10, &mut count);
    } else {
        take(length, 1, 1, &mut 1);
        count -= 1;
        take(16, 3, 6, &mut count);
    }
    symbols.extend(std::iter::repeat_n((length, 0), count));
}
