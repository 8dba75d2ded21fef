//! `ise-psc.log`: bytes to records, records to MDM events, events to the attempts of the log.

mod facts;

pub use facts::*;
