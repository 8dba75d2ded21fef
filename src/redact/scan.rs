//! Finds originals within texts: those that fields of the report named, whatever looks like a URL, an address, a path or a number
//! of a device, and between them every word that is not known to be harmless.

use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::{Captures, Regex};

use super::pseudonyms::{Originals, Pseudonyms};
use super::words::WordContext;

/// What is an original by its looks; each group is told from the others by its name.
static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)
        (?P<url> [A-Za-z][A-Za-z0-9+.-]*:// [^\s"'<>\\`]+ )
        | (?P<email> [\w.%+-]+ @ [A-Za-z0-9.-]+ )
        | (?P<fingerprint> \b (?: [0-9A-Fa-f]{2} : ){7,} [0-9A-Fa-f]{2} \b )
        | (?P<mac> \b (?: [0-9A-Fa-f]{1,2} [:-] ){5} [0-9A-Fa-f]{1,2} \b | \b (?: [0-9A-Fa-f]{4} \. ){2} [0-9A-Fa-f]{4} \b
            | \b [0-9A-Fa-f]{12} \b )
        | (?P<uuid> \b [0-9A-Fa-f]{8} (?: - [0-9A-Fa-f]{4} ){3} - [0-9A-Fa-f]{12} \b )
        | (?P<v6> [0-9A-Fa-f]{0,4} (?: : [0-9A-Fa-f]{0,4} ){2,8} (?: \. [0-9]{1,3} ){0,3} )
        | (?P<v4> \b [0-9]{1,3} (?: \. [0-9]{1,3} ){3} \b )
        | (?P<phone> \+ [0-9]{1,3} [\x20()./-]{0,2} [0-9][0-9\x20()./-]{4,} [0-9] \b )
        | (?P<digits> \b (?: [0-9a-f]{16,} | [0-9A-F]{16,} ) \b )
        | (?P<file> \b (?i: file: ) /{1,3} [^\s"'<>|]+ | \b [A-Za-z]: \\ [^\s"'<>|]+ | \\\\ [\w.$-]+ (?: \\ [^\s"'<>|\\]+ )+ | (?: ~ | \.{1,2} ) / [^\s"'<>|]+ )
        | (?P<path> (?: ^ | [\s("'=] ) (?P<slashes> (?: / [^\s/"'`<>,;()]+ )+ /? ) )
        "#,
    )
    .ok()
});

/// How a URL of the catalog begins that stands for one of the reader's.
const OWN_URL: &str = "https://HOST:443/networkIntegrationEndpoint/ID";

/// Replaces originals within texts.
pub(super) struct Scanner<'a> {
    names: &'a Pseudonyms,
    known: Option<AhoCorasick>,
    pseudonyms: Vec<String>,
    originals: Vec<String>,
}

/// A place in a text, and what comes in its stead.
type Replacement = (Range<usize>, String);

impl<'a> Scanner<'a> {
    /// Knows these originals by name.
    pub(super) fn new(names: &'a Pseudonyms, originals: Originals) -> Self {
        let (originals, pseudonyms): (Vec<String>, Vec<String>) = originals.into_iter().unzip();
        // A list too long for the automaton leaves the patterns, which know all but bare words.
        let known = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(&originals)
            .ok();
        Self { names, known, pseudonyms, originals }
    }

    /// Returns the text with pseudonyms. It is read once from left to right, so that a pseudonym is never taken for an original.
    pub(super) fn redacted(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut from = 0;
        let mut context = WordContext::default();
        let (mut known, mut looks) = (self.next_known(text, 0), self.next_looks(text, 0));
        loop {
            // A URL or path that begins where a known name does is longer than it, and says more.
            let (range, pseudonym) = match (&known, &looks) {
                (Some(a), Some(b)) if (a.0.start, usize::MAX - a.0.end) <= (b.0.start, usize::MAX - b.0.end) => a,
                (_, Some(found)) | (Some(found), None) => found,
                (None, None) => break,
            };
            self.names.write_words(text.get(from..range.start).unwrap_or_default(), &mut context, &mut out);
            context.interrupt();
            out.push_str(pseudonym);
            from = range.end;
            if known.as_ref().is_some_and(|found| found.0.start < from) {
                known = self.next_known(text, from);
            }
            if looks.as_ref().is_some_and(|found| found.0.start < from) {
                looks = self.next_looks(text, from);
            }
        }
        self.names.write_words(text.get(from..).unwrap_or_default(), &mut context, &mut out);
        out
    }

    /// Finds the next original that the report named and that stands as a word of its own.
    fn next_known(&self, text: &str, from: usize) -> Option<Replacement> {
        let known = self.known.as_ref()?;
        let mut start = from;
        while let Some(found) = known.find(aho_corasick::Input::new(text).range(start..)) {
            let before = text.get(..found.start()).and_then(|before| before.chars().next_back());
            let after = text.get(found.end()..).and_then(|after| after.chars().next());
            let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
            let original = self.originals.get(found.pattern().as_usize());
            let begins_with_word = word(original.and_then(|original| original.chars().next()));
            let ends_with_word = word(original.and_then(|original| original.chars().next_back()));
            if !(begins_with_word && word(before) || ends_with_word && word(after)) {
                return Some((found.range(), self.pseudonyms.get(found.pattern().as_usize())?.clone()));
            }
            start = text.get(found.start()..)?.char_indices().nth(1).map_or(text.len(), |(at, _)| found.start() + at);
        }
        None
    }

    /// Finds the next part that looks like an original.
    fn next_looks(&self, text: &str, from: usize) -> Option<Replacement> {
        let pattern = PATTERN.as_ref()?;
        let mut start = from;
        while let Some(captures) = pattern.captures_at(text, start) {
            if let Some(found) = self.judged(&captures) {
                return Some(found);
            }
            // Within what is none after all, something may be: go on at the end of its first word. What is refused begins with ASCII.
            let whole = captures.get(0)?;
            let word = whole.as_str().find(|c: char| !c.is_alphanumeric()).unwrap_or(whole.len());
            start = whole.start() + word.max(1);
        }
        None
    }

    /// Returns what comes in the place of something that matched; `None` when it only looked like an original.
    fn judged(&self, captures: &Captures<'_>) -> Option<Replacement> {
        let names = self.names;
        if let Some(url) = captures.name("url") {
            // A full stop or a bracket behind a URL belongs to the sentence.
            let bare = url.as_str().trim_end_matches(['.', ',', ';', ':', ')', ']', '}', '!', '?']);
            let rest = bare.strip_prefix(OWN_URL);
            let own = bare == "https://graph.microsoft.com" || rest.is_some_and(|rest| names.path(rest) == rest);
            let pseudonym = if own { bare.to_owned() } else { names.url(bare) };
            return Some((url.start()..url.start() + bare.len(), pseudonym));
        }
        if let Some(email) = captures.name("email") {
            let (user, host) = email.as_str().split_once('@')?;
            return Some((email.range(), format!("{}@{}", names.user(user), names.host(host.trim_end_matches('.')))));
        }
        if let Some(number) = captures.name("mac").or(captures.name("uuid")) {
            return Some((number.range(), names.identifier(number.as_str())));
        }
        if let Some(number) = captures.name("phone") {
            let count = number.as_str().bytes().filter(u8::is_ascii_digit).count();
            return (count > 6).then(|| (number.range(), names.stand_in("number", number.as_str())));
        }
        if let Some(file) = captures.name("file") {
            let bare = file.as_str().trim_end_matches(['.', ',', ';', ':', ')', ']']);
            return Some((file.start()..file.start() + bare.len(), names.foreign_path(bare)));
        }
        if let Some(address) = captures.name("v6").or(captures.name("v4")) {
            let bare = address.as_str().trim_end_matches('.');
            let parsed = bare.parse::<IpAddr>().or_else(|_| bare.trim_end_matches(':').parse()).ok()?;
            // Two colons alone are part of a log line's format.
            let unspecified = parsed.is_unspecified() || parsed.is_loopback();
            let length = if bare.parse::<IpAddr>().is_ok() { bare.len() } else { bare.trim_end_matches(':').len() };
            return (!unspecified)
                .then(|| (address.start()..address.start() + length, names.address(parsed).to_string()));
        }
        if let Some(digits) = captures.name("digits").or(captures.name("fingerprint")) {
            return Some((digits.range(), names.digits(digits.as_str())));
        }
        let path = captures.name("slashes")?;
        let bare = path.as_str().trim_end_matches(['.', '!', '?', ':']);
        Some((path.start()..path.start() + bare.len(), names.path(bare)))
    }
}

/// Returns whether a text is a MAC address or a GUID by its looks, so that it is found wherever it stands.
pub(super) fn is_known_by_looks(text: &str) -> bool {
    let found = PATTERN.as_ref().and_then(|pattern| pattern.captures(text));
    let whole = found.and_then(|found| found.name("mac").or(found.name("uuid")));
    whole.is_some_and(|whole| whole.len() == text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::pseudonyms::Shape;

    fn redacted(known: &[&str], text: &str) -> String {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
        let originals = known.iter().map(|name| (name.to_lowercase(), names.endpoint(name))).collect();
        Scanner::new(&names, originals).redacted(text)
    }

    #[test]
    fn what_only_looks_like_an_original_stays() {
        for text in [
            "javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException",
            "frame.number == 126 and tcp.stream eq 4",
            "2023-08-15 16:21:07.123 -:::- and 16:21:07",
            "JSS 10.48.1-t1689600654, TLS 1.2, 3.1 s.",
            "404:Not Found: the MDM server is not reachable",
            "ise-psc.log:812 and MdmRESTClient.java:412",
            "Compare the serial number with the server's, and the user name and the device ID.",
            "In ISE, Administration > System > Settings > Proxy: TCP/UDP, and/or.",
            "Check the Auto Discovery URL (https://graph.microsoft.com for Microsoft Graph).",
        ] {
            assert_eq!(redacted(&[], text), text);
        }
    }

    #[test]
    fn what_looks_like_an_original_goes_even_when_no_field_names_it() {
        for original in [
            "https://mdm.corp.example.com:8443/secret/x?tok=1",
            "10.1.2.3",
            "fe80::1:2",
            "2001:db8:aa::7",
            "jane.doe@corp.example.com",
            "00:50:56:aa:bb:cc",
            "0050.56aa.bbcc",
            "5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D",
            "pan1.corp.example.com",
            "dns.corp.example",
            "sun.corp.example.COM",
            "DEADBEEFDEADBEEF0011",
            "/networkIntegrationEndpoint/a1b2c3",
        ] {
            for text in [format!("at {original}."), format!("({original})"), original.to_owned()] {
                let out = redacted(&[], &text);
                assert!(!out.contains(original) && out != text, "{text}: {out}");
            }
        }
        for text in ["username = jdoe, rest", "User: jdoe", "user 'jdoe' is locked", "login=\"jdoe\""] {
            assert!(!redacted(&[], text).contains("jdoe"), "{text}");
        }
        for text in ["Serial number C02XK1ZZJGH5", "serial=C02XK1ZZJGH5,", "UDID: 'C02XK1ZZJGH5'"] {
            assert!(!redacted(&[], text).contains("C02XK1ZZJGH5"), "{text}");
        }
        assert!(!redacted(&[], "https-jsse-nio-10.1.2.3-8443-exec-5").contains("10.1.2.3"));
    }

    #[test]
    fn known_names_go_as_words_and_not_as_parts_of_words() {
        let out = redacted(&["mdm"], "mdm at MDM:443, mdmlog, an mdm.");
        assert!(!out.contains("mdm ") && !out.contains("MDM") && out.contains("mdmlog"), "{out}");
    }

    #[test]
    fn what_is_longer_than_a_known_name_that_it_begins_with_says_more() {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
        let out = redacted(&["acmecorp"], "acmecorp@mdm.example.com");
        assert_eq!(out, format!("{}@{}", names.user("acmecorp"), names.host("mdm.example.com")));
    }

    #[test]
    fn an_address_is_found_behind_the_number_of_a_line() {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
        let address = "2001:db8:1:2:3:4:5:7";
        let out = redacted(&[], &format!("ise-psc.log:9:{address}"));
        assert_eq!(out, format!("ise-psc.log:9:{}", names.endpoint(address)));
    }

    #[test]
    fn a_telephone_number_goes_as_one_and_fewer_digits_are_none() {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
        for number in ["+49 151 99887766", "+1 234 567"] {
            assert_eq!(redacted(&[], number), names.stand_in("number", number));
        }
        assert_eq!(redacted(&[], "+12 345 6"), "+12 345 6");
    }

    #[test]
    fn a_device_is_known_by_its_looks_when_that_is_all_there_is() {
        for number in ["02:00:5E:10:00:01", "0200.5e10.0001", "5A4B3C2D-1E0F-4A5B-8C7D-9E8F7A6B5C4D"] {
            assert!(is_known_by_looks(number), "{number}");
            assert!(!is_known_by_looks(&format!("{number} of jdoe")), "{number}");
        }
        assert!(!is_known_by_looks("C02XK1ZZJGH5"));
    }

    #[test]
    fn text_of_any_alphabet_is_cut_between_characters() {
        let out = redacted(&["ü.example.com"], "→ü.example.com← //ß::é 1.2.3.4ü");
        assert!(out.starts_with('→') && !out.contains("ü.example"), "{out}");
    }

    #[test]
    fn a_long_text_is_read_once() {
        // Quadratic behaviour would take minutes here.
        for part in ["a.b:c::/x 1.2.3 mdm ", "a:", "a.", "/a", "a@", "A", "-"] {
            let text = part.repeat(200_000 / part.len());
            assert!(!redacted(&["mdm"], &text).is_empty());
        }
    }
}
