//! What an encrypted answer most likely was: answers of one server with the same status have much the same size, so that one
//! whose status nobody tells can be compared with those of known status. A hint for a person, which never makes a verdict.

use std::collections::BTreeMap;

use super::verdict::Verdict;
use crate::capture::tls::TlsVersion;
use crate::correlate::JoinedAttempt;
use crate::model::outcome::{Outcome, UnknownDetail};
use crate::model::report::Likely;

/// Answers of one status may be larger or smaller by so many bytes than those that were seen: dates, counters, names.
const SLACK: u64 = 24;

/// Whom an answer came from, and over what: the same answer has other lengths under another version of TLS.
type Origin<'a> = (&'a str, Option<TlsVersion>);

/// Returns a hint for each attempt whose answer is encrypted and falls among answers of known status.
pub(super) fn likely(attempts: &[JoinedAttempt<'_>], verdicts: &[Verdict]) -> Vec<Option<Likely>> {
    let mut known: BTreeMap<Origin<'_>, BTreeMap<u16, SizeRange>> = BTreeMap::new();
    for (attempt, verdict) in attempts.iter().zip(verdicts) {
        let (Some((origin, size)), Some(status)) = (answer(attempt), verdict.ruling.status) else { continue };
        if verdict.ruling.conflict.is_none() {
            known.entry(origin).or_default().entry(status).or_default().add(size);
        }
    }
    attempts
        .iter()
        .zip(verdicts)
        .map(|(attempt, verdict)| {
            if verdict.ruling.outcome != Outcome::Unknown(Some(UnknownDetail::Encrypted)) {
                return None;
            }
            let (origin, size) = answer(attempt)?;
            hint(known.get(&origin)?, size)
        })
        .collect()
}

/// Returns origin and size, in bytes of encrypted records, of the answer to an attempt's last request.
fn answer<'a>(attempt: &'a JoinedAttempt<'_>) -> Option<(Origin<'a>, u64)> {
    let wire = attempt.tries.last()?.wire.as_deref()?;
    let size = wire.request()?.response_bytes.filter(|size| *size > 0)?;
    let (host, _) = wire.session.hosts.first()?;
    let version = wire.flow()?.tls.as_ref()?.version;
    Some(((host.as_str(), version), size))
}

/// The sizes of the answers with one status.
#[derive(Clone, Copy, Debug, Default)]
struct SizeRange {
    count: usize,
    least: u64,
    most: u64,
}

impl SizeRange {
    fn add(&mut self, size: u64) {
        self.least = if self.count == 0 { size } else { self.least.min(size) };
        self.most = self.most.max(size);
        self.count += 1;
    }

    fn holds(&self, size: u64) -> bool {
        (self.least.saturating_sub(SLACK)..=self.most + SLACK).contains(&size)
    }

    fn shown(&self) -> String {
        if self.least == self.most {
            format!("{} bytes", self.least)
        } else {
            format!("{} to {} bytes", self.least, self.most)
        }
    }
}

/// Returns the one status among whose answers the size falls, when the sizes of the statuses lie apart.
fn hint(known: &BTreeMap<u16, SizeRange>, size: u64) -> Option<Likely> {
    let mut fitting = known.iter().filter(|(_, sizes)| sizes.holds(size));
    let (status, sizes) = fitting.next()?;
    // With one status known, every answer of about that size would be taken for it.
    if fitting.next().is_some() || known.len() < 2 {
        return None;
    }
    let others: Vec<String> = known
        .iter()
        .filter(|(other, _)| *other != status)
        .map(|(other, sizes)| format!("{other} {}", sizes.shown()))
        .collect();
    let because = format!(
        "This answer has {size} encrypted bytes; answers of this server with status {status} have {}, those with status {}.",
        sizes.shown(),
        others.join(", with status ")
    );
    Some(Likely { http_status: *status, because })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(sizes: &[(u16, &[u64])]) -> BTreeMap<u16, SizeRange> {
        let mut known: BTreeMap<u16, SizeRange> = BTreeMap::new();
        for (status, sizes) in sizes {
            sizes.iter().for_each(|size| known.entry(*status).or_default().add(*size));
        }
        known
    }

    #[test]
    fn an_answer_among_those_of_one_status_gets_the_hint() {
        let known = known(&[(200, &[1551, 1560]), (401, &[506])]);
        let of = |size| hint(&known, size).map(|likely| likely.http_status);
        assert_eq!((of(510), of(1540), of(900)), (Some(401), Some(200), None));
    }

    #[test]
    fn sizes_that_overlap_tell_nothing() {
        let overlapping = known(&[(200, &[500, 1560]), (401, &[506])]);
        assert!(hint(&overlapping, 510).is_none());
        assert!(hint(&known(&[(200, &[1551])]), 1551).is_none());
    }
}
