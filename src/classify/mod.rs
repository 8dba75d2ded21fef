//! From facts to verdicts: what the log says, what the wire shows, and the table of rules that makes one of both.

mod likely;
mod log_doubts;
mod rules;
mod verdict;

use rayon::prelude::*;

use crate::correlate::JoinedAttempt;
use crate::evidence::log::LogEvidence;
use crate::evidence::targets::Targets;
use crate::evidence::wire::{WireEvidence, dead_before};
use crate::model::doubt::Doubt;
use rules::{Coverage, rule};

use likely::likely;
pub use rules::Ruling;
pub use verdict::Verdict;

/// Gives a verdict on each attempt, in their order.
pub fn classify(attempts: &[JoinedAttempt<'_>], known: &Targets) -> Vec<Verdict> {
    let mut verdicts: Vec<Verdict> = attempts.par_iter().map(|attempt| verdict(attempt, known)).collect();
    let hints = likely(attempts, &verdicts);
    for (verdict, hint) in verdicts.iter_mut().zip(hints) {
        verdict.likely = hint.map(Box::new);
    }
    verdicts
}

fn verdict(attempt: &JoinedAttempt<'_>, known: &Targets) -> Verdict {
    let in_log = attempt.log.map(|(_, log)| log);
    let last = attempt.tries.len().saturating_sub(1);
    let mut tries: Vec<Ruling> = Vec::with_capacity(attempt.tries.len());
    for (index, attempted) in attempt.tries.iter().enumerate() {
        let log = LogEvidence::of(attempted.log, in_log.filter(|_| index == last));
        let host = attempted.log.and_then(|log| log.host.as_deref());
        let wire = attempted.wire.as_deref().map(|wire| {
            let to_proxy_host = wire.session.flows.is_empty()
                && wire.session.hosts.first().is_some_and(|(host, _)| known.proxy_hosts.contains(host));
            WireEvidence::of(wire, host, to_proxy_host)
        });
        let around = Coverage { missed: attempt.missed, in_log: in_log.is_some() };
        let mut ruling = rule(&log, wire.as_ref(), around);
        if let Some(wire) = attempted.wire.as_deref().filter(|_| in_log.is_some()) {
            if attempt.doubtful && !log.is_proof() {
                ruling.lower(Doubt::MayBeOthers);
            }
            if ruling.conflict.is_none() {
                ruling.conflict = fuller_account(&ruling, &dead_before(wire));
            }
        }
        if let Some(log) = in_log.filter(|_| index == last) {
            let seen = wire.is_some_and(|wire| wire.outcome == ruling.outcome);
            log_doubts::lower(&mut ruling, log, seen);
        }
        tries.push(ruling);
    }
    let ruling = tries.pop().unwrap_or_else(|| {
        let around = Coverage { missed: attempt.missed, in_log: in_log.is_some() };
        let mut ruling = rule(&LogEvidence::of(None, in_log), None, around);
        in_log.iter().for_each(|log| log_doubts::lower(&mut ruling, log, false));
        ruling
    });
    tries.shrink_to_fit();
    Verdict { ruling, earlier: tries, likely: None }
}

/// Says that the log tells of one connection where the wire shows several. That is no contradiction and takes nothing from the
/// verdict, but whoever reads only the log would not know that an address is dead.
fn fuller_account(ruling: &Ruling, dead: &[std::net::IpAddr]) -> Option<String> {
    use crate::model::outcome::OutcomeName::{Http401, Http404, HttpError, Success};
    let answered = matches!(ruling.outcome.name(), Success | Http401 | Http404 | HttpError);
    if dead.is_empty() || !answered {
        return None;
    }
    let addresses: Vec<String> = dead.iter().map(ToString::to_string).collect();
    let addresses = addresses.join(", ");
    Some(format!(
        "The log tells of one connection; the capture shows that {addresses} took none and the next address did."
    ))
}
