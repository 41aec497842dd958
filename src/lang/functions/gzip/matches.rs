//! Go's search for matches at level 6 (`compress/flate`, `deflate.go`): hash chains over four bytes, and a match is put
//! off by a byte as long as the next one is longer.

const WINDOW: usize = 1 << 15;
const MIN_MATCH: usize = 4;
const MAX_MATCH: usize = 258;
const LOOKAHEAD: usize = MIN_MATCH + MAX_MATCH;
const MAX_TOKENS: usize = 1 << 14;
const HASH_BITS: u32 = 17;
const HASH_FACTOR: u32 = 0x1e35_a7bd;
/// Level 6: matches from this length on are not put off; the search ends at this length; so many places are looked at.
const LAZY: usize = 16;
const NICE: usize = 128;
const CHAIN: usize = 128;
/// A match of the least length is taken only so near.
const NEAR: usize = 4096;

/// A piece of the text.
#[derive(Clone, Copy)]
pub(super) enum Token {
    Literal(u8),
    /// What stands `offset` before, `length` bytes of it.
    Match {
        length: u16,
        offset: u32,
    },
}

/// Tokens that are written together.
pub(super) struct Block<'b> {
    pub(super) tokens: Vec<Token>,
    /// What they stand for; not where its beginning has left the window.
    pub(super) input: Option<&'b [u8]>,
}

/// All blocks of a text.
pub(super) fn blocks(bytes: &[u8]) -> Vec<Block<'_>> {
    let mut search = Search {
        bytes,
        start: 0,
        end: 0,
        index: 0,
        heads: vec![0; 1 << HASH_BITS],
        previous: vec![0; WINDOW],
        head: 0,
        length: MIN_MATCH - 1,
        offset: 0,
        is_pending: false,
        tokens: Vec::new(),
        block_start: Some(0),
        blocks: Vec::new(),
    };
    while search.end < bytes.len() {
        search.advance(false);
        search.fill();
    }
    search.advance(true);
    search.blocks
}

/// Places are counted from the beginning of the text; those in the chains from 1, so that 0 is none.
struct Search<'b> {
    bytes: &'b [u8],
    /// The window: what is at hand.
    start: usize,
    end: usize,
    index: usize,
    heads: Vec<u32>,
    previous: Vec<u32>,
    /// The last place with the hash of the one at hand. Near the end it stays what it was.
    head: usize,
    /// The match at the place before.
    length: usize,
    offset: usize,
    /// The byte before is not written yet.
    is_pending: bool,
    tokens: Vec<Token>,
    block_start: Option<usize>,
    blocks: Vec<Block<'b>>,
}

impl Search<'_> {
    fn fill(&mut self) {
        if self.index - self.start >= 2 * WINDOW - LOOKAHEAD {
            self.start += WINDOW;
            self.block_start = self.block_start.filter(|&start| start >= self.start);
        }
        self.end = self.bytes.len().min(self.start + 2 * WINDOW);
    }

    /// Makes tokens of what is in the window: of all of it, or only where a whole match could follow.
    fn advance(&mut self, all: bool) {
        loop {
            let lookahead = self.end - self.index;
            if lookahead < LOOKAHEAD {
                if !all {
                    return;
                }
                if lookahead == 0 {
                    if self.is_pending {
                        self.tokens.push(Token::Literal(self.bytes[self.index - 1]));
                    }
                    if !self.tokens.is_empty() {
                        self.finish_block(self.index);
                    }
                    return;
                }
            }
            self.step(lookahead);
        }
    }

    fn step(&mut self, lookahead: usize) {
        if let Some(head) = self.insert(self.index) {
            self.head = head;
        }
        let (last_length, last_offset) = (self.length, self.offset);
        (self.length, self.offset) = (MIN_MATCH - 1, 0);
        let least = self.index.saturating_sub(WINDOW).max(self.start);
        if self.head > least
            && lookahead > last_length
            && last_length < LAZY
            && let Some((length, offset)) = self.find(lookahead)
        {
            (self.length, self.offset) = (length, offset);
        }
        if last_length >= MIN_MATCH && self.length <= last_length {
            self.tokens.push(Token::Match { length: last_length as u16, offset: last_offset as u32 });
            let next = self.index + last_length - 1;
            for index in self.index + 1..next {
                self.insert(index);
            }
            self.index = next;
            self.is_pending = false;
            self.length = MIN_MATCH - 1;
            if self.tokens.len() == MAX_TOKENS {
                self.finish_block(self.index);
            }
            return;
        }
        if self.is_pending {
            self.tokens.push(Token::Literal(self.bytes[self.index - 1]));
            if self.tokens.len() == MAX_TOKENS {
                self.finish_block(self.index);
            }
        }
        self.index += 1;
        self.is_pending = true;
    }

    /// Puts a place into its chain; the one that was there before. `None` where four bytes do not follow.
    fn insert(&mut self, index: usize) -> Option<usize> {
        if index + MIN_MATCH > self.end {
            return None;
        }
        let four = self.bytes.get(index..index + MIN_MATCH)?;
        let word = four.iter().fold(0u32, |word, &byte| word << 8 | u32::from(byte));
        let hash = word.wrapping_mul(HASH_FACTOR) >> (32 - HASH_BITS);
        let head = std::mem::replace(&mut self.heads[hash as usize], index as u32 + 1);
        self.previous[index % WINDOW] = head;
        Some(head as usize)
    }

    /// The longest match among the places of the chain: its length and offset.
    fn find(&self, lookahead: usize) -> Option<(usize, usize)> {
        let position = self.index;
        let limit = lookahead.min(MAX_MATCH);
        let here = &self.bytes[position..position + limit];
        let nice = limit.min(NICE);
        let mut length = MIN_MATCH - 1;
        let mut found = None;
        let mut place = self.head - 1;
        for _ in 0..CHAIN {
            if self.bytes[place + length] == here[length] {
                let there = &self.bytes[place..];
                let same = here.iter().zip(there).take_while(|(one, other)| one == other).count();
                if same > length && (same > MIN_MATCH || position - place <= NEAR) {
                    length = same;
                    found = Some((length, position - place));
                    if same >= nice {
                        break;
                    }
                }
            }
            // Farther back the chain is written over.
            if place + WINDOW == position {
                break;
            }
            let next = self.previous[place % WINDOW] as usize;
            if next <= self.start || next + WINDOW < position + 1 {
                break;
            }
            place = next - 1;
        }
        found
    }

    fn finish_block(&mut self, end: usize) {
        let tokens = std::mem::take(&mut self.tokens);
        let input = self.block_start.map(|start| &self.bytes[start..end]);
        self.block_start = Some(end);
        self.blocks.push(Block { tokens, input });
    }
}
