//! Patterns: text with `*` (rule names, addresses) and paths with `*`, `**` and `?` (files).

/// Whether text matches a pattern in which `*` stands for any text (the empty one and separators included).
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    wildcard(pattern.as_bytes(), text.as_bytes(), false)
}

/// Whether a path matches a pattern, part by part: `*` and `?` stay within one part, `**` stands for any number of
/// parts. A pattern that names a directory covers all below it.
#[must_use]
pub fn matches_path(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = parts(pattern).collect();
    let path: Vec<&str> = parts(path).collect();
    // Dynamic programming over the parts: hostile patterns with many `**` stay quadratic.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for part in &pattern {
        let mut next = vec![false; path.len() + 1];
        if *part == "**" {
            let mut any = false;
            for (index, here) in reached.iter().enumerate() {
                any |= here;
                next[index] = any;
            }
        } else {
            for (index, name) in path.iter().enumerate() {
                next[index + 1] = reached[index] && wildcard(part.as_bytes(), name.as_bytes(), true);
            }
        }
        reached = next;
    }
    reached.iter().any(|reached| *reached) && !pattern.is_empty()
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

/// `*` is any text; with `single`, `?` is any one character.
fn wildcard(pattern: &[u8], text: &[u8], single: bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == b'*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && single && pattern[p] == b'?' {
            p += 1;
            t += 1;
            while t < text.len() && text[t] & 0xC0 == 0x80 {
                t += 1;
            }
        } else if p < pattern.len() && pattern[p] == text[t] {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_text() {
        for (pattern, text, expected) in [
            ("sg/*", "sg/open-port", true),
            ("*", "", true),
            ("module.legacy.*", "module.legacy.aws_vpc.a[0]", true),
            ("module.legacy.*", "module.legacy", false),
            ("*.aws_vpc.*", "module.a.aws_vpc.b", true),
            ("a*b*c", "a__b_b__c", true),
            ("a*b*c", "a__c", false),
            ("a?", "a?", true),
            ("aws_vpc.a[\"?\"]", "aws_vpc.a[\"x\"]", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn path_patterns_go_part_by_part() {
        for (pattern, path, expected) in [
            ("examples/**", "examples/a/main.tf", true),
            ("examples/**", "examples", true),
            ("examples", "examples/a/main.tf", true),
            ("examples/*", "examples/a/main.tf", true),
            ("*.tf", "a/main.tf", false),
            ("**/*.tf", "a/b/main.tf", true),
            ("**/*.tf", "main.tf", true),
            ("a/**/z.tf", "a/z.tf", true),
            ("?ain.tf", "éain.tf", true),
            ("", "main.tf", false),
        ] {
            assert_eq!(matches_path(pattern, path), expected, "{pattern} on {path}");
        }
    }
}
