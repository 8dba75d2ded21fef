//! What stands between the name of a credential and its value, and where the value ends.

use std::ops::Range;

use super::folded::Folded;

/// Words that lead from a name to its value; the digits are the kinds of secrets in a device's configuration.
const LINKS: &[&str] = &[
    "value", "is", "was", "are", "equals", "to", "set", "of", "as", "be", "given", "used", "string", "text", "type",
    "number", "0", "5", "7", "phrase", "code",
];
/// Words behind a name that tell whose it is, before a colon.
const WHOSE: &[&str] = &["for", "of", "from", "by", "in", "used"];
/// Longest gap, in characters.
const LONGEST: usize = 64;
/// How far the end of an opening tag may be.
const LONGEST_TAG: usize = 512;

/// Longest part of a URL in front of a parameter that is looked at, in characters.
const LONGEST_URL: usize = 2048;

/// The way from a name to its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    /// Where the value begins.
    pub(super) value: usize,
    /// Whether there is a colon, an equals sign or the like, and not a blank alone.
    pub(super) separates: bool,
    /// Whether there is a blank, as in a sentence.
    pub(super) has_blank: bool,
    /// The quote or bracket that the value ends with, and in how many bytes it is written.
    pub(super) quote: Option<(char, usize)>,
    /// Whether the value is that of a parameter of a URL, which an ampersand ends.
    pub(super) in_url: bool,
}

/// Returns the way from a name to its value; `None` when a sentence, a list or the text ends behind the name.
pub(super) fn behind(folded: &[Folded], name: &Range<usize>) -> Option<Gap> {
    if let Some(gap) = in_element(folded, name) {
        return gap;
    }
    let in_url = is_in_url(folded, name.start);
    if in_url && let Some(gap) = in_path(folded, name) {
        return Some(gap);
    }
    let c = |at: usize| folded.get(at).map(|folded| folded.c);
    let (mut at, mut separates, mut has_blank, mut linked) = (name.end, false, false, false);
    let mut opened = None;
    while at < name.end + LONGEST {
        let next = c(at)?;
        match next {
            '.' | '!' | '?' if c(at + 1).is_none_or(char::is_whitespace) => return None,
            // A table with semicolons between its columns.
            ';' if at == name.end && c(at + 1).is_some_and(|c| !c.is_whitespace()) => separates = true,
            ';' | '&' => return None,
            '\n' if !separates => return None,
            ',' if c(at + 1).is_some_and(|c| c == ' ') && link(folded, at + 2).is_none() => return None,
            '-' if c(at + 1) == Some(' ') && c(at.wrapping_sub(1)) == Some(' ') => separates = true,
            ':' | '=' | '>' | '|' | '~' => separates = true,
            // What was taken out already.
            '*' if is_removed(folded, at) => return None,
            '*' => separates = true,
            '"' | '\'' if separates && is_empty(folded, at) => return None,
            _ if next.is_whitespace() => has_blank = true,
            '"' | '\'' | '`' | '(' | '[' | '{' | '<' => {}
            _ if next.is_alphanumeric()
                || next == '_'
                || matches!(next, '/' | '+' | '$' | '@' | '#' | '%' | '^' | '\\') =>
            {
                match link(folded, at).filter(|_| at > name.end) {
                    Some(end) => {
                        at = end;
                        linked = true;
                        continue;
                    }
                    None => break,
                }
            }
            _ => {}
        }
        opened = folded.get(at).copied();
        at += 1;
    }
    let quote = opened.filter(|opened| at > name.end + 1 || !is_quote(opened.c)).and_then(|opened| {
        let close = match opened.c {
            '"' | '\'' | '`' => opened.c,
            '(' => ')',
            '[' => ']',
            '{' => '}',
            '<' => '>',
            // The end of an opening tag, `<param name="password">`.
            '>' => '<',
            _ => return None,
        };
        Some((close, opened.width()))
    });
    let separates = separates || quote.is_some();
    let whose = if separates || linked { None } else { behind_whose(folded, at) };
    match whose {
        Some(value) => Some(Gap { value, separates: true, has_blank: true, quote: None, in_url }),
        None => Some(Gap { value: at, separates, has_blank, quote, in_url }),
    }
}

