//! Finds user and password in front of a host (RFC 3986, section 3.2.1), also where the password has characters that end an
//! authority and should have been escaped.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::folded::Folded;

/// What stands in front of an address of a person, and is no user of a host.
const MAIL: [&str; 7] = ["mailto", "mail", "email", "e-mail", "sip", "smtp", "upn"];

/// Longest word that is looked at, in characters.
const LONGEST: usize = 2048;

/// Returns the user information of the word that begins here, with the at sign behind it. A word that begins with `://` is a URL
/// without its scheme.
pub(super) fn find(folded: &[Folded], at: usize) -> Option<Range<usize>> {
    let rest = folded.get(at..)?;
    let rest = rest.get(..LONGEST).unwrap_or(rest);
    let length = rest.iter().position(|folded| folded.c.is_whitespace()).unwrap_or(rest.len());
    let word: Vec<char> = rest.iter().take(length).map(|folded| folded.c).collect();
    let scheme = word.windows(3).position(|mark| matches!(mark, [':', '/', '/']));
    let found = match scheme {
        Some(0) => of_url(word.get(3..)?).map(|end| 3..3 + end),
        // The place of the mark itself is looked at in its turn.
        Some(_) => None,
        None if word.starts_with(&['/', '/']) => of_url(word.get(2..)?).map(|end| 2..2 + end),
        None => of_word(&word),
    };
    found.map(|found| at + found.start..at + found.end)
}

/// Returns how much of a URL behind its scheme is user information.
fn of_url(rest: &[char]) -> Option<usize> {
    let end = rest.iter().position(|c| matches!(c, '"' | '\'' | '<' | '>' | '`')).unwrap_or(rest.len());
    let rest = rest.get(..end)?;
    let authority_ends = |from: usize| {
        let after = rest.get(from..).unwrap_or_default();
        from + after.iter().position(|c| matches!(c, '/' | '?' | '#')).unwrap_or(after.len())
    };
    let next_at = |from: usize| rest.iter().enumerate().skip(from).find(|(_, c)| **c == '@').map(|(at, _)| at + 1);
    let mut start = 0;
    // The last at sign of the authority ends it, and one behind it where what stands before it can't be a host.
    loop {
        let authority = rest.get(start..authority_ends(start))?;
        if let Some(at) = authority.iter().rposition(|c| *c == '@') {
            start += at + 1;
            continue;
        }
        let doubtful = !is_server(authority);
        match next_at(start) {
            Some(at) if doubtful || is_password(authority, rest.get(start..at)?, rest.get(at..)?, start > 0) => {
                start = at
            }
            // The end of a text may have cut off what stood behind a password.
            None if doubtful && authority.contains(&':') => return Some(rest.len()),
            _ => return (start > 0).then_some(start),
        }
    }
}

/// Returns whether an authority without user information may be one: a host, and a port that is a number.
fn is_server(authority: &[char]) -> bool {
    let is_address = || authority.iter().collect::<String>().parse::<Ipv6Addr>().is_ok();
    if authority.first() == Some(&'[') || is_address() {
        return true;
    }
    match authority.iter().position(|c| *c == ':') {
        Some(colon) => {
            let port: &[char] = authority.get(colon + 1..).unwrap_or_default();
            // What surrounds a URL in a sentence may stand behind its port.
            let digits = port.iter().take_while(|c| c.is_ascii_digit()).count();
            let behind = port.get(digits..).unwrap_or_default();
            behind.iter().all(|c| matches!(c, ',' | '.' | ';' | ':' | ')' | ']' | '}' | '!' | '\\' | '|'))
                || behind.first().is_some_and(|c| matches!(c, ',' | ';' | ')' | ']' | '}' | '|')) && digits > 0
        }
        None => true,
    }
}

/// Returns whether what looks like a host of one word and a path is a name and a password: another host follows the at sign,
/// and no parameter stands before it.
fn is_password(authority: &[char], before: &[char], behind: &[char], has_user: bool) -> bool {
    let host = behind.iter().take_while(|c| c.is_alphanumeric() || matches!(c, '.' | '-')).collect::<Vec<_>>();
    let is_host = host.contains(&&'.');
    let one_word = !authority.contains(&'.') && !authority.is_empty();
    let plain = !before.contains(&'=') && before.iter().filter(|c| **c == '/').count() < 3;
    let likely = has_user || authority.contains(&':');
    one_word && is_host && plain && (likely || !before.contains(&'/') || before.contains(&'?') || before.contains(&'#'))
}

