//! What stands for originals in packets and records that leave the house: pseudonyms of the same length, under the same key as those
//! of reports.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

use super::pseudonyms::{Pseudonyms, Shape};
use super::scan::Scanner;
use super::{collect, key_or_random};
use crate::model::report::Report;
use crate::model::sanitize::without_secrets;

/// Originals of a report, and what stands for them.
pub(crate) struct Disguise {
    names: Pseudonyms,
}

impl Disguise {
    /// Makes stand-ins under this key, or under one that no one will know.
    pub(crate) fn new(key: Option<&[u8]>) -> Self {
        Self { names: Pseudonyms::new(key_or_random(key), Shape::SameLength) }
    }

    /// Knows the originals that the report names in fields of their own.
    pub(crate) fn stand_ins(&self, report: &Report) -> StandIns<'_> {
        let scanner = Scanner::new(&self.names, collect::originals(report, &report.attempts, &self.names));
        StandIns { names: &self.names, scanner, labels: RefCell::default() }
    }
}

/// Makes what stands for originals.
pub(crate) struct StandIns<'n> {
    names: &'n Pseudonyms,
    scanner: Scanner<'n>,
    /// Labels come again and again.
    labels: RefCell<HashMap<String, String>>,
}

impl StandIns<'_> {
    /// Returns what stands for an address: another one of its family. What every host has or hears stays.
    pub(crate) fn address(&self, address: IpAddr) -> IpAddr {
        let everyones = match address {
            IpAddr::V4(v4) => v4.is_broadcast(),
            IpAddr::V6(_) => false,
        };
        if everyones || address.is_unspecified() || address.is_loopback() || address.is_multicast() {
            return address;
        }
        self.names.address(address)
    }

    /// Returns what stands for the address of a network card: one that is locally administered (IEEE 802, section 8.4). Those of
    /// groups stay.
    pub(crate) fn mac(&self, address: [u8; 6]) -> [u8; 6] {
        let [first, ..] = address;
        if first & 1 == 1 || address == [0; 6] {
            return address;
        }
        let bytes = self.names.bytes("mac", &hex::encode(address));
        let mut mac = bytes.first_chunk::<6>().copied().unwrap_or_default();
        let [first, ..] = &mut mac;
        *first = *first & 0xfc | 0x02;
        mac
    }

    /// Returns what stands for a host's name, as long as it.
    pub(crate) fn host(&self, host: &str) -> String {
        host.split('.').map(|label| self.label(label)).collect::<Vec<_>>().join(".")
    }

    fn label(&self, label: &str) -> String {
        if let Some(known) = self.labels.borrow().get(label) {
            return known.clone();
        }
        let stand_in = self.names.same_length_host(label);
        self.labels.borrow_mut().insert(label.to_owned(), stand_in.clone());
        stand_in
    }

    /// Returns what stands for a word, as long as it.
    pub(crate) fn word(&self, word: &str) -> String {
        self.names.same_length(word)
    }

    /// Returns a text without secrets, in which pseudonyms stand for what is not known to be harmless. Addresses may have another
    /// length.
    pub(crate) fn text(&self, text: &str) -> String {
        self.scanner.redacted(&without_secrets(text))
    }

    /// Does the same word by word, each as long as it was.
    pub(crate) fn text_of_same_length(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let end = rest.find(ends_word).unwrap_or(rest.len());
            let (word, after) = rest.split_at(end);
            out.push_str(&self.as_long(word, self.scanner.redacted(word)));
            let mut characters = after.chars();
            out.extend(characters.next());
            rest = characters.as_str();
        }
        out
    }

    /// Returns what stands for path and query of a URL, as long as it.
    pub(crate) fn target(&self, target: &str) -> String {
        self.as_long(target, self.names.path(&without_secrets(target)))
    }

    /// Returns bytes that stand for a key, a signature or a number.
    pub(crate) fn bytes(&self, original: &[u8]) -> Vec<u8> {
        let mut block = hex::encode(original);
        let mut bytes = Vec::with_capacity(original.len() + 32);
        while bytes.len() < original.len() {
            let next = self.names.bytes("bytes", &block);
            bytes.extend(next);
            block = hex::encode(next);
        }
        bytes.truncate(original.len());
        bytes
    }

    fn as_long(&self, original: &str, redacted: String) -> String {
        if redacted.len() == original.len() { redacted } else { self.names.same_length(original) }
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ',' | '{' | '}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// Runs with what stands for originals of the sample.
    fn with_stand_ins(test: impl Fn(&StandIns<'_>)) {
        let disguise = Disguise::new(Some(b"key"));
        test(&disguise.stand_ins(&sample::report()));
    }

    #[test]
    fn addresses_that_every_host_has_or_hears_stay() {
        with_stand_ins(|it| {
            for everyones in ["0.0.0.0", "127.0.0.1", "224.0.0.251", "255.255.255.255", "::", "::1", "ff02::fb"] {
                let address: IpAddr = everyones.parse().unwrap();
                assert_eq!(it.address(address), address);
            }
            for one in ["192.0.2.7", "2001:db8::7"] {
                let address: IpAddr = one.parse().unwrap();
                assert!(it.address(address) != address && it.address(address).is_ipv4() == address.is_ipv4());
            }
        });
    }

    #[test]
    fn network_cards_get_addresses_that_no_vendor_gives_and_groups_keep_theirs() {
        with_stand_ins(|it| {
            for everyones in [[0; 6], [0xff; 6], [1, 0, 0x5e, 0, 0, 0xfb]] {
                assert_eq!(it.mac(everyones), everyones);
            }
            let firsts: std::collections::BTreeSet<u8> =
                (0..100).map(|last| it.mac([0, 0x50, 0x56, 1, 2, last])[0]).collect();
            assert!(firsts.iter().all(|first| first & 3 == 2) && firsts.len() > 8, "{firsts:?}");
        });
    }

    #[test]
    fn what_stands_for_names_targets_and_keys_is_as_long_as_they() {
        with_stand_ins(|it| {
            let host = it.host("mdm.contoso.com");
            assert!(host.len() == 15 && host.ends_with(".com") && !host.contains("contoso"), "{host}");
            assert_eq!(it.host("mdm.contoso.com"), host);
            assert!(it.word("acmecorp").len() == 8 && it.word("acmecorp") != "acmecorp");
            let asked = "/ciscoise/mdminfo/?ise_api_version=3";
            assert_eq!(it.target(asked), asked);
            let target = it.target("/acmecorp9/ciscoise/mdminfo");
            assert!(target.len() == 27 && !target.contains("acmecorp9"), "{target}");
            for length in [0, 3, 32, 33, 64, 100] {
                assert_eq!(it.bytes(&vec![7; length]).len(), length);
            }
            assert_ne!(it.bytes(&[7; 32]), [7; 32]);
            let text = "<acmecorp> {acmecorp},'acmecorp' \"acmecorp\"";
            let shown = it.text_of_same_length(text);
            assert_eq!(shown, text.replace("acmecorp", &it.word("acmecorp")));
            // What is of the vocabulary can still be read beside an address, whose pseudonym has another length.
            for text in ["closed 192.0.2.7", "closed,192.0.2.7"] {
                let shown = it.text_of_same_length(text);
                assert!(shown.len() == text.len() && shown.starts_with(&text[..7]) && shown != text, "{shown}");
            }
        });
    }
}
