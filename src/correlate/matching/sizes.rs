//! The sizes of encrypted answers, which tell apart requests that begin and end within the same milliseconds: answers of one server
//! with the same status have much the same size, and where the log has the body, the size is that of the body and of a head
//! that is the same each time. What the sizes of a status are is learned from a first decision.

use std::collections::HashMap;

use super::place::WirePlace;
use crate::capture::tls::TlsVersion;
use crate::correlate::capture_view::CaptureView;
use crate::correlate::log_request::LogRequest;
use crate::evidence::claim::Answer;

/// Bytes by which answers of a kind differ: dates, counters, names.
const SLACK: u64 = 24;
/// So many answers of a kind must agree about its size.
const LEAST: usize = 2;
/// What it costs to have an answer of another size than those of its kind: less than any doubt of the times, and more than their
/// grain of a millisecond.
const OTHER_SIZE: i64 = 900;
/// Answers of a kind that are looked at.
const MAX_SAMPLES: usize = 512;

/// Answers that should be of one size: of a server, over a version of TLS, with a status, with or without a body in the log.
type AnswerKind<'a> = (&'a str, Option<TlsVersion>, u16, bool);

/// The size of each kind of answer, without the body where the log has that.
pub(super) struct Sizes<'a>(HashMap<AnswerKind<'a>, i64>);

impl<'a> Sizes<'a> {
    /// Learns the sizes from requests and their places.
    pub(super) fn learn(
        views: &[CaptureView<'_>],
        decided: impl Iterator<Item = (&'a LogRequest<'a>, WirePlace)>,
    ) -> Self {
        let mut samples: HashMap<AnswerKind<'a>, Vec<i64>> = HashMap::new();
        for (said, place) in decided {
            if let Some((kind, size)) = measure(said, views, place) {
                let of_kind = samples.entry(kind).or_default();
                if of_kind.len() < MAX_SAMPLES {
                    of_kind.push(size);
                }
            }
        }
        Self(samples.into_iter().filter_map(|(kind, sizes)| Some((kind, agreed(sizes)?))).collect())
    }

    /// Returns what it costs a request to be at a place because of the size of the answer there.
    pub(super) fn cost(&self, views: &[CaptureView<'_>], said: &'a LogRequest<'a>, place: WirePlace) -> i64 {
        let misfit = measure(said, views, place)
            .is_some_and(|(kind, size)| self.0.get(&kind).is_some_and(|agreed| size.abs_diff(*agreed) > SLACK));
        if misfit { OTHER_SIZE } else { 0 }
    }
}

/// Returns the size that most of these are about, if there is one.
fn agreed(mut sizes: Vec<i64>) -> Option<i64> {
    sizes.sort_unstable();
    let middle = *sizes.get(sizes.len() / 2)?;
    let near = sizes.iter().filter(|size| size.abs_diff(middle) <= SLACK).count();
    (near >= LEAST && near * 2 > sizes.len()).then_some(middle)
}

/// Returns the kind of answer that a request would have at a place, and the size of that without the body.
fn measure<'a>(said: &'a LogRequest<'a>, views: &[CaptureView<'_>], place: WirePlace) -> Option<(AnswerKind<'a>, i64)> {
    let Answer::Came(Some(status)) = said.claim.answer else { return None };
    let view = views.get(place.capture)?;
    let slot = view.slots.get(place.slot)?;
    let session = view.session(slot)?;
    let bytes = session.requests.get(slot.request?)?.response_bytes.filter(|bytes| *bytes > 0)?;
    let version = session.flow()?.tls.as_ref()?.version;
    let body = said.attempted.and_then(|attempted| attempted.body_length);
    let size = i64::try_from(bytes).ok()?.saturating_sub(i64::from(body.unwrap_or(0)));
    Some(((said.host?, version, status, body.is_some()), size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_what_most_are_about() {
        assert_eq!(agreed(vec![506, 510, 1551]), Some(510));
        assert_eq!(agreed(vec![300, 506, 507, 508, 509]), Some(507));
        assert_eq!(agreed(vec![506, 1551]), None);
        assert_eq!(agreed(vec![500, 900, 905, 2000]), None, "half of them are not most");
        assert_eq!(agreed(vec![506]), None);
        assert_eq!(agreed(vec![]), None);
    }
}
