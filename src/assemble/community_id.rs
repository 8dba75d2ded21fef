//! Community ID, version 1: a name for a connection that Zeek, Suricata and Arkime give it as well.
//!
//! <https://github.com/corelight/community-id-spec>

use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

/// IANA's number of TCP.
const TCP: u8 = 6;

/// Returns the ID of a TCP connection, with the seed 0 that everyone uses; the same from both ends.
pub(super) fn of_tcp(a: SocketAddr, b: SocketAddr) -> String {
    let key = |end: SocketAddr| (octets(end.ip()), end.port());
    let (first, second) = if key(a) <= key(b) { (a, b) } else { (b, a) };
    let mut hash = Sha1::new();
    hash.update(0_u16.to_be_bytes());
    hash.update(octets(first.ip()));
    hash.update(octets(second.ip()));
    hash.update([TCP, 0]);
    hash.update(first.port().to_be_bytes());
    hash.update(second.port().to_be_bytes());
    format!("1:{}", STANDARD.encode(hash.finalize()))
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification.
    #[test]
    fn the_id_is_the_one_of_the_specification_from_both_ends() {
        let (client, server) = ("128.232.110.120:34855".parse().unwrap(), "66.35.250.204:80".parse().unwrap());
        assert_eq!(of_tcp(client, server), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(of_tcp(server, client), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    }
}
