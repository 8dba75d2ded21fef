//! Makes foreign text harmless: what host names and log lines hold was written by strangers, and ends up on terminals,
//! in browsers, in spreadsheets and in tickets.

use std::borrow::Cow;

use crate::model::visible::visible;

/// A bar that ends no cell of a table, wherever it stands but in code.
const BAR: &str = "&#124;";

/// Returns text as prose of Markdown (CommonMark, GFM): nothing in it is markup, a link, a mention or HTML. What stands
/// between a pair of backticks becomes a code span, in which nothing is markup either.
pub(super) fn markdown(text: &str) -> String {
    let text = visible(text);
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks makes no pairs.
    if parts.len().is_multiple_of(2) {
        return markdown_prose(&text, markdown_code);
    }
    let part = |(index, part): (usize, &&str)| match index % 2 {
        0 => markdown_prose(part, markdown_code),
        _ => markdown_code(part),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Returns prose in which URLs are code: what is code is no link.
fn markdown_prose(text: &str, code: fn(&str) -> String) -> String {
    let word = |word: &str| {
        let is_url = word.contains("://") || word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www."));
        if !is_url {
            return escaped(word);
        }
        // What a sentence puts around a URL stays outside.
        let bare = word.trim_start_matches(['(', '"', '\'', '<', '[']);
        let before = word.get(..word.len() - bare.len()).unwrap_or_default();
        let url = bare.trim_end_matches(['.', ',', ';', ':', ')', '"', '\'', '>', ']', '!', '?']);
        let behind = bare.get(url.len()..).unwrap_or_default();
        format!("{}{}{}", escaped(before), code(url), escaped(behind))
    };
    let mut out = text.split(' ').map(word).collect::<Vec<_>>().join(" ");
    match out.chars().next() {
        // At the start of a line these begin lists, headings, quotes and rules.
        Some('-' | '+' | '=' | '>' | '#') => out.insert(0, '\\'),
        Some(c) if c.is_ascii_digit() => {
            if let Some(end) = out.find(|c: char| !c.is_ascii_digit())
                && out.get(end..).and_then(|rest| rest.strip_prefix(['.', ')'])).is_some_and(ends_marker)
            {
                out.insert(end, '\\');
            }
        }
        _ => {}
    }
    out
}

/// Returns whether what follows the dot of a number makes an item of a list of it (CommonMark, section 5.2).
fn ends_marker(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

/// Returns a word in which nothing is markup; what can be none stays as it is.
fn escaped(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 8);
    let mut before = None;
    let mut rest = word.chars();
    while let Some(c) = rest.next() {
        let after = rest.clone().next();
        let within = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        match c {
            // Mentions are looked for after the Markdown is rendered, so that a backslash does not stop them.
            '@' => out.push_str("(at)"),
            // An entity, or a tag.
            '&' if after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '#') => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            // Within a word, this is no emphasis.
            '_' if within(before) && within(after) => out.push('_'),
            // A reference to another ticket.
            '#' if within(after) => out.push_str("\\#"),
            '!' if after == Some('[') => out.push_str("\\!"),
            // Behind a backslash of the text, not all tables take `\|` for one bar.
            '|' => out.push_str(BAR),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        before = Some(c);
    }
    out
}

/// Returns text as a code span of Markdown, outside of tables.
pub(super) fn markdown_code(text: &str) -> String {
    let text = visible(text);
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    // CommonMark takes one blank of both ends away, where there is something between them.
    let blanks = text.starts_with(' ') && text.ends_with(' ') && !text.trim_matches(' ').is_empty();
    let pad = if blanks || text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Returns text as code in a cell of a table in Markdown. A bar ends a cell even inside of code, and not all that renders
/// tables agrees on how it is escaped there: it stands between two pieces of code.
pub(super) fn markdown_code_cell(text: &str) -> String {
    visible(text).split('|').map(markdown_code).collect::<Vec<_>>().join(BAR)
}

/// Returns text as prose in a cell of a table in Markdown; what stands in backticks is no code there.
pub(super) fn markdown_cell(text: &str) -> String {
    markdown_prose(&visible(text), markdown_code_cell)
}

/// Returns text as a cell that no spreadsheet takes for a formula.
pub(super) fn cell(text: &str) -> String {
    let text = visible(text);
    // The full-width forms count as the signs themselves in some spreadsheets.
    let formula = text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    if formula { format!("'{text}") } else { text.into_owned() }
}

/// Returns at most `limit` characters, the last of them an ellipsis when text was cut off.
pub(crate) fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
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
        assert_eq!(markdown("[x](http://e.vil) <b> @all"), "\\[`x](http://e.vil`) &lt;b> (at)all");
        assert_eq!(markdown("www.evil.example"), "`www.evil.example`");
        assert_eq!(markdown("1. x"), "1\\. x");
        assert_eq!(markdown("- x"), "\\- x");
        assert_eq!(markdown("run `a*b` at x:443"), "run `a*b` at x:443");
        assert_eq!(markdown("a ` <b>"), "a \\` &lt;b>");
        assert_eq!(markdown("> quote"), "\\> quote");
        assert_eq!(markdown("see #12 and &amp;"), "see \\#12 and &amp;amp;");
        assert_eq!(markdown("198.51.100.7 answered"), "198.51.100.7 answered");
    }

    #[test]
    fn what_is_no_markup_stays_as_it_is() {
        for text in ["In ISE, Administration > System: ise_api_version, a & b!", "4 SYNs over 3.1 s {x}"] {
            assert_eq!(markdown(text), text);
        }
        let url = "https://a.example:443/x_y/?ise_api_version=3";
        assert_eq!(
            markdown(&format!("ISE asked for {url}, so (see {url}).")),
            format!("ISE asked for `{url}`, so (see `{url}`).")
        );
    }

    #[test]
    fn a_code_span_is_fenced_with_more_backticks_than_it_holds() {
        assert_eq!(markdown_code("a``b"), "```a``b```");
        assert_eq!(markdown_code("`|"), "`` `| ``");
        assert_eq!(markdown_code(""), "");
    }

    #[test]
    fn no_bar_of_the_text_ends_a_cell_of_a_table() {
        assert_eq!(markdown_code_cell("tcp.stream eq 4 || dns"), "`tcp.stream eq 4 `&#124;&#124;` dns`");
        assert_eq!(markdown_code_cell("a`\\|` <img>"), "``a`\\``&#124;`` ` <img> ``");
        assert_eq!(markdown_code_cell("a | b | c"), "`a `&#124;`  b  `&#124;` c`");
        assert_eq!(markdown_cell("\\| <img src=x> `b|`"), "\\\\&#124; &lt;img src=x> \\`b&#124;\\`");
        assert_eq!(markdown_cell("at http://a.example/|/b"), "at `http://a.example/`&#124;`/b`");
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
