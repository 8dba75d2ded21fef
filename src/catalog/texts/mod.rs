//! The entries, a file for each part of the way from the node to the server's answer.

mod connection;
mod dns;
mod http;
mod other;
mod proxy;
mod tls;
mod unknown;

use super::entry::Entry;
use crate::model::outcome::OutcomeName;

/// Every entry, in the order of the table of outcomes.
pub(super) const ALL: [&[Entry]; 14] = [
    &[http::SUCCESS],
    &[http::UNAUTHORIZED],
    &[http::NOT_FOUND],
    &http::ERROR,
    &dns::FAILURE,
    &[connection::SYN_TIMEOUT],
    &[connection::REFUSED],
    &connection::UNREACHABLE,
    &connection::RESET,
    &tls::FAILURE,
    &[connection::READ_TIMEOUT],
    &proxy::ERROR,
    &other::FAILURE,
    &unknown::UNKNOWN,
];

/// Returns the outcome's own entry.
pub(super) const fn general(outcome: OutcomeName) -> &'static Entry {
    match outcome {
        OutcomeName::Success => &http::SUCCESS,
        OutcomeName::Http401 => &http::UNAUTHORIZED,
        OutcomeName::Http404 => &http::NOT_FOUND,
        OutcomeName::HttpError => &http::ERROR[0],
        OutcomeName::DnsFailure => &dns::FAILURE[0],
        OutcomeName::SynTimeout => &connection::SYN_TIMEOUT,
        OutcomeName::ConnectionRefused => &connection::REFUSED,
        OutcomeName::Unreachable => &connection::UNREACHABLE[0],
        OutcomeName::ConnectionReset => &connection::RESET[0],
        OutcomeName::TlsFailure => &tls::FAILURE[0],
        OutcomeName::ReadTimeout => &connection::READ_TIMEOUT,
        OutcomeName::ProxyError => &proxy::ERROR[0],
        OutcomeName::OtherFailure => &other::FAILURE[0],
        OutcomeName::Unknown => &unknown::UNKNOWN[0],
    }
}
