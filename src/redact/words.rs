//! Words between what is known by name or by its looks: those of the vocabulary stay, all others get a pseudonym.

use super::number;
use super::paths::EXTENSIONS;
use super::pseudonyms::Pseudonyms;
use crate::model::vocabulary::{begins_word, knows, knows_class, knows_compound};

/// Hosts that the catalog's own texts name.
const OWN_HOSTS: [&str; 1] = ["graph.microsoft.com"];
/// Fields of Wireshark that display filters name.
const FIELDS: [&str; 17] = [
    "frame.number",
    "tcp.stream",
    "udp.stream",
    "tcp.port",
    "udp.port",
    "tcp.srcport",
    "tcp.dstport",
    "ip.addr",
    "ip.src",
    "ip.dst",
    "ipv6.addr",
    "ipv6.src",
    "ipv6.dst",
    "dns.id",
    "dns.qry.name",
    "tls.handshake.type",
    "frame.comment",
];
/// Names behind which a person or an account stands, where a colon or an equals sign follows them.
const PERSONS: [&str; 24] = [
    "account",
    "admin",
    "by",
    "cn",
    "dn",
    "login",
    "mail",
    "name",
    "o",
    "operator",
    "ou",
    "owner",
    "person",
    "principal",
    "samaccountname",
    "sn",
    "uid",
    "upn",
    "user",
    "userid",
    "username",
    "userprincipalname",
    "givenname",
    "dc",
];
/// Names behind which digits tell a device, a session or a person.
const DEVICES: [&str; 26] = [
    "asset",
    "cell",
    "device",
    "deviceid",
    "fax",
    "fingerprint",
    "iccid",
    "imei",
    "imsi",
    "instance",
    "meid",
    "mobile",
    "organization",
    "phone",
    "phonenumber",
    "pid",
    "s/n",
    "serial",
    "serialnumber",
    "session",
    "sessionid",
    "sn",
    "tel",
    "telephone",
    "tenant",
    "udid",
];
/// So much of a word is known for one where the text is cut off.
const LEAST_OF_WORD: usize = 6;
/// What says that a name is not given.
const ABSENT: [&str; 8] = ["null", "none", "true", "false", "unknown", "n", "a", "empty"];

/// What the words so far say of the next one.
#[derive(Default)]
pub(super) struct WordContext {
    before: String,
    /// The words so far name a device, a session or a person by a number.
    device: bool,
}

impl Pseudonyms {
    /// Writes a text, in which nothing is known by name or by its looks, with pseudonyms for what is not of the vocabulary.
    pub(super) fn write_words(&self, text: &str, context: &mut WordContext, out: &mut String) {
        let mut rest = text;
        while let Some(start) = rest.find(char::is_alphanumeric) {
            let (between, from) = rest.split_at(start);
            out.push_str(between);
            let end = from.find(|c: char| !is_inner(c)).unwrap_or(from.len());
            let end = from.get(..end).map_or(end, |word| word.trim_end_matches(['.', '-', '\'']).len());
            let (word, after) = from.split_at(end.max(1));
            let place = Place { between, after, context };
            if self.stays(word, &place) {
                out.push_str(word);
            } else {
                out.push_str(&self.word_for(word));
            }
            context.next(word, between, after);
            rest = after;
        }
        out.push_str(rest);
    }

    fn stays(&self, word: &str, place: &Place<'_>) -> bool {
        let lower = word.to_lowercase();
        let context = place.context;
        if place.separates() && PERSONS.contains(&context.before.as_str()) && !ABSENT.contains(&lower.as_str()) {
            return false;
        }
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if context.device && digits > 0 {
            return false;
        }
        if word.starts_with(|c: char| c.is_ascii_digit()) {
            return self.number_stays(word, place);
        }
        let cut = place.after.is_empty() && word.len() >= LEAST_OF_WORD && begins_word(word);
        word.chars().count() == 1 && word.is_ascii() || is_known(word) || is_code(word) || cut
    }

    fn number_stays(&self, word: &str, place: &Place<'_>) -> bool {
        // The numbers of a version are the vendor's.
        let version = word.find(|c: char| !c.is_ascii_digit() && c != '.').and_then(|at| {
            let (numbers, build) = word.split_at(at);
            let build = build.trim_start_matches(['-', 't', 'b']);
            let is_build = build.bytes().all(|byte| byte.is_ascii_digit()) && build.len() <= 10;
            (numbers.split('.').count() == 3 && !numbers.ends_with('.') && is_build).then_some(())
        });
        let (next, _) = first_word(place.after);
        let attached = place.between.chars().next_back().filter(|c| !c.is_whitespace());
        version.is_some() || number::tells_nothing(word, &place.context.before, &next, attached) || knows(word)
    }

    /// Returns the pseudonym of a word, by what it looks like.
    fn word_for(&self, word: &str) -> String {
        let dotted = word.contains('.') && word.contains(char::is_alphabetic);
        if dotted { self.host(word) } else { self.stand_in("word", word) }
    }
}

impl WordContext {
    /// Forgets what was said: something else stands in the text.
    pub(super) fn interrupt(&mut self) {
        *self = Self::default();
    }

