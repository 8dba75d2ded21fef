//! The places on the wire that a request of the log may take: each request of a session, or the session itself when it
//! came to none.

use std::net::SocketAddr;

use super::interval::WireInterval;
use crate::capture::TcpFlow;
use crate::capture::tls::TlsVersion;
use crate::evidence::claim::{Answer, Claim};
use crate::evidence::wire::{Ending, HostSource, Lookup, Request, Session, claim};
use crate::model::outcome::Outcome;
use crate::model::time::Timestamp;

/// One place.
#[derive(Clone, Copy, Debug)]
pub struct WireRequest<'a> {
    /// Index of the session in its capture.
    pub session: usize,
    /// Index of the request in the session.
    pub request: Option<usize>,
    /// When it began.
    pub start: Timestamp,
    /// When the client knew how it ended; `None` when nothing on the wire tells.
    pub end: Option<Timestamp>,
    /// The last frame that belongs to it: the client still waited then.
    pub last: Timestamp,
    /// How it ended; `None` for a lookup that led to no connection.
    pub ending: Option<Ending<'a>>,
    /// What that claims.
    pub claim: Claim,
    /// A client that closes waits for the server's close before it tells (see [`WireRequest::end_for`]).
    pub lingers: bool,
}

impl WireRequest<'_> {
    /// Returns the place as the clock sees it, for a request with this result.
    pub fn spot_for(&self, said: &Claim) -> WireInterval {
        WireInterval {
            start: self.start,
            end: self.end_for(said),
            told: self.end_for(said).and_then(|end| self.told(end)),
            last: self.last,
        }
    }

    /// Returns the first packet that can have told the client what the last one, at `end`, completed: a status is logged when the head of
    /// the answer is there, before its body.
    fn told(&self, end: Timestamp) -> Option<Timestamp> {
        match self.ending {
            Some(Ending::Answered((first, _))) => Some(first.time),
            Some(
                Ending::SynSilence
                | Ending::HandshakeSilence(_)
                | Ending::ResponseSilence(_)
                | Ending::NoRequest(_)
                | Ending::Cut,
            ) => None,
            _ => Some(end),
        }
    }

    /// Returns the packet that told the client, for a request with this result. Linux keeps on asking behind an ICMP error that
    /// came while the socket was busy, so that a timeout may follow much later. Java closes a session of TLS 1.3 that
    /// timed out and then waits for the server's close, for as long again, before its caller hears of it.
    pub fn end_for(&self, said: &Claim) -> Option<Timestamp> {
        if let Answer::Came(Some(_)) = said.answer {
            return match self.ending {
                Some(Ending::PossiblyAnswered { response: (_, last), .. }) => Some(last.time),
                _ => self.end,
            };
        }
        // Nothing on the wire is what the record of such a result followed.
        if matches!(said.outcome, Outcome::Unknown(_)) {
            return None;
        }
        let waited_on = match self.ending {
            Some(Ending::Unreachable(_)) => said.outcome == Outcome::SynTimeout,
            Some(Ending::ResponseSilence(Some(_)) | Ending::PossiblyAnswered { .. }) => self.lingers,
            _ => false,
        };
        self.end.filter(|_| !waited_on)
    }
}

