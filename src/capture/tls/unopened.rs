//! What keys that were given could not open, said once for each cipher suite: whoever gave them should not be asked again.

use std::collections::BTreeMap;

use super::registry::CipherSuite;
use crate::capture::TcpFlow;
use crate::model::report::KeysInVain;
use crate::model::warning::{Warning, WarningCode};

/// Warns of sessions whose keys were given and open nothing, by input, reason and cipher suite.
pub(crate) fn warn_of_unopened(flows: &[TcpFlow]) -> Vec<Warning> {
    // The frame of the first session's ClientHello, and how many more there are.
    let mut found: BTreeMap<(usize, KeysInVain, u16), (u64, usize)> = BTreeMap::new();
    for tls in flows.iter().filter_map(|flow| flow.tls.as_ref()) {
        let hello = tls.client_hello.or(tls.server_hello);
        if let (Some(why), Some(cipher), Some(hello)) = (tls.keys_in_vain, tls.cipher, hello) {
            let key = (hello.input, why, cipher.0);
            found.entry(key).and_modify(|(_, others)| *others += 1).or_insert((hello.frame, 0));
        }
    }
    let warn = |((input, why, cipher), (frame, others)): ((usize, KeysInVain, u16), (u64, usize))| {
        let cipher = CipherSuite(cipher).name();
        let sessions = match others {
            0 => format!("the TLS session that begins in frame {frame}"),
            _ => format!("the TLS session that begins in frame {frame}, and {others} more,"),
        };
        let message = match why {
            KeysInVain::CipherSuite => {
                format!("{sessions} uses {cipher}, which mdmlog cannot open although its keys are there")
            }
            KeysInVain::NoRecord => format!(
                "the keys of {sessions} with {cipher} open none of its records: they are wrong, or the records were not captured whole"
            ),
        };
        Warning::about(input, WarningCode::KeysInVain, message)
    };
    found.into_iter().map(warn).collect()
}
