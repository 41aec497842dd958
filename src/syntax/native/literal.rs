//! Escapes: what a piece of literal text stands for. "HCL Native Syntax Specification", Quoted Templates.

use std::borrow::Cow;

use crate::syntax::{FLAG_ESCAPES, FLAG_HEREDOC, Kind, NodeId, Tree};

/// See [`Tree::literal`].
pub(in crate::syntax) fn literal(tree: &Tree, id: NodeId) -> Cow<'_, str> {
    let node = tree.node(id);
    let mut text = tree.text(id);
    if node.kind == Kind::Label {
        text = text.strip_prefix('"').unwrap_or(text);
        text = text.strip_suffix('"').unwrap_or(text);
    }
    if !node.flag(FLAG_ESCAPES) {
        return Cow::Borrowed(text);
    }
    let quoted = !node.flag(FLAG_HEREDOC);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '$', '%']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = if let Some(length) = template_escape(rest.as_bytes()) {
            out.push_str(&rest[1..length]);
            length
        } else if quoted && rest.starts_with('\\') {
            let escape = Escape::read(rest);
            out.extend(escape.character);
            escape.length
        } else {
            out.push_str(&rest[..1]);
            1
        };
        rest = &rest[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The length of `$${` or `%%{` at the start.
pub(super) fn template_escape(text: &[u8]) -> Option<usize> {
    matches!(text, [b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..]).then_some(3)
}

/// A backslash escape.
pub(super) struct Escape {
    /// What it stands for; `None` if it is invalid and stands for nothing.
    pub(super) character: Option<char>,
    /// Its length in bytes.
    pub(super) length: usize,
    /// What is wrong with it.
    pub(super) wrong: Option<&'static str>,
}

impl Escape {
    /// Reads the escape at the start of `text`, which is a backslash.
    pub(super) fn read(text: &str) -> Self {
        let Some(selector) = text[1..].chars().next() else {
            return Self { character: None, length: 1, wrong: Some("A backslash must be followed by a symbol.") };
        };
        let simple = |character| Self { character: Some(character), length: 2, wrong: None };
        match selector {
            'n' => simple('\n'),
            'r' => simple('\r'),
            't' => simple('\t'),
            '"' => simple('"'),
            '\\' => simple('\\'),
            'u' => Self::unicode(text, 4, "The \\u escape sequence must be followed by four hexadecimal digits."),
            'U' => Self::unicode(text, 8, "The \\U escape sequence must be followed by eight hexadecimal digits."),
            other => Self {
                character: Some(other),
                length: 1 + other.len_utf8(),
                wrong: Some(
                    "Valid escape sequences are \\n, \\r, \\t, \\\", \\\\, \\uXXXX and \\UXXXXXXXX. To write a \
                     backslash, double it (\\\\).",
                ),
            },
        }
    }

    fn unicode(text: &str, digits: usize, short: &'static str) -> Self {
        let found = text.as_bytes()[2..].iter().take(digits).take_while(|byte| byte.is_ascii_hexdigit()).count();
        let length = 2 + found;
        if found < digits {
            return Self { character: None, length, wrong: Some(short) };
        }
        let character = u32::from_str_radix(&text[2..length], 16).ok().and_then(char::from_u32);
        let wrong = character.is_none().then_some("There is no such character in Unicode.");
        Self { character, length, wrong }
    }
}
