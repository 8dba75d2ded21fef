//! Packet captures: bytes to packets, packets to DNS exchanges and TCP flows, flows to TLS and HTTP facts.

mod facts;

pub use facts::*;
