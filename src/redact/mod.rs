//! Replaces what tells of a customer by pseudonyms, so that a report can be shown to others: hosts, addresses, users,
//! URL paths, names and numbers of certificates, input paths, and all of them within texts.
//!
//! A pseudonym is an HMAC-SHA256 of the original under a secret key, cut short and put into the original's shape. The
//! same original has the same pseudonym everywhere in a report, and in every report with the same key; who does not
//! have the key can't find the original by trying names.

mod attempts;
mod collect;
mod distinguished_name;
mod key;
mod number;
mod paths;
mod pseudonyms;
mod report;
mod same_length;
mod scan;
mod stand_ins;
mod target;
mod words;

use self::attempts::RedactedAttempts;
use self::key::key_or_random;
use self::pseudonyms::{Pseudonyms, Shape};
use self::report::Redaction;
use self::scan::Scanner;
pub(crate) use self::stand_ins::{Disguise, StandIns};
use crate::model::attempts::Attempts;
use crate::model::report::Report;

/// Replaces everything in the report that tells of a customer. Without a key, one is drawn that no one will know, so
/// that pseudonyms hold within this report alone.
pub fn redact(report: &mut Report, key: Option<&[u8]>) {
    let names = Pseudonyms::new(key_or_random(key), Shape::Telling);
    let scanner = Scanner::new(&names, collect::originals(report, &report.attempts, &names));
    Redaction { names: &names, scanner }.report(report);
}

/// Does the same with attempts that are made when they are asked for: hands on the report that `head` is without them, and the
/// attempts, each of which is redacted when it is asked for.
pub fn redact_with<T>(
    head: &Report,
    attempts: &dyn Attempts,
    key: Option<&[u8]>,
    then: impl FnOnce(&Report, &dyn Attempts) -> T,
) -> T {
    let names = Pseudonyms::new(key_or_random(key), Shape::Telling);
    let scanner = Scanner::new(&names, collect::originals(head, attempts, &names));
    let redaction = Redaction { names: &names, scanner };
    let mut head = head.clone();
    redaction.report(&mut head);
    then(&head, &RedactedAttempts { attempts, redaction: &redaction })
}

#[cfg(test)]
mod tests;
