//! DNS exchanges as the report shows them.

use crate::capture::DnsExchange;
use crate::model::report::Dns;

use super::flow::rounded;

/// Returns the exchange; `None` when neither question nor answer has a frame.
pub(super) fn dns(exchange: &DnsExchange) -> Option<Dns> {
    let answer = exchange.answer.as_ref();
    let first = exchange.queries.first().copied().or(answer.map(|answer| answer.at))?;
    Some(Dns {
        input: first.input,
        name: exchange.name.clone(),
        qtype: exchange.qtype.to_string(),
        resolver: exchange.resolver.ip().to_string(),
        rcode: answer.map(|answer| answer.rcode.to_string()),
        answers: answer.into_iter().flat_map(|answer| &answer.addresses).map(ToString::to_string).collect(),
        cnames: answer.map(|answer| answer.cnames.clone()).unwrap_or_default(),
        queries: exchange.queries.len(),
        // Several queues may stamp an answer just before its question.
        latency_ms: answer.map(|answer| rounded(answer.at.time.millis_since(first.time).max(0.0))),
        first_frame: first.frame,
        answer_frame: answer.map(|answer| answer.at.frame),
    })
}