/// Returns whether three asterisks stand here and nothing else behind them.
fn is_removed(folded: &[Folded], at: usize) -> bool {
    let c = |at: usize| folded.get(at).map(|folded| folded.c);
    (at..at + 3).all(|at| c(at) == Some('*')) && c(at + 3).is_none_or(|next| !next.is_alphanumeric() && next != '*')
}

/// Returns whether a pair of quotes stands here with nothing in it, and nothing else behind it.
fn is_empty(folded: &[Folded], at: usize) -> bool {
    let c = |at: usize| folded.get(at).map(|folded| folded.c);
    c(at) == c(at + 1) && c(at + 2).is_none_or(|next| matches!(next, ',' | '}' | ']' | '>' | '/' | ' '))
}

/// Returns the end of the linking word that begins here.
fn link(folded: &[Folded], at: usize) -> Option<usize> {
    let (word, end) = word_at(folded, at);
    let ends = folded.get(end).is_none_or(|next| !matches!(next.c, '_' | '-' | '.') || next.c == '.');
    (ends && LINKS.contains(&word.as_str())).then_some(end)
}

fn word_at(folded: &[Folded], at: usize) -> (String, usize) {
    let rest = folded.get(at..).unwrap_or_default();
    let word: String = rest.iter().take(16).map(|folded| folded.c).take_while(|c| c.is_alphanumeric()).collect();
    let end = at + word.chars().count();
    (word.to_lowercase(), end)
}

/// Finds the place behind the colon in `password for user admin: ...`.
fn behind_whose(folded: &[Folded], at: usize) -> Option<usize> {
    let (word, _) = word_at(folded, at);
    if !WHOSE.contains(&word.as_str()) {
        return None;
    }
    let rest = folded.get(at..)?.iter().take(LONGEST).map(|folded| folded.c);
    let mut end = None;
    for (index, c) in rest.enumerate() {
        match c {
            ':' | '=' => {
                end = Some(at + index + 1);
                break;
            }
            '\n' | ',' | ';' | '(' => return None,
            _ => {}
        }
    }
    let end = end?;
    let blanks = folded.get(end..)?.iter().take_while(|folded| folded.c == ' ').count();
    (blanks > 0).then_some(end + blanks)
}

/// Finds what stands between the tags of `<password type="x">...</password>`. The outer option is whether the name is an element's.
fn in_element(folded: &[Folded], name: &Range<usize>) -> Option<Option<Gap>> {
    let mut front = name.start;
    // A prefix of a namespace stands in front of a name.
    if front > 0 && folded.get(front - 1).is_some_and(|before| before.c == ':') {
        front -= 1;
        while front > 0 && folded.get(front - 1).is_some_and(|before| before.c.is_alphanumeric()) {
            front -= 1;
        }
    }
    let before = front.checked_sub(1).and_then(|before| folded.get(before))?;
    if before.c == '/' && front.checked_sub(2).and_then(|before| folded.get(before)).is_some_and(|open| open.c == '<') {
        return Some(None);
    }
    let next = folded.get(name.end).map(|next| next.c);
    if before.c != '<' || !next.is_some_and(|next| next.is_whitespace() || matches!(next, '>' | '/')) {
        return None;
    }
    let tag = folded.get(name.end..)?.iter().take(LONGEST_TAG);
    let close = tag.clone().position(|folded| folded.c == '>' && folded.width() == before.width());
    let Some(close) = close.map(|close| name.end + close) else {
        // The rest was cut off.
        return Some(Some(Gap { value: name.end, separates: true, has_blank: false, quote: None, in_url: false }));
    };
    let gap =
        |value| Gap { value, separates: true, has_blank: false, quote: Some(('<', before.width())), in_url: false };
    if folded.get(close - 1).is_some_and(|slash| slash.c == '/') {
        // Its attributes have it.
        return Some(
            Some(Gap { quote: Some(('>', before.width())), ..gap(name.end) }).filter(|_| close > name.end + 1),
        );
    }
    Some(Some(gap(close + 1)))
}

