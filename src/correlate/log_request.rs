//! The requests of a log as the join sees them: when they began and ended on the log's clock, whom they were for, and
//! what would have to be on the wire.

use std::net::SocketAddr;

use super::clock::{Calendar, LineTime};
use crate::evidence::claim::Claim;
use crate::evidence::log::claim;
use crate::log::{LogAttempt, LogFacts, LogTry};

/// One request of the log; an attempt that logged none stands for itself.
#[derive(Clone, Debug)]
pub struct LogRequest<'a> {
    /// Index of the log.
    pub log: usize,
    /// Index of the attempt in its log.
    pub attempt: usize,
    /// The try.
    pub attempted: Option<&'a LogTry>,
    /// When it began.
    pub start: Option<LineTime>,
    /// When its result was known.
    pub result: Option<LineTime>,
    /// The server's host, in lower case.
    pub host: Option<&'a str>,
    /// The server's port.
    pub port: Option<u16>,
    /// Whether a proxy was in use; `None` when the log does not say.
    pub proxied: Option<bool>,
    /// The endpoints that the log says it connected to.
    pub connected_to: Vec<SocketAddr>,
    /// What the log claims that it came to.
    pub claim: Claim,
}

/// Returns the requests of a log, in order of their attempts.
pub fn requests<'a>(log: usize, facts: &'a LogFacts, calendar: &Calendar) -> Vec<LogRequest<'a>> {
    let mut all = Vec::new();
    for (number, attempt) in facts.attempts.iter().enumerate() {
        if attempt.tries.is_empty() {
            all.push(whole(log, number, attempt, calendar));
        }
        for (index, attempted) in attempt.tries.iter().enumerate() {
            let begin = attempted.get.or(if index == 0 { attempt.begin } else { None });
            let last = index + 1 == attempt.tries.len();
            let result = attempted.result.or(if last { attempt.verdict.as_deref().map(|(at, _)| *at) } else { None });
            all.push(LogRequest {
                log,
                attempt: number,
                attempted: Some(attempted),
                start: begin.and_then(|at| calendar.unfold(at)),
                result: result.and_then(|at| calendar.unfold(at)),
                host: attempted.host.as_deref(),
                port: attempted.port,
                proxied: attempted.is_proxied(),
                connected_to: connected_to(attempted),
                claim: claim(
                    Some(attempted),
                    if last { attempt.verdict.as_deref().map(|(_, cause)| cause.kind) } else { None },
                ),
            });
        }
    }
    all
}

/// Makes the request of an attempt without one.
fn whole<'a>(log: usize, number: usize, attempt: &'a LogAttempt, calendar: &Calendar) -> LogRequest<'a> {
    let verdict = attempt.verdict.as_deref();
    LogRequest {
        log,
        attempt: number,
        attempted: None,
        start: attempt.begin.and_then(|at| calendar.unfold(at)),
        result: verdict.map(|(at, _)| *at).or(attempt.end).and_then(|at| calendar.unfold(at)),
        host: None,
        port: None,
        proxied: None,
        connected_to: Vec::new(),
        claim: claim(None, verdict.map(|(_, cause)| cause.kind)),
    }
}

fn connected_to(attempted: &LogTry) -> Vec<SocketAddr> {
    let target = attempted.cause.as_ref().and_then(|cause| cause.target.as_ref());
    let Some((target, port)) = target.and_then(|target| Some((target, target.port?))) else { return Vec::new() };
    let literal = target.host.parse().ok();
    target.addresses.iter().copied().chain(literal).map(|address| SocketAddr::new(address, port)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlate::made_up::line_time;
    use crate::log::{CauseKind, ConnectTarget, LineRef, LogCause};
    use crate::model::time::{LocalTime, MILLISECOND};

    fn record(ms: i64) -> Option<LineRef> {
        Some(LineRef { input: 0, line: 1, time: Some(LocalTime::from_nanos(ms * MILLISECOND)) })
    }

    fn cause(target: Option<ConnectTarget>) -> LogCause {
        LogCause { kind: CauseKind::ConnectTimedOut, words: "Connect timed out".into(), target }
    }

    #[test]
    fn the_first_try_begins_with_its_attempt_and_the_last_ends_with_it_where_they_have_no_record_of_their_own() {
        let attempt = LogAttempt {
            begin: record(1),
            tries: vec![LogTry { result: record(2), ..LogTry::default() }, LogTry::default()],
            verdict: Some(Box::new((record(9).unwrap(), cause(None)))),
            ..LogAttempt::default()
        };
        let facts = LogFacts { attempts: vec![attempt], ..LogFacts::default() };
        let found = requests(0, &facts, &Calendar::new(&facts, None));
        assert_eq!(found.iter().map(|said| said.start).collect::<Vec<_>>(), [Some(line_time(1)), None]);
        let results: Vec<_> = found.iter().map(|said| said.result).collect();
        assert_eq!(results, [Some(line_time(2)), Some(line_time(9))]);
    }

    #[test]
    fn whom_the_client_connected_to_is_what_its_exception_names() {
        let target = |host: &str, port, addresses: &[&str]| {
            let addresses = addresses.iter().map(|address| address.parse().unwrap()).collect();
            let target = Some(ConnectTarget { host: host.into(), port, addresses });
            let found = connected_to(&LogTry { cause: Some(Box::new(cause(target))), ..LogTry::default() });
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let both = ["203.0.113.1:443", "203.0.113.2:443"];
        assert_eq!(target("mdm.example.com", Some(443), &["203.0.113.1", "203.0.113.2"]), both);
        assert_eq!(target("203.0.113.1", Some(443), &[]), both[..1]);
        assert_eq!(target("mdm.example.com", None, &["203.0.113.1"]), [""; 0]);
    }
}
