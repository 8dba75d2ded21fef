//! HTTP/2 (RFC 9113), in the clear or decrypted. ISE speaks HTTP/1.1; captures of gateways and of other clients do not, and a
//! status is a status there as well.

mod conversation;
mod frames;
mod hpack;
mod huffman;
#[cfg(test)]
mod tests;

pub(crate) use conversation::read_http2;
pub(crate) use frames::speaks_http2;
