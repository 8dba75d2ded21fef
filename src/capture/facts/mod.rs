//! What the capture stage hands on: DNS exchanges and TCP flows that can be MDM traffic, each fact with its frame.

mod dns;
mod frame;
mod http;
mod tcp;
mod tls;

pub use dns::*;
pub use frame::*;
pub use http::*;
pub use tcp::*;
pub use tls::*;

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};

use super::contacts::Contact;
use super::quality::{CaptureQuality, PeerVisibility};
use crate::model::time::Timestamp;
use crate::model::warning::Warning;

/// The marks of traffic that is worth keeping; from the log and from the options.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Host names in lower case, without a trailing dot.
    pub hosts: BTreeSet<String>,
    /// Literal addresses from URLs and from `Connect to host [host/address]` texts.
    pub addresses: BTreeSet<IpAddr>,
    /// Those of them that are asked for as such: what goes there is meant, whatever name it bears.
    pub literal_addresses: BTreeSet<IpAddr>,
    /// Proxies by address.
    pub proxies: BTreeSet<SocketAddr>,
    /// Host names of proxies, in lower case.
    pub proxy_hosts: BTreeSet<String>,
    /// Server ports besides 443 and 8443 that `--port` or the log's URLs name.
    pub ports: BTreeSet<u16>,
    /// How many other captures are read in the same run: all share the room for connections and queries.
    pub beside: usize,
}

/// All that the files of one capture show.
#[derive(Clone, Debug, Default)]
pub struct CaptureFacts {
    /// One entry for each file, in order of time.
    pub parts: Vec<CapturePartFacts>,
    /// What each file could see, in the same order.
    pub quality: Vec<CaptureQuality>,
    /// What was captured from and to the addresses of `dns` and `flows`, whoever was at the other end.
    pub peers: BTreeMap<IpAddr, PeerVisibility>,
    /// DNS exchanges about names that matter, in order of their first query.
    pub dns: Vec<DnsExchange>,
    /// Clients that were sent an answer to what they asked, for a query that was not captured: queries are missing.
    pub dns_queries_missing: BTreeSet<IpAddr>,
    /// Flows that can matter, in order of their first frame.
    pub flows: Vec<TcpFlow>,
    /// The servers that clients connected to most, whether they matter or not, the busiest first.
    pub contacts: Vec<Contact>,
    /// Warnings about what could not be read.
    pub warnings: Vec<Warning>,
}

/// One capture file.
#[derive(Clone, Debug)]
pub struct CapturePartFacts {
    /// Index of the input.
    pub input: usize,
    /// Number of frames.
    pub frames: u64,
    /// Times of the earliest and the latest frame.
    pub span: Option<(Timestamp, Timestamp)>,
}
