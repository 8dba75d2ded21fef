//! The wiki text that Jira Data Center takes, in which punctuation is markup: what is foreign is written so that it is none.

use std::fmt::Write as _;

use crate::model::visible::visible;
use crate::render::escape::shortened;
use crate::render::overview::Overview;
use crate::render::ticket::Ticket;
use crate::render::ticket_text::{LINE, facts, proof, remedies};

/// Returns the description of a ticket.
pub(super) fn description(overview: &Overview<'_>, ticket: &Ticket<'_>) -> String {
    let incident = ticket.head;
    let mut text = prose(&shortened(&visible(&incident.diagnosis.summary), LINE));
    text.push_str("\n\n");
    for fact in facts(overview, ticket) {
        text.push_str(&format!("* {}\n", prose(&fact)));
    }
    let mut remedies = remedies(incident).peekable();
    if remedies.peek().is_some() {
        text.push_str("\nh3. What to do\n\n");
    }
    for remedy in remedies {
        text.push_str(&format!("# {}\n", prose(&remedy)));
    }
    let proof = proof(overview, incident);
    if !proof.is_empty() {
        let lines: Vec<String> = proof.iter().map(|line| literal(line)).collect();
        text.push_str(&format!("\nh3. Proof\n\n{{noformat}}\n{}\n{{noformat}}\n", lines.join("\n")));
    }
    text
}

/// Returns text between two `{noformat}`, which it does not end.
fn literal(text: &str) -> String {
    text.replace('{', "{ ")
}

/// Returns text in which nothing is markup but what stands between a pair of backticks, which is monospaced.
fn prose(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // An odd number of backticks makes no pairs.
    if parts.len().is_multiple_of(2) {
        return escaped(text);
    }
    let part = |(index, part): (usize, &&str)| match (index % 2, part.is_empty()) {
        (0, _) => escaped(part),
        (_, true) => "``".to_owned(),
        (_, false) => format!("{{{{{}}}}}", escaped(part)),
    };
    parts.iter().enumerate().map(part).collect()
}

/// Returns text with references for the characters that are markup where they stand: a backslash before them is not taken
/// away everywhere.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let behind = rest.as_str();
        let after = behind.chars().next();
        let is_within = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let is_markup = match c {
            '{' | '}' | '[' | ']' | '|' | '!' | '\\' => true,
            // Emphasis, but not within a word.
            '*' | '_' | '-' | '+' | '^' | '~' | '?' => {
                !(is_plain(c, before, after) || is_within(before) && is_within(after))
            }
            // A list, or the link to a ticket.
            '#' => true,
            '&' => is_within(after) || after == Some('#'),
            // The scheme of a link, or a face.
            ':' | ';' => behind.starts_with("//") || behind.starts_with([')', '(', 'P', 'D']),
            // A symbol such as (x), (on), (*r).
            '(' => behind.split_once(')').is_some_and(|(name, _)| {
                name.chars().count() <= "flagoff".len() && !name.chars().all(|c| c.is_ascii_digit())
            }),
            // A heading or a quotation, such as `h1.` or `bq.`.
            '.' => out.len() == 2 && !is_within(after),
            _ => false,
        };
        if is_markup {
            let _ = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

/// Returns whether it is a sign with blanks on both sides, or one question mark at the end of a word.
fn is_plain(sign: char, before: Option<char>, after: Option<char>) -> bool {
    let is_blank = |c: Option<char>| c.is_some_and(|c| c == ' ');
    match sign {
        '?' => after != Some('?') && before != Some('?'),
        _ => is_blank(before) && is_blank(after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn what_can_be_no_markup_stays_as_it_is() {
        for text in
            ["In ISE, Administration > System: ise_api_version, a & b (404)", "t-1.example:443 never answered 4 SYNs?"]
        {
            assert_eq!(prose(text), text);
        }
        assert_eq!(prose("run `a*b` now"), "run {{a*b}} now");
    }

    #[test]
    fn foreign_text_is_no_markup() {
        for (text, shown) in [
            ("{color:red}x", "&#123;color:red&#125;x"),
            ("[~admin] [a|http://a.example]", "&#91;&#126;admin&#93; &#91;a&#124;http&#58;//a.example&#93;"),
            ("!http://a.example/p.png!", "&#33;http&#58;//a.example/p.png&#33;"),
            ("*bold* -gone- --", "&#42;bold&#42; &#45;gone&#45; &#45;&#45;"),
            ("h1. head", "h1&#46; head"),
            ("bq. said", "bq&#46; said"),
            ("(x) :) ;)", "&#40;x) &#58;) &#59;)"),
            ("a\\\\b &#33;", "a&#92;&#92;b &#38;&#35;33;"),
            ("a ` b", "a ` b"),
        ] {
            assert_eq!(prose(text), shown);
        }
    }

    #[test]
    fn a_proof_ends_where_it_was_to_end() {
        let report = sample::hostile("{noformat}h1. x{code}");
        let overview = Overview::whole(&report);
        for ticket in overview.tickets() {
            let text = description(&overview, &ticket);
            assert_eq!(text.matches("{noformat}").count(), 2, "{text}");
            assert!(!text.contains("{code}"), "{text}");
        }
    }

    #[test]
    fn a_description_reads_like_this() {
        let report = sample::report();
        let overview = Overview::whole(&report);
        insta::assert_snapshot!(description(&overview, &overview.tickets()[0]));
    }
}
