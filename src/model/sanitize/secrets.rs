//! Finds the credentials of a text: by the names in front of them, by their form, and in front of the host of a URL.
//!
//! The text is read once, from left to right, as it is meant and not as it is escaped. Where it is not clear where a credential
//! ends, all goes up to the end of its line or to where the sentence goes on in known words.

use std::borrow::Cow;
use std::ops::Range;

use super::folded::{Folded, fold, written};
use super::names::{Name, judge, scheme};
use super::{forms, gap, harmless, names, trigger, userinfo};

/// What stands for a value that was taken out.
pub(super) const REMOVED: &str = "***";
/// Longest name that is looked at, in characters.
const LONGEST_NAME: usize = 96;
/// How far an option may stand behind the command that it is of, in characters.
const LONGEST_COMMAND: usize = 160;
/// So many characters of what is left of a text are looked at to tell whether a sentence goes on.
const SENTENCE: usize = 200;

/// A place in a text, in bytes, and what comes in its stead.
type MaskedPlace = (Range<usize>, &'static str);

/// Returns a text without its credentials.
pub(crate) fn without_secrets(text: &str) -> Cow<'_, str> {
    if !trigger::may_have_secrets(text) {
        return Cow::Borrowed(text);
    }
    let found = Scan { text, folded: fold(text), found: Vec::new() }.all();
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    for (range, instead) in found {
        if let Some(before) = text.get(from..range.start) {
            clean.push_str(before);
            clean.push_str(instead);
        }
        from = from.max(range.end);
    }
    clean.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(clean)
}

/// The search in one text. Places are counted in folded characters.
pub(super) struct Scan<'a> {
    text: &'a str,
    pub(super) folded: Vec<Folded>,
    found: Vec<MaskedPlace>,
}

