//! Templates: quoted, heredocs, and bare ones (the strings of JSON). "HCL Native Syntax Specification", Templates.
//!
//! What `~` and `<<-` take off goes by the scanner's tokens, not by lines: `~` trims the one piece of literal text next
//! to it, and such a piece ends at a line break (in a heredoc), at an escape `$${`, and around a lone `$` or `%`.

use memchr::{memchr, memchr3};
use unicode_segmentation::UnicodeSegmentation;

use super::lexer::Introducer;
use super::literal::{Escape, template_escape};
use super::{Failed, Kind, List, Parsed, Parser};
use crate::syntax::{FLAG_ESCAPES, FLAG_HEREDOC};

/// What ends a template.
enum Close<'t> {
    Quote,
    Marker(&'t str),
    End,
}

/// A template that is being read.
struct Template<'t> {
    close: Close<'t>,
    /// Its opening quote or marker.
    open: (usize, usize),
    /// The last sequence ended in `~}`.
    trim_next: bool,
    /// The piece of text just read: its node, and where the piece starts in it.
    last: Option<(u32, usize)>,
    /// At the start of a line, where a heredoc's end marker may stand.
    line_start: bool,
    /// For `<<-`: all parts in order, `None` for a sequence.
    parts: Option<Vec<Option<u32>>>,
    /// Where its end marker ends.
    end: usize,
}

impl<'t> Template<'t> {
    fn new(close: Close<'t>, open: (usize, usize)) -> Self {
        Self { close, open, trim_next: false, last: None, line_start: true, parts: None, end: open.1 }
    }

    fn flags(&self) -> u8 {
        if matches!(self.close, Close::Quote) { 0 } else { FLAG_HEREDOC }
    }
}

/// A directive that ends a sequence of parts.
struct Ending {
    word: Word,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Else,
    EndIf,
    EndFor,
}

impl Word {
    fn text(self) -> &'static str {
        match self {
            Self::Else => "else",
            Self::EndIf => "endif",
            Self::EndFor => "endfor",
        }
    }
}

/// What stopped a run of literal text.
enum Stop {
    Closed,
    Sequence,
}

impl<'t> Parser<'t> {
    /// `"…"`
    pub(super) fn quoted(&mut self) -> Parsed {
        let start = self.at;
        self.at += 1;
        let mut template = Template::new(Close::Quote, (start, start + 1));
        let children = self.template(&mut template)?;
        Ok(self.node(Kind::Template, start, self.at, children))
    }

    /// `<<EOT`
    pub(super) fn heredoc(&mut self, introducer: &Introducer) -> Parsed {
        let start = self.at;
        let marker = &self.text[introducer.marker_start..introducer.marker_end];
        let mut template = Template::new(Close::Marker(marker), (start, introducer.marker_end));
        template.parts = introducer.flush.then(Vec::new);
        // In a broken file it is worth looking ahead: many heredocs without an end would each be read to the file's end.
        if !self.problems.is_empty() && self.last_marker_line(marker).is_none_or(|last| last < introducer.first_line) {
            return Err(self.unterminated(&template));
        }
        self.at = introducer.first_line;
        let children = self.template(&mut template)?;
        if let Some(parts) = &template.parts {
            self.take_indentation_off(parts);
        }
        Ok(self.node(Kind::Heredoc, start, template.end, children))
    }

    /// The text between two offsets as a template (a string of JSON): its parts. `decoded` is as in [`super::Place`].
    pub(in crate::syntax) fn template_between(
        &mut self,
        start: usize,
        end: usize,
        decoded: Option<(u32, u32)>,
    ) -> List {
        self.bytes = &self.text.as_bytes()[..end];
        self.at = start;
        self.place.decoded = decoded;
        let depth = self.depth;
        let mut template = Template::new(Close::End, (start, end));
        self.template(&mut template).unwrap_or_else(|_| {
            self.give_up(depth);
            let error = self.leaf(Kind::Error, start, end);
            let part = self.node(Kind::Interpolation, start, end, List { first: error, last: error });
            List { first: part, last: part }
        })
    }

    /// All parts up to the end of the template, which is passed.
    fn template(&mut self, template: &mut Template<'t>) -> Parsed<List> {
        let mut children = List::EMPTY;
        match self.parts(template, &mut children)? {
            None => Ok(children),
            Some(ending) => {
                let message = format!("Unexpected {} directive", ending.word.text());
                let help = "The control directives within this template are unbalanced.";
                Err(self.fail(ending.start, ending.end, &message, help))
            }
        }
    }

