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
