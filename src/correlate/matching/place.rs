//! Where on the wire a request may be.

/// A place on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WirePlace {
    /// Index of the capture.
    pub capture: usize,
    /// Index into its slots.
    pub slot: usize,
}