impl Scan<'_> {
    fn all(mut self) -> Vec<MaskedPlace> {
        let mut at = 0;
        while at < self.folded.len() {
            at = self.step(at).max(at + 1);
        }
        self.found
    }

    /// Looks at one place, and returns where to go on.
    fn step(&mut self, at: usize) -> usize {
        let Some(c) = self.c(at) else { return at };
        let front = |back: usize| at.checked_sub(back).and_then(|before| self.c(before));
        let is_option = front(1) == Some('-') && front(2).is_none_or(|before| !before.is_alphanumeric());
        let begins = front(1).is_none_or(|before| !is_name(before)) || is_option;
        if begins && (c.is_ascii_alphanumeric() || c == '-') || c == '$' || c == '{' {
            let rest = self.written(at..self.folded.len());
            if let Some(length) = if c == '-' { forms::pem(rest) } else { forms::token(rest) } {
                return self.take_bytes(at, length);
            }
        }
        if self.begins_token(at)
            && let Some(user) = userinfo::find(&self.folded, at)
        {
            return self.take(user, "");
        }
        if matches!(c, '/' | '?' | '&' | '=')
            && gap::is_in_url(&self.folded, at)
            && let Some(user) = userinfo::within_url(&self.folded, at)
        {
            return self.take(user, "");
        }
        if !begins || !is_name(c) || c == '-' {
            return at;
        }
        let end = self.end_of(at, LONGEST_NAME, is_name);
        self.word(at..end)
    }

    /// Looks at a word that may name a credential.
    fn word(&mut self, word: Range<usize>) -> usize {
        let name = self.meant(word.clone());
        if let Some(rest) = scheme(&name) {
            return self.scheme(word.end, rest);
        }
        let before = self.word_before(word.start);
        if gap::is_option(&before, &name, self.c(word.start.wrapping_sub(1))) {
            return self.option(word.end);
        }
        if self.c(word.start.wrapping_sub(1)) == Some('-') && !before.is_empty() {
            let line = self.line_before(word.start);
            if gap::is_community_option(&line, &name) {
                return self.option(word.end);
            }
            if gap::is_attached_password(&line, &name) {
                let end = self.end_of(word.start, usize::MAX, |c| !c.is_whitespace());
                return self.take(word.start + 1..end, REMOVED);
            }
        }
        match judge(&name, &before) {
            Some(kind) => self.named(word, kind, &name),
            None if self.is_parameter(&word, &name) => self.named(word, Name::Strong, &name),
            None if gap::is_login(&name) => self.login(word.end),
            None => word.end,
        }
    }

    /// Takes out what stands behind a name.
    fn named(&mut self, name: Range<usize>, kind: Name, spelled: &str) -> usize {
        if let Some(value) = self.within_name(name.clone(), kind) {
            return self.take(value, REMOVED);
        }
        let Some(gap) = gap::behind(&self.folded, &name) else { return name.end };
        if kind == Name::Weak && !gap.separates && gap::is_login(spelled) {
            return self.login(name.end);
        }
        if kind == Name::Weak && (!gap.separates || spelled == "code" && !self.is_code(&name, &gap)) {
            return name.end;
        }
        let head = gap::value(&self.folded, &gap, SENTENCE);
        let words = self.meant(head);
        if harmless::is_absent(&words) {
            return gap.value.max(name.end);
        }
        let first = harmless::words(&words).next().unwrap_or_default();
        let harmless = match (kind, gap.separates, gap.quote.is_some()) {
            // A word that follows at once: one of the sentence, or the credential.
            (_, false, _) => harmless::is_word(first) || harmless::goes_on(&words),
            (Name::Weak, ..) => harmless::is_word(first) || is_short_number(first),
            (Name::Strong, _, true) => false,
            (Name::Strong, ..) => gap.has_blank && harmless::goes_on(&words),
        };
        if harmless {
            return gap.value.max(name.end);
        }
        let value = gap::value(&self.folded, &gap, usize::MAX);
        if gap.quote.is_some_and(|(close, _)| close == ']') && self.c(value.end + 1) == Some('=') {
            // `credentials[password]=...`: the name goes on.
            return name.end;
        }
        let end = match (gap.separates, gap.quote) {
            (false, None) => self.end_of(value.start, usize::MAX, |c| !c.is_whitespace()),
            _ if gap.in_url || gap.quote.is_some() => value.end,
            _ => self.where_sentence_goes_on(value.clone()),
        };
        self.take(value.start..end, REMOVED)
    }

    /// Finds a name and its value in one word: `secret_5f0c...`.
    fn within_name(&self, name: Range<usize>, kind: Name) -> Option<Range<usize>> {
        let underscore = name.clone().find(|at| self.c(*at) == Some('_'))?;
        let value = underscore + 1..name.end;
        let first = judge(&self.meant(name.start..underscore), "");
        let told = self.meant(value.clone());
        let opaque =
            told.len() > 5 && told.contains(|c: char| c.is_ascii_digit()) && told.contains(char::is_alphabetic);
        let ends = self.c(name.end).is_none_or(|c| !matches!(c, ':' | '=' | '"' | '\'' | '>'));
        (kind == Name::Strong && first == Some(Name::Strong) && opaque && ends).then_some(value)
    }

    /// Returns whether a word names a parameter of a URL that sounds like a credential: rather one too many than one too few.
    fn is_parameter(&self, word: &Range<usize>, name: &str) -> bool {
        let front = word.start.checked_sub(1).and_then(|before| self.c(before));
        matches!(front, Some('?' | '&' | ';')) && self.c(word.end) == Some('=') && names::sounds(name)
    }

    /// Returns whether `code=...` is one of OAuth's (RFC 6749, section 4.1.2), as it is unless it numbers an error.
    fn is_code(&self, name: &Range<usize>, gap: &gap::Gap) -> bool {
        let before = self.meant(name.start.saturating_sub(6)..name.start).to_lowercase();
        self.c(name.end) == Some('=') && gap.value == name.end + 1 && !before.contains("error")
    }

    /// Returns what stands behind the name of an authentication scheme.
    fn scheme(&mut self, end: usize, rest_of_line: bool) -> usize {
        let start = self.end_of(end, 8, |c| c.is_whitespace() || matches!(c, ':' | '=' | '"' | '\''));
        let value =
            start..self.end_of(start, usize::MAX, |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>'));
        let told = self.meant(value.clone());
        let sentence = self.meant(start..start + SENTENCE);
        let challenge = ["realm", "error", "scope", "charset"].iter().any(|name| told.starts_with(name));
        let is_number = told.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ')' | '-'));
        let least = if start == end { usize::MAX } else { 4 };
        let goes_on = !told.contains('=') && (harmless::is_word(&told) || harmless::goes_on(&sentence));
        if told.len() < least || challenge || is_number || goes_on {
            return end;
        }
        let end = if rest_of_line { self.where_sentence_goes_on(start..self.end_of_line(start)) } else { value.end };
        self.take(start..end, REMOVED)
    }

    /// Masks all behind the colon in `curl -u admin:...`, and the word in `-p ...`.
    fn option(&mut self, end: usize) -> usize {
        let start = self.end_of(end, 4, |c| c == ' ' || c == '=');
        let value = start..self.end_of(start, usize::MAX, |c| !c.is_whitespace());
        let told = self.meant(value.clone());
        let is_number = told.bytes().all(|byte| byte.is_ascii_digit());
        if start == end || is_number || harmless::is_word(&told) || told.starts_with(['-', '<']) {
            return end;
        }
        self.take(value, REMOVED)
    }

    /// Masks the password in `login with admin/...`, with a slash or a colon between.
    fn login(&mut self, end: usize) -> usize {
        let mut at = end;
        for _ in 0..4 {
            at = self.end_of(at, 8, |c| !c.is_alphanumeric() && c != '\n');
            let word = at..self
                .end_of(at, usize::MAX, |c| !c.is_whitespace() && !matches!(c, '"' | '\'' | '<' | '>' | ')' | ']'));
            let told = self.meant(word.clone());
            if told.contains("://") || told.contains('.') {
                return end;
            }
            if let Some((user, password)) = told.split_once(['/', ':']) {
                // Ports, times and addresses of devices have a colon too.
                let is_number = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '-' | '/');
                let known = harmless::is_word(password) || password.chars().all(is_number);
                return match user.chars().count() {
                    0 => end,
                    _ if known => end,
                    length => self.take(word.start + length + 1..word.end, REMOVED),
                };
            }
            at = word.end;
        }
        end
    }

    /// Returns where two known words follow each other again, or the end of the value.
    fn where_sentence_goes_on(&self, value: Range<usize>) -> usize {
        let mut at = self.end_of(value.start, usize::MAX, |c| !c.is_whitespace());
        while at < value.end {
            let next = self.end_of(at, usize::MAX, |c| c.is_whitespace() && c != '\n');
            let rest = self.meant(next..(next + SENTENCE).min(value.end));
            let mut words = rest.split_whitespace().filter(|word| word.contains(char::is_alphanumeric));
            if words.next().is_some_and(harmless::is_word) && words.next().is_some_and(harmless::is_word) {
                return at;
            }
            at = self.end_of(next, usize::MAX, |c| !c.is_whitespace()).max(next + 1);
        }
        value.end
    }

    fn end_of_line(&self, from: usize) -> usize {
        self.end_of(from, usize::MAX, |c| c != '\n')
    }

    /// Returns the end of the run of such characters that begins here.
    fn end_of(&self, from: usize, most: usize, is: impl Fn(char) -> bool) -> usize {
        let rest = self.folded.get(from..).unwrap_or_default();
        from + rest.iter().take(most).take_while(|folded| is(folded.c)).count()
    }

    /// Returns the word in front of a place with blanks between, in lower case.
    fn word_before(&self, at: usize) -> String {
        let front = self.folded.get(..at).unwrap_or_default().iter().rev().take(LONGEST_NAME).map(|folded| folded.c);
        let word: Vec<char> =
            front.skip_while(|c| matches!(c, ' ' | '-')).take_while(|c| c.is_alphanumeric()).collect();
        word.into_iter().rev().collect::<String>().to_lowercase()
    }

    /// Returns what stands before a place in its line, in lower case, as far as a command line is looked at.
    fn line_before(&self, at: usize) -> String {
        let before = self.meant(at.saturating_sub(LONGEST_COMMAND)..at).to_lowercase();
        before.rsplit('\n').next().unwrap_or_default().to_owned()
    }

    fn begins_token(&self, at: usize) -> bool {
        at == 0
            || self.c(at - 1).is_some_and(|before| before.is_whitespace())
            || self.c(at) == Some(':') && self.c(at + 1) == Some('/') && self.c(at + 2) == Some('/')
    }

    fn c(&self, at: usize) -> Option<char> {
        self.folded.get(at).map(|folded| folded.c)
    }

    fn meant(&self, range: Range<usize>) -> String {
        let end = range.end.min(self.folded.len());
        self.folded.get(range.start..end).unwrap_or_default().iter().map(|folded| folded.c).collect()
    }

    fn written(&self, range: Range<usize>) -> &str {
        self.text.get(written(&self.folded, &range)).unwrap_or_default()
    }

    /// Takes out so many bytes, and returns the place behind them.
    fn take_bytes(&mut self, at: usize, length: usize) -> usize {
        let from = self.folded.get(at).map_or(0, |folded| folded.from);
        self.found.push((from..from + length, REMOVED));
        let rest = self.folded.get(at..).unwrap_or_default();
        at + rest.iter().take_while(|folded| folded.from < from + length).count()
    }

    fn take(&mut self, range: Range<usize>, instead: &'static str) -> usize {
        let bytes = written(&self.folded, &range);
        if !bytes.is_empty() {
            self.found.push((bytes, instead));
        }
        range.end
    }
}

/// Returns whether a character may be part of a name.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | char::REPLACEMENT_CHARACTER)
}

fn is_short_number(word: &str) -> bool {
    let digits = word.trim_matches(|c: char| !c.is_alphanumeric());
    digits.len() < 4 && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}
