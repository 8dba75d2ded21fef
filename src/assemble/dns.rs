//! DNS exchanges as the report shows them.

use crate::capture::DnsExchange;
use crate::model::report::Dns;

use super::flow::rounded;

/// The exchange; `None` when neither question nor answer has a frame.
pub(super) fn dns(exchange: &DnsExchange) -> Option<Dns> {
    let answer = exchange.answer.as_ref();
    let first = exchange.queries.first().copied().or(answer.map(|answer| answer.at))?;
    Some(Dns {
        input: first.input,
        name: exchange.name.clone(),
        qtype: type_name(exchange.qtype),
        resolver: exchange.resolver.ip().to_string(),
        rcode: answer.map(|answer| rcode_name(answer.rcode)),
        answers: answer.into_iter().flat_map(|answer| &answer.addresses).map(ToString::to_string).collect(),
        cnames: answer.map(|answer| answer.cnames.clone()).unwrap_or_default(),
        queries: exchange.queries.len(),
        latency_ms: answer.map(|answer| rounded(answer.at.time.millis_since(first.time))),
        first_frame: first.frame,
        answer_frame: answer.map(|answer| answer.at.frame),
    })
}

/// Name of a question's type (IANA, DNS RR types).
pub(super) fn type_name(qtype: u16) -> String {
    match qtype {
        1 => "A".to_owned(),
        5 => "CNAME".to_owned(),
        28 => "AAAA".to_owned(),
        64 => "SVCB".to_owned(),
        65 => "HTTPS".to_owned(),
        255 => "ANY".to_owned(),
        other => format!("TYPE{other}"),
    }
}

/// Name of a response code (IANA, DNS RCODEs).
pub(super) fn rcode_name(rcode: u16) -> String {
    match rcode {
        0 => "NOERROR".to_owned(),
        1 => "FORMERR".to_owned(),
        2 => "SERVFAIL".to_owned(),
        3 => "NXDOMAIN".to_owned(),
        4 => "NOTIMP".to_owned(),
        5 => "REFUSED".to_owned(),
        9 => "NOTAUTH".to_owned(),
        other => format!("RCODE{other}"),
    }
}