    fn next(&mut self, word: &str, between: &str, after: &str) {
        let lower = word.to_lowercase();
        let about = matches!(lower.as_str(), "id" | "number" | "no" | "is" | "name" | "n");
        let names = DEVICES.contains(&lower.as_str());
        let numbers = self.device && !word.contains(char::is_alphabetic) | word.contains(|c: char| c.is_ascii_digit());
        let near =
            |text: &str| text.chars().take_while(|c| !c.is_alphanumeric()).all(|c| !matches!(c, ',' | ';' | '.'));
        self.device = names && near(after) || self.device && (about || numbers) && near(between) && near(after);
        self.before = lower;
    }
}

/// Where a word stands.
struct Place<'t> {
    between: &'t str,
    after: &'t str,
    context: &'t WordContext,
}

impl Place<'_> {
    /// Returns whether a separator stands between the name before it and the word.
    fn separates(&self) -> bool {
        self.between.contains([':', '=', '>', '\\']) && self.between.chars().count() <= 6
    }
}

/// Returns whether a word is of the vocabulary, in whatever way it is composed.
fn is_known(word: &str) -> bool {
    if let Some((base, end)) = word.split_once('\'') {
        return knows(base) && matches!(end, "s" | "t" | "re" | "ve" | "ll" | "d" | "m");
    }
    if !word.contains('.') {
        let numbers =
            word.split('-').filter(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())).count();
        let digits = if word.contains('_') { number::ANYWHERE + 1 } else { number::ANYWHERE };
        return numbers < 3 && (knows_compound(word, digits) || is_versioned(word));
    }
    if knows_class(word) || FIELDS.contains(&word) || OWN_HOSTS.contains(&word) || is_versioned(word) {
        return true;
    }
    let parts: Vec<&str> = word.split('.').collect();
    let has_hump = |part: &&str| {
        let mut letters = part.chars().skip(1);
        letters.clone().any(char::is_uppercase)
            && (letters.any(char::is_lowercase) || part.starts_with(char::is_lowercase))
    };
    match parts.as_slice() {
        [stem, extension] if EXTENSIONS.contains(&extension.to_lowercase().as_str()) => {
            knows_compound(stem, number::ANYWHERE)
        }
        // `MDMVerifyServer.verifyServer`: hosts are not written so.
        parts => parts.iter().all(|part| knows_compound(part, 2)) && parts.iter().any(has_hump),
    }
}

/// Returns whether it is a word of the vocabulary with its version: `TLSv1.2`, `SHA256`, `IPv4`.
fn is_versioned(word: &str) -> bool {
    let at = word.find(|c: char| c.is_ascii_digit()).unwrap_or(word.len());
    let (name, version) = word.split_at(at);
    let name = name.strip_suffix('v').unwrap_or(name);
    knows(name) && version.len() <= 5 && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// Returns whether it is a code such as `AADSTS7000215`.
fn is_code(word: &str) -> bool {
    word.strip_prefix("AADSTS").is_some_and(|code| code.len() < 10 && code.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_inner(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\'')
}

/// Returns the next word in lower case, where nothing but a blank stands before it, and what stands behind.
fn first_word(text: &str) -> (String, &str) {
    let text = text.strip_prefix([' ', '-']).unwrap_or(text);
    let end = text.find(|c: char| !c.is_alphabetic()).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    (word.to_lowercase(), after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::pseudonyms::Shape;
    use crate::redact::scan::Scanner;

    /// What a text becomes, in which nothing is known by name.
    fn redacted(text: &str) -> String {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::Telling);
        Scanner::new(&names, Default::default()).redacted(text)
    }

    #[track_caller]
    fn stays(text: &str) {
        assert_eq!(redacted(text), text);
    }

    /// Asserts that no part of a text that is someone's is left of it.
    #[track_caller]
    fn goes(original: &str, text: &str) {
        let redacted = redacted(text);
        assert!(!redacted.to_lowercase().contains(&original.to_lowercase()), "{original}: {redacted}");
    }

    #[test]
    fn a_number_behind_the_name_of_a_device_tells_which_it_is_however_short() {
        for text in ["tenant 42", "serial number 42", "serial 4f00 42", "serial 4711 42"] {
            assert!(redacted(text).rsplit(' ').next().unwrap().starts_with("word-"), "{text}");
        }
        // What ends the clause ends it, and so does what is an original of another kind.
        stays("no such device, 42 of 50");
        assert!(redacted("device 02:00:5E:AA:BB:CC 404").ends_with(" 404"));
    }

    #[test]
    fn a_version_with_its_build_is_the_vendors_and_nothing_that_only_begins_like_one_is() {
        stays("10.48.1-t1689600654");
        goes("acmecorp", "10.48.1-acmecorp");
        goes("12345678901", "10.48.1-t12345678901");
        goes("99887766", "99887766-t1");
        stays("HttpClient.java:1234");
    }

    #[test]
    fn a_word_is_known_as_a_whole() {
        stays("the server's TLS_CHACHA20_POLY1305_SHA256");
        goes("acmecorp", "acmecorp's");
        goes("jdoe", "server'jdoe");
        stays("http-pool-10-99");
        goes("10-99-88", "http-pool-10-99-88");
        stays("AADSTS7000215");
        goes("acmecorp", "AADSTSacmecorp");
        goes("1234567890", "AADSTS1234567890");
    }

    #[test]
    fn a_class_or_a_file_is_told_from_a_host_by_its_writing() {
        stays("MdmClient.Response and MDMVerifyServer.verifyServer in server.log");
        // Words that everyone knows make a host's name all the same.
        for host in ["mdm.server.cisco", "server.acmecorp"] {
            goes(host, host);
            goes("server", host);
        }
    }
}