    /// Parts up to the end of the template (`None`) or to a directive that ends them.
    fn parts(&mut self, template: &mut Template<'t>, children: &mut List) -> Parsed<Option<Ending>> {
        loop {
            let stop = match template.close {
                Close::Quote => self.quoted_text(template, children)?,
                Close::Marker(_) | Close::End => self.line_text(template, children)?,
            };
            if let Stop::Closed = stop {
                return Ok(None);
            }
            let start = self.at;
            let is_directive = self.open_sequence(template);
            let outer = std::mem::replace(&mut self.newlines, false);
            if is_directive {
                if let Some(word) = self.directive(template, children, start)? {
                    self.newlines = outer;
                    return Ok(Some(Ending { word, start, end: self.at }));
                }
            } else {
                let expression = self.expression()?;
                self.close_sequence(template, start, "interpolation expression")?;
                let list = List { first: expression, last: expression };
                let part = self.node(Kind::Interpolation, start, self.at, list);
                children.push(&mut self.nodes, part);
            }
            self.newlines = outer;
        }
    }

    /// Literal text of a quoted template, up to the quote (which is passed) or a sequence.
    fn quoted_text(&mut self, template: &mut Template<'t>, children: &mut List) -> Parsed<Stop> {
        let mut start = self.at;
        let mut flags = 0;
        loop {
            match self.byte() {
                b'"' => {
                    self.piece(template, children, start, flags);
                    self.at += 1;
                    return Ok(Stop::Closed);
                }
                b'\\' => {
                    self.escape(template)?;
                    flags = FLAG_ESCAPES;
                }
                b'$' | b'%' => {
                    self.piece(template, children, start, flags);
                    if self.ahead(1) == b'{' {
                        return Ok(Stop::Sequence);
                    }
                    self.sign(template, children);
                    (start, flags) = (self.at, 0);
                }
                b'\n' | b'\r' => return Err(self.unterminated(template)),
                0 if self.at_end() => return Err(self.unterminated(template)),
                _ => self.at += 1,
            }
        }
    }

    /// Passes a backslash escape; an invalid one is reported, and read over.
    fn escape(&mut self, template: &Template<'t>) -> Parsed<()> {
        let rest = &self.text[self.at..self.bytes.len()];
        if matches!(self.ahead(1), b'\n' | b'\r') || rest.len() == 1 {
            return Err(self.unterminated(template));
        }
        let escape = Escape::read(rest);
        let start = self.at;
        self.at += escape.length;
        if let Some(wrong) = escape.wrong {
            self.problem(start, self.at, "Invalid escape sequence", wrong);
        }
        Ok(())
    }

    /// Passes a `$` or `%` that starts no sequence: an escape, or a piece of its own.
    fn sign(&mut self, template: &mut Template<'t>, children: &mut List) {
        let start = self.at;
        match template_escape(&self.bytes[start..]) {
            Some(length) => {
                self.at += length;
                self.at += usize::from(self.byte() == b'~');
                self.piece(template, children, start, FLAG_ESCAPES);
            }
            None => {
                self.at += 1;
                self.piece(template, children, start, 0);
            }
        }
    }

    /// Literal text of a heredoc or a bare template, up to its end or a sequence.
    fn line_text(&mut self, template: &mut Template<'t>, children: &mut List) -> Parsed<Stop> {
        loop {
            if template.line_start
                && let Close::Marker(marker) = template.close
                && let Some((marker_end, line_end)) = self.heredoc_end(self.at, marker)
            {
                template.end = marker_end;
                self.at = line_end;
                return Ok(Stop::Closed);
            }
            if self.at_end() {
                return match template.close {
                    Close::End => Ok(Stop::Closed),
                    Close::Marker(_) | Close::Quote => Err(self.unterminated(template)),
                };
            }
            let start = self.at;
            let rest = &self.bytes[start..];
            let length = memchr3(b'\n', b'$', b'%', rest).unwrap_or(rest.len());
            template.line_start = rest.get(length) == Some(&b'\n');
            self.at += length + usize::from(template.line_start);
            if let Some(lone) = lone_carriage_return(&self.bytes[start..self.at]) {
                if let Close::End = template.close {
                    // The scanner stops here, and takes what is left of a bare template as it stands.
                    self.at = self.bytes.len();
                } else {
                    let help = "A carriage return is valid only before a line feed.";
                    self.problem(start + lone, start + lone + 1, "Invalid character", help);
                }
            }
            self.piece(template, children, start, 0);
            if matches!(self.byte(), b'$' | b'%') && !template.line_start {
                if self.ahead(1) == b'{' {
                    return Ok(Stop::Sequence);
                }
                self.sign(template, children);
            }
        }
    }

