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
        let scanner = Scanner::new(&self.names, collect::originals(report, &self.names));
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