/// Returns user and password of an address that is a part of a URL, behind the slash, the equals sign or the like that stands
/// here: `?db=admin:password@host`.
pub(super) fn within_url(folded: &[Folded], at: usize) -> Option<Range<usize>> {
    let c = |at: usize| folded.get(at).map(|folded| folded.c);
    let double = c(at) == Some('/') && (at.checked_sub(1).and_then(c) == Some('/') || c(at + 1) == Some('/'));
    if double {
        return None;
    }
    let slashes = (at + 1..at + 3).take_while(|at| c(*at) == Some('/')).count();
    let at = at + slashes;
    let rest = folded.get(at + 1..)?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '&' | '"' | '\'' | '<' | '>');
    let part: Vec<char> = rest.iter().take(LONGEST).map(|folded| folded.c).take_while(|c| !ends(*c)).collect();
    let colon =
        part.iter().position(|c| matches!(c, ':' | '/' | '?' | '=')).filter(|colon| part.get(*colon) == Some(&':'))?;
    let user: String = part.get(..colon)?.iter().collect();
    let octet = user.len() == 2 && user.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_scheme = part.get(colon + 1) == Some(&'/') && part.get(colon + 2) == Some(&'/');
    if user.is_empty() || octet || is_scheme || MAIL.contains(&user.to_lowercase().as_str()) {
        return None;
    }
    let end = part.iter().rposition(|c| *c == '@').filter(|end| *end > colon)?;
    Some(at + 1..at + 2 + end)
}

/// Finds the credentials in `admin:password@host` and `thin:admin/password@host`, where no scheme tells a URL.
fn of_word(word: &[char]) -> Option<Range<usize>> {
    let at = word.iter().rposition(|c| *c == '@')?;
    let quote = word.iter().take(at).rposition(|c| matches!(c, '"' | '\'' | '>')).map_or(0, |quote| quote + 1);
    let start = quote + word.get(quote..)?.iter().position(|c| c.is_alphanumeric())?;
    let user = word.get(start..at)?;
    let colon = user.iter().position(|c| *c == ':');
    let scheme: String = user.get(..colon.unwrap_or_default())?.iter().collect();
    let behind = word.get(at + 1)?;
    let slash = start == 0 || !word.get(..start)?.iter().any(|c| matches!(c, '/' | '~' | '.'));
    let is_user = colon.is_some() && !MAIL.contains(&scheme.to_lowercase().as_str())
        || colon.is_none() && slash && user.contains(&'/');
    (is_user && (behind.is_alphanumeric() || *behind == '[')).then_some(start..at + 1)
}

#[cfg(test)]
mod tests {
    use super::super::folded::fold;
    use super::*;

    fn without(text: &str) -> String {
        let folded = fold(text);
        let starts = text.find("://").into_iter().chain([0]);
        let found = starts.filter_map(|at| find(&folded, at)).next();
        found.map_or(text.to_owned(), |found| format!("{}{}", &text[..found.start], &text[found.end..]))
    }

    #[test]
    fn user_and_password_go_whatever_characters_they_have() {
        for (text, clean) in [
            ("https://admin:pw@h.example.com/x", "https://h.example.com/x"),
            ("https://admin:p/w@h.example.com/x", "https://h.example.com/x"),
            ("https://admin:p?w@h.example.com/x", "https://h.example.com/x"),
            ("https://admin:p#w@h.example.com:8443/x", "https://h.example.com:8443/x"),
            ("https://admin:1234/5@h.example.com/x", "https://h.example.com/x"),
            ("https://admin:p@s/s@h.example.com/x", "https://h.example.com/x"),
            ("https://admin:pass", "https://"),
            ("admin:pw@h:443", "h:443"),
            ("jdbc:oracle:thin:admin/pw@db:1521", "db:1521"),
        ] {
            assert_eq!(without(text), clean);
        }
    }

    #[test]
    fn hosts_ports_and_addresses_of_people_stay() {
        for text in [
            "https://h.example.com:443/login@example.com/x",
            "https://mdm:8443/devices/?value=jane@example.com",
            "https://[2001:db8::1]:443/x",
            "https://h:443, and",
            "https://h.example.com:443",
            "jane@example.com",
            "mailto:jane@example.com",
            "/login@example.com/x",
            "a:b",
        ] {
            assert_eq!(without(text), text);
        }
    }
}
