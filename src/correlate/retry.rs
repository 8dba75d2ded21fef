//! Which request on the wire is the next try of the one before it: ISE asks again with another version of the API when a try
//! failed, at once and over the connection that it has. Whatever else follows is an attempt of its own, however soon.

use super::capture_view::CaptureView;
use super::wire_request::WireRequest;
use crate::evidence::wire::Request;
use crate::model::time::{MILLISECOND, SECOND};

/// The next try with another version begins within this time.
const RETRY_PAUSE: i64 = 5 * SECOND;
/// The next try of a request that cannot be read: ISE needs some milliseconds, and nothing else tells it from a new one.
const UNREAD_PAUSE: i64 = 100 * MILLISECOND;
/// Versions of the API, so that no attempt has more tries.
pub(super) const MOST_TRIES: usize = 3;

/// Returns whether a place is the next try of the attempt that the other one belongs to.
pub(super) fn is_retry(view: &CaptureView<'_>, before: &WireRequest<'_>, next: &WireRequest<'_>) -> bool {
    let Some(known) = before.end else { return false };
    let pause = next.start.nanos().saturating_sub(known.nanos());
    let (failed, again) = (request(view, before), request(view, next));
    match (failed.and_then(target), again.and_then(target)) {
        (Some(first), Some(second)) => {
            let failed = failed.and_then(Request::status).is_none_or(|status| status != 200);
            failed && (0..=RETRY_PAUSE).contains(&pause) && differ_in_version(first, second)
        }
        // Of requests that were read, the one that succeeded wants no other.
        _ if failed.and_then(Request::status) == Some(200) => false,
        _ => (0..=UNREAD_PAUSE).contains(&pause),
    }
}

fn request<'v, 'a>(view: &'v CaptureView<'a>, place: &WireRequest<'_>) -> Option<&'v Request<'a>> {
    view.sessions.get(place.session)?.requests.get(place.request?)
}

fn target<'a>(request: &Request<'a>) -> Option<&'a str> {
    request.exchange?.target.as_deref()
}

/// Returns whether two targets ask for the same with different versions of the API; version 1 is asked for by saying none.
fn differ_in_version(first: &str, second: &str) -> bool {
    let (first, second) = (split_version(first), split_version(second));
    first.rest == second.rest && first.version != second.version
}

#[derive(PartialEq, Eq)]
struct Versioned<'a> {
    rest: Vec<&'a str>,
    version: Option<&'a str>,
}

/// Takes `ise_api_version` out of a target: path, then the other parameters in order.
fn split_version(target: &str) -> Versioned<'_> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let version = |parameter: &&str| parameter.starts_with("ise_api_version=");
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    let rest =
        std::iter::once(path.trim_end_matches('/')).chain(parameters.clone().filter(|one| !version(one))).collect();
    Versioned { rest, version: parameters.clone().find(version) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capture::{HttpExchange, HttpReply};
    use crate::correlate::made_up::{SERVER, flow, frame, place, session, time, unread, view};
    use crate::correlate::wire_request::WireRequest;
    use crate::evidence::wire::Session;

    /// A request that was read, and its answer.
    fn read(status: u16) -> HttpExchange {
        let reply = HttpReply {
            at: frame(20),
            status,
            head_whole: true,
            reason: String::new(),
            server: None,
            content_type: None,
            location: None,
            content_length: None,
            end: frame(20),
            bytes: 0,
            whole: None,
        };
        HttpExchange {
            request: Some(frame(0)),
            request_end: Some(frame(0)),
            request_bytes: 0,
            method: Some("GET".into()),
            target: Some("/ciscoise/mdminfo".into()),
            host: None,
            credentials: false,
            reply: Some(reply),
            decrypted: true,
        }
    }

    #[test]
    fn what_follows_at_once_and_cannot_be_read_is_a_try_behind_a_failure_and_none_behind_a_success() {
        let connection = flow(SERVER);
        let follows = |status, pause: i64| {
            let exchange = read(status);
            let first = Request { exchange: Some(&exchange), ..unread(0) };
            let session = Session { requests: vec![first, unread(20 + pause)], ..session(None, vec![&connection]) };
            let before = WireRequest { end: Some(time(20)), ..place(0, Some(0), 0) };
            let next = place(0, Some(1), 20 + pause);
            is_retry(&view(vec![session], vec![before, next]), &before, &next)
        };
        assert_eq!([follows(404, 10), follows(404, 101), follows(200, 10)], [true, false, false]);
    }

    #[test]
    fn only_the_version_may_differ() {
        let server_info = |version: &str| format!("/7/ciscoise/mdminfo/{version}");
        let (third, second, none) =
            (server_info("?ise_api_version=3"), server_info("?ise_api_version=2"), "/7/ciscoise/mdminfo");
        assert!(differ_in_version(&third, &second));
        assert!(differ_in_version(&second, none));
        assert!(!differ_in_version(&third, &third));
        assert!(!differ_in_version(none, none));
        assert!(!differ_in_version(&third, "/8/ciscoise/mdminfo/?ise_api_version=2"));
        let device =
            |mac: &str, version| format!("/devices/?paging=0&value={mac}&ise_api_version={version}&filter=all");
        assert!(differ_in_version(&device("a", 3), &device("a", 2)));
        assert!(!differ_in_version(&device("a", 3), &device("b", 2)));
    }
}
