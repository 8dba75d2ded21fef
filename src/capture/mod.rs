//! Packet captures: bytes to packets, packets to DNS exchanges and TCP flows, flows to TLS and HTTP facts.

mod facts;
#[allow(dead_code)]
pub mod http;
#[allow(dead_code)]
pub mod secrets;
#[allow(dead_code)]
pub mod tls;

pub use facts::*;
