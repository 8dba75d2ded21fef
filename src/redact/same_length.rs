//! Pseudonyms that are as long as their originals: a letter for a letter, a digit for a digit, all else as it is. Lengths in
//! packets stay right, and what tells a host from a number still does.
//!
//! The words of one shape are permuted among themselves under the key (a Feistel network whose rounds are HMACs, walked until it
//! is within the set, as format-preserving encryption does), so that two originals never get the same pseudonym, however short
//! they are.

use crate::model::mdm::domains::is_public_label;

/// Makes bytes of a text under the key.
type KeyedBytes<'a> = &'a dyn Fn(&str) -> [u8; 32];

/// Rounds of the network (NIST SP 800-38G uses ten for the like).
const ROUNDS: u8 = 10;
/// Longest run of letters and digits that is permuted as one; the products of 26 up to here fit.
const LONGEST: usize = 24;

/// Returns a word of the same shape.
pub(super) fn word(secret: KeyedBytes<'_>, original: &str) -> String {
    let mut out = String::with_capacity(original.len());
    let mut rest = original;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        let mut run = run;
        while !run.is_empty() {
            let (block, others) = run.split_at(run.len().min(LONGEST));
            out.push_str(&permuted(secret, block));
            run = others;
        }
        let mut characters = after.chars();
        // Letters of other alphabets tell as much; a letter of as many bytes stands for each.
        out.extend(characters.next().map(|c| if c.is_alphanumeric() { foreign_letter(c) } else { c }));
        rest = characters.as_str();
    }
    out
}

/// Returns a host of the same shape. Labels that are no one's stay, such as top-level domains and the names of clouds, by which
/// MDM servers are known.
pub(super) fn host(secret: KeyedBytes<'_>, host: &str) -> String {
    host.split('.').map(|label| self::label(secret, label)).collect::<Vec<_>>().join(".")
}

/// Returns what stands for one label of a host.
pub(super) fn label(secret: KeyedBytes<'_>, label: &str) -> String {
    if is_public_label(&label.to_ascii_lowercase()) { label.to_owned() } else { word(secret, label) }
}

/// Permutes a word of letters and digits among those of its shape; upper and lower case are the same word.
fn permuted(secret: KeyedBytes<'_>, word: &str) -> String {
    let bases: Vec<u128> = word.bytes().map(|byte| if byte.is_ascii_digit() { 10 } else { 26 }).collect();
    let size: u128 = bases.iter().product();
    let number = word.bytes().zip(&bases).fold(0_u128, |sum, (byte, base)| {
        let digit = if byte.is_ascii_digit() { byte - b'0' } else { byte.to_ascii_lowercase() - b'a' };
        sum * base + u128::from(digit)
    });
    let shape: String = bases.iter().map(|base| if *base == 10 { '0' } else { 'a' }).collect();
    let half = (128 - size.leading_zeros()).div_ceil(2).max(1);
    let mut number = encrypted(secret, number, half, &shape);
    while number >= size {
        number = encrypted(secret, number, half, &shape);
    }
    let mut letters = Vec::with_capacity(word.len());
    for (byte, base) in word.bytes().rev().zip(bases.iter().rev()) {
        let digit = u8::try_from(number % base).unwrap_or_default();
        number /= base;
        let letter = if *base == 10 {
            b'0'
        } else if byte.is_ascii_uppercase() {
            b'A'
        } else {
            b'a'
        };
        letters.push(char::from(letter + digit));
    }
    letters.into_iter().rev().collect()
}

/// Encrypts a number in a balanced Feistel network over twice so many bits.
fn encrypted(secret: KeyedBytes<'_>, number: u128, half: u32, shape: &str) -> u128 {
    let mask = (1_u128 << half) - 1;
    let (mut left, mut right) = (number >> half, number & mask);
    for round in 0..ROUNDS {
        let bytes = secret(&format!("{shape}/{round}/{right:x}"));
        let word = bytes.first_chunk::<16>().map_or(0, |chunk| u128::from_be_bytes(*chunk));
        (left, right) = (right, left ^ (word & mask));
    }
    left << half | right
}

/// Returns a letter of as many bytes as one that is not of ASCII.
fn foreign_letter(c: char) -> char {
    match c.len_utf8() {
        2 => 'é',
        3 => 'ℓ',
        _ => '𝕩',
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::redact::pseudonyms::{Pseudonyms, Shape};

    #[test]
    fn no_two_words_get_the_same_pseudonym_and_each_keeps_its_shape() {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::SameLength);
        let words: Vec<String> = ('a'..='z').flat_map(|a| (0..10).map(move |digit| format!("{a}{digit}"))).collect();
        let found: BTreeSet<String> = words.iter().map(|word| names.same_length(word)).collect();
        assert_eq!(found.len(), words.len());
        for word in ["Tenant-01", "t", "x_y.z", &"longlabel".repeat(7), "00:1B:44:11:3A:B7", "köln", "東京1", "𝕩y"]
        {
            let stand_in = names.same_length(word);
            assert_eq!(stand_in.len(), word.len(), "{stand_in}");
            for (a, b) in word.chars().zip(stand_in.chars()) {
                let same = a.is_ascii_digit() == b.is_ascii_digit() && a.is_ascii_uppercase() == b.is_ascii_uppercase();
                assert!(same && (a.is_alphanumeric() || a == b), "{word} {stand_in}");
            }
        }
        assert_eq!(names.same_length("TENANT"), names.same_length("tenant").to_uppercase());
    }

    #[test]
    fn what_is_no_ones_stays_in_a_host() {
        let names = Pseudonyms::new(b"key".to_vec(), Shape::SameLength);
        let host = names.same_length_host("contoso.jamfcloud.com");
        assert!(host.ends_with(".jamfcloud.com") && !host.contains("contoso"), "{host}");
        assert_eq!(names.same_length_host("login.microsoftonline.com"), "login.microsoftonline.com");
    }
}
