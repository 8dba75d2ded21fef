//! One target for each parser: bytes that a stranger chose go in, and whatever comes out, nothing may panic, hang or fill
//! the memory. Only what mdmlog makes public is called.
//!
//! Each has a corpus under `fuzz/corpus`; `seeds` makes its first inputs out of testdata.

mod archives;
mod nodes;
mod packets;
mod redaction;
mod seal;
mod seeds;
mod streams;
mod texts;
mod wire;

pub use seeds::seeds;

/// What a target does with the bytes.
#[derive(Clone, Copy)]
pub enum Target {
    /// Makes a capture of them, which is read.
    Capture(fn(&[u8]) -> Vec<u8>),
    /// Makes an archive of them, which is opened.
    Archive(fn(&[u8]) -> Vec<u8>),
    /// Reads them as a log.
    Log(fn(&[u8])),
    Other(fn(&[u8])),
}

use Target::{Archive, Capture, Log, Other};

impl Target {
    pub fn run(self, data: &[u8]) {
        match self {
            Capture(file) => packets::capture(&file(data)),
            Archive(file) => archives::unpack(&file(data)),
            Log(body) | Other(body) => body(data),
        }
    }

    /// The file that the bytes are or become. It is a bundle as well, so that the whole program can get what was found for
    /// its parts.
    pub fn file(self, data: &[u8]) -> Option<Vec<u8>> {
        match self {
            Capture(file) | Archive(file) => Some(file(data)),
            Log(_) => Some(data.to_vec()),
            Other(_) => None,
        }
    }
}

/// All of them by name.
pub const TARGETS: [(&str, Target); 28] = [
    ("log_records", Log(texts::log_records)),
    ("log_events", Other(texts::log_events)),
    ("keylog", Other(texts::keylog)),
    ("local_store", Other(nodes::local_store)),
    ("showtech", Other(nodes::showtech)),
    ("agent_log", Other(nodes::agent_log)),
    ("system_log", Other(nodes::system_log)),
    ("pcap", Capture(packets::pcap)),
    ("pcapng", Capture(packets::pcapng)),
    ("packet_layers", Capture(packets::packet_layers)),
    ("defragmentation", Capture(packets::defragmentation)),
    ("dns", Capture(packets::dns)),
    ("tcp_reassembly", Capture(packets::tcp_reassembly)),
    ("tls_records", Capture(streams::tls_records)),
    ("tls_handshake", Capture(streams::tls_handshake)),
    ("certificate", Capture(streams::certificate)),
    ("decryption", Other(streams::decryption)),
    ("decrypted", Other(streams::decrypted)),
    ("http", Capture(streams::http)),
    ("tar", Archive(archives::tar)),
    ("zip", Archive(archives::zip)),
    ("sevenz", Archive(archives::sevenz)),
    ("codecs", Archive(archives::codecs)),
    ("openpgp", Archive(archives::openpgp)),
    ("openpgp_content", Archive(seal::message)),
    ("bundle", Other(archives::bundle)),
    ("redaction", Other(redaction::redaction)),
    ("safe_bundle", Other(archives::safe_bundle)),
];
