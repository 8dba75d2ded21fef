//! Makes foreign text harmless: what host names and log lines hold was written by strangers, and ends up on terminals,
//! in browsers, in spreadsheets and in tickets.

use std::borrow::Cow;

use crate::model::visible::visible;

/// Text as prose of Markdown (CommonMark, GFM): nothing in it is markup, a link, a mention or HTML. What stands between
/// a pair of backticks becomes a code span, in which nothing is markup either.
pub(super) fn markdown(text: &str) -> String {
    let text = visible(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks makes no pairs.
    if parts.len().is_multiple_of(2) {
        return markdown_prose(&text);
    }
    let part = |(index, part): (usize, &&str)| if index % 2 == 0 { markdown_prose(part) } else { markdown_code(part) };
    parts.iter().enumerate().map(part).collect()
}

fn markdown_prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            // Mentions are looked for after the Markdown is rendered, so that a backslash does not stop them.
            '@' => out.push_str("(at)"),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '!' | '$' => {
                out.push('\\');
                out.push(c);
            }
            // `https://` and `www.` become links by themselves.
            ':' if rest.as_str().starts_with('/') => out.push_str("\\:"),
            '.' if out.get(out.len().saturating_sub(3)..).is_some_and(|end| end.eq_ignore_ascii_case("www")) => {
                out.push_str("\\.");
            }
            c => out.push(c),
        }
    }
    match out.chars().next() {
        // At the start of a line these begin lists, headings and rules.
        Some('-' | '+' | '=') => out.insert(0, '\\'),
        Some(c) if c.is_ascii_digit() => {
            if let Some(end) = out.find(|c: char| !c.is_ascii_digit())
                && out.get(end..).is_some_and(|rest| rest.starts_with(['.', ')']))
            {
                out.insert(end, '\\');
            }
        }
        _ => {}
    }
    out
}

/// Text as a code span of Markdown, fit for a table cell too.
pub(super) fn markdown_code(text: &str) -> String {
    let text = visible(text);
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    // A bar ends a cell even inside of code; GFM takes the backslash away again.
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// Text as a cell that no spreadsheet takes for a formula.
pub(super) fn cell(text: &str) -> String {
    let text = visible(text);
    // The full-width forms count as the signs themselves in some spreadsheets.
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.into_owned() }
}

/// At most `limit` characters, the last of them an ellipsis when text was cut off.
pub(super) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    if text.chars().nth(limit).is_none() {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().take(limit.saturating_sub(1));
    Cow::Owned(kept.chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_prose_has_no_markup_left() {
        assert_eq!(markdown("[x](http://e.vil) <b> @all"), "\\[x\\](http\\://e.vil) &lt;b&gt; (at)all");
        assert_eq!(markdown("www.evil.example"), "www\\.evil.example");
        assert_eq!(markdown("1. x"), "1\\. x");
        assert_eq!(markdown("- x"), "\\- x");
        assert_eq!(markdown("run `a*b` at x:443"), "run `a*b` at x:443");
        assert_eq!(markdown("a ` <b>"), "a \\` &lt;b&gt;");
        assert_eq!(markdown("198.51.100.7 answered"), "198\\.51.100.7 answered");
    }

    #[test]
    fn a_code_span_is_fenced_with_more_backticks_than_it_holds() {
        assert_eq!(markdown_code("a``b"), "```a``b```");
        assert_eq!(markdown_code("`|"), "`` `\\| ``");
        assert_eq!(markdown_code(""), "");
    }

    #[test]
    fn a_cell_is_no_formula() {
        for formula in ["=1+1", "+1", "-1", "@x", " =1", "＝1"] {
            assert!(cell(formula).starts_with('\''), "{formula}");
        }
        assert_eq!(cell("\t=1"), "\\t=1");
        assert_eq!(cell("a=1"), "a=1");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöüß", 3), "äö…");
        assert_eq!(shortened("abc", 0), "…");
    }
}
