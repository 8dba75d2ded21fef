//! One target for each parser: bytes that a stranger chose go in, and whatever comes out, nothing may panic, hang or fill
//! the memory. Only what mdmlog makes public is called.
//!
//! Each has a corpus under `fuzz/corpus`; `seeds` makes its first inputs out of testdata.

mod archives;
mod packets;
mod redaction;
mod seal;
mod seeds;
mod streams;
mod texts;
mod wire;

pub use seeds::seeds;

/// A name and what is done with the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 23] = [
    ("log_records", texts::log_records),
    ("log_events", texts::log_events),
    ("keylog", texts::keylog),
    ("pcap", packets::pcap),
    ("pcapng", packets::pcapng),
    ("packet_layers", packets::packet_layers),
    ("defragmentation", packets::defragmentation),
    ("dns", packets::dns),
    ("tcp_reassembly", packets::tcp_reassembly),
    ("tls_records", streams::tls_records),
    ("tls_handshake", streams::tls_handshake),
    ("certificate", streams::certificate),
    ("decryption", streams::decryption),
    ("decrypted", streams::decrypted),
    ("http", streams::http),
    ("tar", archives::tar),
    ("zip", archives::zip),
    ("sevenz", archives::sevenz),
    ("codecs", archives::codecs),
    ("openpgp", archives::openpgp),
    ("openpgp_content", archives::openpgp_content),
    ("bundle", archives::bundle),
    ("redaction", redaction::redaction),
];
