//! Packet captures: bytes to packets, packets to DNS exchanges and TCP flows, flows to TLS and HTTP facts.

#[allow(dead_code)] // Called by the follower of TCP connections, which is on its way.
mod application;
mod facts;
#[cfg(test)]
#[allow(dead_code)]
mod fixture;
#[allow(dead_code)]
pub mod http;
#[allow(dead_code)]
pub mod secrets;
#[allow(dead_code)]
mod text;
#[allow(dead_code)]
pub mod tls;

pub use facts::*;

/// Temporary until merge.
pub fn is_mdm_name(name: &str) -> bool {
    name.ends_with(".jamfcloud.com")
}
