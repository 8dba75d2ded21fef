//! The words and signs of Rust source, without comments, texts and lifetimes: enough to tell what is named where.

/// A word, `::`, or one other sign.
pub type Token = String;

/// Reads source text.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => quoted(rest, '"'),
            // A lifetime has no second quote behind one character.
            '\'' if rest.starts_with("'\\") || rest.chars().nth(2) == Some('\'') => quoted(rest, '\''),
            '\'' => 1 + word(&rest[1..]),
            _ if c.is_whitespace() => c.len_utf8(),
            _ if raw(rest).is_some() => raw(rest).unwrap(),
            _ => {
                let length = if rest.starts_with("::") { 2 } else { word(rest).max(c.len_utf8()) };
                tokens.push(rest[..length].to_owned());
                length
            }
        };
        rest = &rest[length..];
    }
    tokens
}

/// Returns the length of the word at the beginning.
fn word(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}

/// Returns the length of a text between quotes.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Returns the length of a raw text, such as `r#"..."#`.
fn raw(text: &str) -> Option<usize> {
    let behind = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    let inside = behind[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(text.len() - inside.len() + inside.find(&end)? + end.len())
}

#[test]
fn comments_texts_and_lifetimes_are_left_out() {
    let text = "a::b /* c */ \"d\\\"e\" r#\"f\"g\"# 'h' '\\'' &'i j // k\n{br\"l\"}";
    assert_eq!(tokens(text), ["a", "::", "b", "&", "j", "{", "}"]);
}