/// Returns the places of a capture, session by session.
pub fn wire_requests<'a>(sessions: &[Session<'a>], lookups: &[Lookup<'a>], end: Timestamp) -> Vec<WireRequest<'a>> {
    let mut slots = Vec::new();
    for (number, session) in sessions.iter().enumerate() {
        let Some(flow) = session.flow() else {
            let Some(lookup) = session.lookup.and_then(|index| lookups.get(index)) else { continue };
            slots.push(WireRequest {
                session: number,
                request: None,
                start: lookup.first.time,
                end: lookup.answered_last.then_some(lookup.last),
                last: lookup.last,
                ending: None,
                claim: claim(None, Some(lookup.result), None),
                lingers: false,
            });
            continue;
        };
        let requests = &session.requests;
        let indices: Vec<Option<usize>> =
            if requests.is_empty() { vec![None] } else { (0..requests.len()).map(Some).collect() };
        for index in indices {
            let request = index.and_then(|index| requests.get(index));
            let ending = Ending::of(flow, requests, index, end);
            let first = index.unwrap_or(0) == 0;
            slots.push(WireRequest {
                session: number,
                request: index,
                start: if first {
                    session.first.time
                } else {
                    request.map_or(session.first.time, |request| request.at.time)
                },
                end: ending.at(),
                last: ending.at().unwrap_or_else(|| last_asked(flow)),
                ending: Some(ending),
                claim: claim(Some(&ending), None, request.and_then(Request::status)),
                lingers: flow
                    .tls
                    .as_ref()
                    .is_some_and(|tls| tls.version.is_none_or(|version| version == TlsVersion::TLS13)),
            });
        }
    }
    slots
}

/// Returns the last frame in which the client still wanted something.
fn last_asked(flow: &TcpFlow) -> Timestamp {
    let syn = flow.syns.last().map(|syn| syn.time);
    flow.to_server.last_data.map(|data| data.time).max(syn).unwrap_or(flow.first.time)
}

/// Returns whether a request for this host and port, directly or through a proxy, may be in a session; and how the host is known.
/// `connected_to` are the endpoints that the log says it connected to.
pub fn suits(
    session: &Session<'_>,
    host: Option<&str>,
    port: Option<u16>,
    proxied: Option<bool>,
    connected_to: &[SocketAddr],
) -> Option<HostSource> {
    if session.port.zip(port).is_some_and(|(here, wanted)| here != wanted) {
        return None;
    }
    let only_lookup = session.flows.is_empty();
    if !only_lookup && proxied == Some(true) && session.proxy.is_none() && connected_to.is_empty() {
        // The proxy may not be known as one when nothing was ever asked of it.
        return session.hosts.is_empty().then_some(HostSource::Address);
    }
    if session.proxy.is_some() && proxied == Some(false) {
        return None;
    }
    let address = session.flow().map(|flow| flow.server);
    if let Some(address) = address
        && !connected_to.is_empty()
        && session.hosts.first().is_none_or(|(_, source)| *source != HostSource::Named)
    {
        return connected_to.contains(&address).then_some(HostSource::LookedUp);
    }
    match host {
        Some(host) if !session.hosts.is_empty() => session.is_for(host),
        // A connection to a proxy that was never asked for anything may be for anyone.
        _ if session.proxy.is_some() && session.hosts.is_empty() => Some(HostSource::Address),
        None => session.hosts.first().map(|_| HostSource::Address),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::made_up::{HOST, SERVER, flow, frame, place, session, time};

    const ELSEWHERE: &str = "203.0.113.9:443";

    fn endpoint(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_request_through_a_proxy_is_not_on_a_connection_to_the_server() {
        let direct = flow(SERVER);
        let proxied = |session: &Session<'_>| suits(session, Some(HOST), Some(443), Some(true), &[]);
        assert_eq!(proxied(&session(Some(HostSource::Named), vec![&direct])), None);
        // A proxy may not be known as one, and lookups are made with and without.
        assert_eq!(proxied(&session(None, vec![&direct])), Some(HostSource::Address));
        assert_eq!(proxied(&session(Some(HostSource::Named), Vec::new())), Some(HostSource::Named));
    }

    #[test]
    fn a_connection_of_which_nothing_tells_whom_it_is_for_is_anyones_at_a_proxy_and_no_ones_elsewhere() {
        let connection = flow(SERVER);
        let unknown = session(None, vec![&connection]);
        let at_proxy = Session { proxy: Some(connection.server), ..session(None, vec![&connection]) };
        let may_be = |session: &Session<'_>, proxied| suits(session, Some(HOST), Some(443), proxied, &[]);
        assert_eq!(may_be(&unknown, None), None);
        assert_eq!([may_be(&at_proxy, None), may_be(&at_proxy, Some(true))], [Some(HostSource::Address); 2]);
        assert_eq!(may_be(&at_proxy, Some(false)), None);
    }

    #[test]
    fn the_endpoint_that_the_log_names_is_believed_but_for_what_the_connection_itself_says() {
        let connection = flow(SERVER);
        let at = |source, connected_to: &str| {
            suits(&session(Some(source), vec![&connection]), Some(HOST), Some(443), None, &[endpoint(connected_to)])
        };
        assert_eq!(at(HostSource::LookedUp, SERVER), Some(HostSource::LookedUp));
        assert_eq!(at(HostSource::LookedUp, ELSEWHERE), None);
        assert_eq!(at(HostSource::Named, ELSEWHERE), Some(HostSource::Named));
    }

    #[test]
    fn a_status_is_known_with_the_head_of_an_answer_and_silence_is_told_by_nothing() {
        let status = Claim { answer: Answer::Came(Some(401)), ..Claim::NOTHING };
        let answered = |ending| {
            let place =
                WireRequest { ending: Some(ending), end: Some(time(90)), lingers: true, ..place(0, Some(0), 0) };
            let spot = place.spot_for(&status);
            (spot.end, spot.told)
        };
        let response = (frame(10), frame(30));
        assert_eq!(answered(Ending::Answered(response)), (Some(time(90)), Some(time(10))));
        // What may be a ticket was the answer where the log has a status; whoever closes later told no one.
        let perhaps = Ending::PossiblyAnswered { response, close: None };
        assert_eq!(answered(perhaps), (Some(time(30)), Some(time(30))));
        assert_eq!(answered(Ending::ResponseSilence(None)).1, None);
    }
}