/// Finds the part of the path behind the name in `/token/5f0c.../x`.
fn in_path(folded: &[Folded], name: &Range<usize>) -> Option<Gap> {
    let slash = |at: Option<usize>| at.and_then(|at| folded.get(at)).is_some_and(|folded| folded.c == '/');
    if !slash(name.start.checked_sub(1)) || !slash(Some(name.end)) {
        return None;
    }
    Some(Gap { value: name.end + 1, separates: false, has_blank: false, quote: Some(('/', 1)), in_url: true })
}

/// Returns whether a place lies in a URL, or in a path with a query.
pub(super) fn is_in_url(folded: &[Folded], at: usize) -> bool {
    let front = folded.get(at.saturating_sub(LONGEST_URL)..at).unwrap_or_default();
    let start =
        front.iter().rposition(|folded| folded.c.is_whitespace() && folded.width() == 1).map_or(0, |blank| blank + 1);
    let word = front.get(start..).unwrap_or_default();
    word.first().is_some_and(|first| first.c == '/')
        || word.iter().any(|folded| folded.c == '?')
        || word.windows(3).any(|mark| matches!(mark, [a, b, c] if a.c == ':' && b.c == '/' && c.c == '/'))
}

/// Returns the value that a gap leads to, or so many characters of it.
pub(super) fn value(folded: &[Folded], gap: &Gap, most: usize) -> Range<usize> {
    let rest = folded.get(gap.value..).unwrap_or_default();
    let rest = rest.get(..most).unwrap_or(rest);
    let length = match gap.quote {
        Some(('/', _)) => rest.iter().position(|c| matches!(c.c, '/' | '?' | '#') || c.c.is_whitespace()),
        Some((close, width)) => rest.iter().position(|c| c.c == close && c.width() == width),
        None if gap.in_url => rest.iter().enumerate().position(|(at, c)| ends_parameter(rest, at, *c)),
        None => rest.iter().position(|c| c.c == '\n' && c.width() == 1),
    };
    gap.value..gap.value + length.unwrap_or(rest.len())
}

fn ends_parameter(rest: &[Folded], at: usize, c: Folded) -> bool {
    match c.c {
        '&' => matches!(c.width(), 1 | 5),
        '"' | '\'' | '<' | '>' | '`' => true,
        // A semicolon may be one of the value, unless another parameter follows.
        ';' => rest.get(at + 1..).is_some_and(|rest| {
            let name = rest.iter().take_while(|c| c.c.is_alphanumeric() || matches!(c.c, '_' | '-' | '.')).count();
            name > 0 && rest.get(name).is_some_and(|next| next.c == '=')
        }),
        other => other.is_whitespace() && c.width() < 3,
    }
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`')
}

/// Returns whether a word announces a name and a password in one word.
pub(super) fn is_login(word: &str) -> bool {
    ["login", "logon", "user", "account", "auth", "authenticated"].iter().any(|login| word.eq_ignore_ascii_case(login))
}

/// Returns whether a word is an option of a command line that a password follows: `-u user:password`, `-p password`.
pub(super) fn is_option(before: &str, word: &str, front: Option<char>) -> bool {
    let commands =
        ["curl", "wget", "mysql", "ldapsearch", "sshpass", "ldapmodify", "smbclient", "psql", "mongo", "rpcclient"];
    let proxy_user = word.ends_with("proxy-user") || word.eq_ignore_ascii_case("user") && before.is_empty();
    front == Some('-')
        && (matches!(word, "u" | "p" | "w" | "U") && !before.is_empty() || proxy_user && commands.contains(&before))
}

/// Returns whether a word is an option with its password in one, of a command that stands before it: `mysql -psecret`.
pub(super) fn is_attached_password(line: &str, word: &str) -> bool {
    let commands = ["mysql", "mariadb", "sshpass", "7z "];
    word.starts_with('p') && word.len() > 2 && commands.iter().any(|command| line.contains(command))
}

/// Returns whether a word is the option that the community of SNMP follows: `snmpwalk -c public`.
pub(super) fn is_community_option(line: &str, word: &str) -> bool {
    let commands = ["snmpget", "snmpwalk", "snmpbulk", "snmpset", "snmptrap"];
    word == "c" && commands.iter().any(|command| line.contains(command))
}