    /// Adds the piece of literal text from `start` to here.
    fn piece(&mut self, template: &mut Template<'t>, children: &mut List, start: usize, flags: u8) {
        let end = self.at;
        if start == end {
            return;
        }
        let flags = flags | template.flags();
        let mut from = start;
        if std::mem::take(&mut template.trim_next) {
            from = end - trim_start(&self.text[start..end], flags).len();
        }
        let previous = (children.last != super::NONE).then(|| self.nodes[children.last as usize]);
        let joins = template.parts.is_none()
            && from == start
            && previous.is_some_and(|previous| previous.kind == Kind::Text && previous.end as usize == start);
        let node = if joins {
            let node = &mut self.nodes[children.last as usize];
            node.end = end as u32;
            node.flags |= flags;
            children.last
        } else {
            let node = self.leaf(Kind::Text, from, end);
            self.nodes[node as usize].flags = flags;
            children.push(&mut self.nodes, node);
            node
        };
        template.last = Some((node, from));
        if let Some(parts) = &mut template.parts {
            parts.push(Some(node));
        }
    }

    /// Passes `${`, `%{`, and a `~` behind it, which trims the text before; returns whether it is a directive.
    fn open_sequence(&mut self, template: &mut Template<'t>) -> bool {
        let is_directive = self.byte() == b'%';
        self.at += 2;
        template.trim_next = false;
        template.line_start = false;
        let last = template.last.take();
        if self.byte() == b'~' {
            self.at += 1;
            if let Some((node, from)) = last {
                let end = self.end(node);
                let kept = trim_end(&self.text[from..end], self.nodes[node as usize].flags).len();
                self.nodes[node as usize].end = (from + kept) as u32;
            }
        }
        if let Some(parts) = &mut template.parts {
            parts.push(None);
        }
        is_directive
    }

    /// Passes `}` or `~}`.
    fn close_sequence(&mut self, template: &mut Template<'t>, start: usize, what: &str) -> Parsed<()> {
        self.skip();
        if self.byte() == b'}' {
            self.at += 1;
            return Ok(());
        }
        if self.sees(b"~}") {
            self.at += 2;
            template.trim_next = true;
            return Ok(());
        }
        Err(self.open_sequence_left(start, what, template))
    }

    #[cold]
    #[inline(never)]
    fn open_sequence_left(&mut self, start: usize, what: &str, template: &Template<'t>) -> Failed {
        let quote = self.byte() == b'"' && matches!(template.close, Close::Quote);
        if self.at_end() || quote {
            let help =
                "There is no closing brace for this sequence. This might be caused by incorrect nesting inside it.";
            return self.fail(start, start + 2, "Unclosed template interpolation sequence", help);
        }
        let message = format!("Extra characters after {what}");
        let help = "Expected a closing brace to end the sequence. If it is meant for another language, escape it by \
                    starting with \"$${\" or \"%%{\".";
        self.fail(self.at, self.after_character(self.at), &message, help)
    }

    /// A directive, from its keyword on: read whole if it opens something, its word if it ends something.
    fn directive(&mut self, template: &mut Template<'t>, children: &mut List, start: usize) -> Parsed<Option<Word>> {
        self.skip();
        let end = self.identifier_end(self.at).unwrap_or(self.at);
        let word = match &self.text[self.at..end] {
            "if" => {
                self.at = end;
                let node = self.template_if(template, start)?;
                children.push(&mut self.nodes, node);
                return Ok(None);
            }
            "for" => {
                let node = self.template_for(template, start)?;
                children.push(&mut self.nodes, node);
                return Ok(None);
            }
            "else" => Word::Else,
            "endif" => Word::EndIf,
            "endfor" => Word::EndFor,
            _ => return Err(self.bad_directive(end)),
        };
        self.at = end;
        self.close_sequence(template, start, word.text())?;
        Ok(Some(word))
    }

    #[cold]
    #[inline(never)]
    fn bad_directive(&mut self, end: usize) -> Failed {
        let help = "A template directive starts with one of the keywords if, else, endif, for, endfor.";
        if end == self.at {
            return self.fail(self.at, self.after_character(self.at), "Invalid template directive", help);
        }
        self.fail(self.at, end, "Invalid template control keyword", help)
    }

    fn template_if(&mut self, template: &mut Template<'t>, start: usize) -> Parsed {
        self.enter()?;
        let condition = self.expression()?;
        self.close_sequence(template, start, "if marker")?;
        let mut children = List { first: condition, last: condition };
        let mut ending = self.sequence(template, &mut children, (start, "if", "endif"))?;
        if ending.word == Word::Else {
            ending = self.sequence(template, &mut children, (start, "if", "endif"))?;
        }
        if ending.word != Word::EndIf {
            return Err(self.unbalanced(&ending, "if", "endif"));
        }
        self.depth -= 1;
        Ok(self.node(Kind::TemplateIf, start, ending.end, children))
    }

