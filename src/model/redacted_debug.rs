//! What debug output shows of the bytes of an input, in which anything may lie: passwords, keys, other people's mail.

use std::fmt;

/// Shows how many bytes there are and nothing of what they are.
pub(crate) struct RedactedInDebug<'a>(pub(crate) &'a [u8]);

/// Holds bytes and shows no more of them.
#[derive(Clone)]
pub(crate) struct Hidden(pub(crate) Vec<u8>);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        RedactedInDebug(&self.0).fmt(f)
    }
}

impl fmt::Debug for RedactedInDebug<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}
