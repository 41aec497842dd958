//! Which bracket, quote or hole closes which.

use crate::source::{FileId, Problem, SourceFile};

use crate::jenkinsfile::lexer::{Token, TokenKind};
use crate::jenkinsfile::{Complaints, MAX_DEPTH, span};

/// For every opening token: the token that closes it, or the one before which it has to be taken as closed.
pub(super) fn pair(file: &SourceFile, code: &[Token], complaints: &mut Complaints) -> Vec<u32> {
    let mut pairs = vec![u32::MAX; code.len()];
    let mut open: Vec<usize> = Vec::new();
    let text = |token: &Token| &file.text[token.start as usize..token.end as usize];
    let mut too_deep = false;
    // Brackets that were given up: what closes them later is no second mistake.
    let mut given_up: Vec<usize> = Vec::new();
    for (index, token) in code.iter().enumerate() {
        match role(token, text(token)) {
            Role::Opens => {
                open.push(index);
                if open.len() > MAX_DEPTH && !too_deep {
                    too_deep = true;
                    complaints.add(deep(complaints.file, token));
                }
            }
            Role::Closes => {
                // Strings and holes are closed where the lexer says so; brackets may be missing in between.
                let Some(depth) = open.iter().rposition(|&opener| closes(&code[opener], token, &file.text)) else {
                    if let Some(at) = given_up.iter().rposition(|&opener| closes(&code[opener], token, &file.text)) {
                        given_up.truncate(at);
                        continue;
                    }
                    let message = format!("`{}` closes nothing: there is no bracket open before it", text(token));
                    complaint(complaints, token, message, "Remove it, or open the bracket.");
                    continue;
                };
                let mut between = open.drain(depth..);
                if let Some(opener) = between.next() {
                    pairs[opener] = index as u32;
                }
                for unclosed in between {
                    pairs[unclosed] = index as u32;
                    given_up.push(unclosed);
                    let (opener, place) = (&code[unclosed], file.position(code[unclosed].start));
                    let message = format!(
                        "`{}` comes before the `{}` of line {}, column {} is closed",
                        text(token),
                        text(opener),
                        place.line,
                        place.column
                    );
                    complaint(complaints, token, message, "Close what is open first, or remove one of the two.");
                }
            }
            Role::Neither => {}
        }
    }
    for unclosed in open {
        pairs[unclosed] = code.len() as u32;
        if code[unclosed].kind == TokenKind::Symbol {
            let opener = text(&code[unclosed]);
            let message = format!("`{opener}` is not closed before the end of the file");
            complaint(complaints, &code[unclosed], message, "Close it where what begins here ends.");
        }
    }
    pairs
}

fn complaint(complaints: &mut Complaints, token: &Token, message: String, help: &str) {
    let place = span(complaints.file, token.start, token.end);
    complaints.add(Problem::at(place, message).help(help));
}

pub(super) fn deep(file: FileId, token: &Token) -> Problem {
    let message = format!("nested more than {MAX_DEPTH} deep");
    Problem::at(span(file, token.start, token.end), message)
        .help("Move inner parts into functions: Jenkins cannot compile this either.")
}

enum Role {
    Opens,
    Closes,
    Neither,
}

fn role(token: &Token, text: &str) -> Role {
    match (token.kind, text) {
        (TokenKind::Symbol, "(" | "[" | "{") | (TokenKind::StringStart(_) | TokenKind::HoleStart, _) => Role::Opens,
        (TokenKind::Symbol, ")" | "]" | "}") | (TokenKind::StringEnd(_) | TokenKind::HoleEnd, _) => Role::Closes,
        (
            TokenKind::Symbol
            | TokenKind::Space
            | TokenKind::Newline
            | TokenKind::Comment
            | TokenKind::Name
            | TokenKind::Number
            | TokenKind::StringText(_)
            | TokenKind::HoleName,
            _,
        ) => Role::Neither,
    }
}

pub(super) fn closes(opener: &Token, closer: &Token, text: &str) -> bool {
    let text = |token: &Token| &text[token.start as usize..token.end as usize];
    match (opener.kind, closer.kind) {
        (TokenKind::StringStart(_), TokenKind::StringEnd(_)) | (TokenKind::HoleStart, TokenKind::HoleEnd) => true,
        (TokenKind::Symbol, TokenKind::Symbol) => {
            matches!((text(opener), text(closer)), ("(", ")") | ("[", "]") | ("{", "}"))
        }
        _ => false,
    }
}