    fn template_for(&mut self, template: &mut Template<'t>, start: usize) -> Parsed {
        self.enter()?;
        let mut children = List::EMPTY;
        let flags = self.for_names("'for' directive", &mut children)?;
        let collection = self.expression()?;
        children.push(&mut self.nodes, collection);
        self.close_sequence(template, start, "for marker")?;
        let ending = self.sequence(template, &mut children, (start, "for", "endfor"))?;
        if ending.word != Word::EndFor {
            return Err(self.unbalanced(&ending, "for", "endfor"));
        }
        self.depth -= 1;
        let node = self.node(Kind::TemplateFor, start, ending.end, children);
        self.nodes[node as usize].flags = flags;
        Ok(node)
    }

    /// The parts up to the next directive that ends some, as a node. `opened` is where the directive stands, its
    /// keyword and the one that must end it.
    fn sequence(
        &mut self,
        template: &mut Template<'t>,
        children: &mut List,
        opened: (usize, &str, &str),
    ) -> Parsed<Ending> {
        let start = self.at;
        let mut parts = List::EMPTY;
        let Some(ending) = self.parts(template, &mut parts)? else {
            let (at, word, end) = opened;
            let help = format!("The {word} directive is missing its corresponding {end} directive.");
            return Err(self.fail(at, at + 2, "Unexpected end of template", &help));
        };
        let node = self.node(Kind::Sequence, start, ending.start, parts);
        children.push(&mut self.nodes, node);
        Ok(ending)
    }

    #[cold]
    #[inline(never)]
    fn unbalanced(&mut self, ending: &Ending, opened: &str, expected: &str) -> Failed {
        let message = format!("Unexpected {} directive", ending.word.text());
        let help = format!("Expecting an {expected} directive for the {opened} directive.");
        self.fail(ending.start, ending.end, &message, &help)
    }

    #[cold]
    #[inline(never)]
    fn unterminated(&mut self, template: &Template<'t>) -> Failed {
        let (start, end) = template.open;
        let help = match template.close {
            Close::Marker(marker) => {
                self.heredoc_open = true;
                format!("No closing marker was found for the string: a line that holds nothing but {marker}.")
            }
            Close::Quote | Close::End => "No closing quote was found on this line. To produce a multi-line string, \
                                          either use the \\n escape or the \"heredoc\" syntax (<<EOT)."
                .to_owned(),
        };
        self.fail(start, end, "Unterminated template string", &help)
    }

    /// `<<-`: takes off the least indentation of the lines that begin with literal text. Blank lines do not count; a
    /// line that begins with a sequence has none.
    fn take_indentation_off(&mut self, parts: &[Option<u32>]) {
        let mut least = usize::MAX;
        let mut indented = Vec::new();
        let mut line_start = true;
        for part in parts {
            let text = part.map(|node| &self.text[self.start(node)..self.end(node)]);
            if line_start {
                let lead = text.map_or("", |text| &text[..text.len() - text.trim_start().len()]);
                let is_blank = text.is_some_and(|text| lead.len() == text.len() && text.ends_with('\n'));
                if !is_blank {
                    least = least.min(lead.graphemes(true).count());
                    indented.extend(part);
                }
            }
            line_start = text.is_some_and(|text| text.ends_with('\n'));
        }
        for node in indented {
            let (start, end) = (self.start(node), self.end(node));
            let text = &self.text[start..end];
            let offset = text.grapheme_indices(true).nth(least).map_or(text.len(), |(offset, _)| offset);
            self.nodes[node as usize].start = (start + offset) as u32;
        }
    }
}

/// Where a carriage return stands that no line feed follows.
fn lone_carriage_return(text: &[u8]) -> Option<usize> {
    let at = memchr(b'\r', text)?;
    (text.get(at + 1) != Some(&b'\n')).then_some(at)
}

/// The first unit of literal text (a character, or an escape) and its length.
fn unit(text: &str, flags: u8) -> Option<(Option<char>, usize)> {
    let first = text.chars().next()?;
    if first == '\\' && flags & FLAG_HEREDOC == 0 {
        let escape = Escape::read(text);
        return Some((escape.character, escape.length));
    }
    Some((Some(first), first.len_utf8()))
}

/// The text without white space (also escaped white space) at its start.
fn trim_start(mut text: &str, flags: u8) -> &str {
    while let Some((Some(character), length)) = unit(text, flags) {
        if !character.is_whitespace() {
            break;
        }
        text = &text[length..];
    }
    text
}

/// The text without white space (also escaped white space) at its end.
fn trim_end(text: &str, flags: u8) -> &str {
    let (mut at, mut kept) = (0, 0);
    while let Some((character, length)) = unit(&text[at..], flags) {
        at += length;
        if !character.is_some_and(char::is_whitespace) {
            kept = at;
        }
    }
    &text[..kept]
}
