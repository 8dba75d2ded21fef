//! TCP connections: which packets make up one, what it carried, how it ended.

mod acceptance;
mod connection;
mod duplicates;
mod reassembly;
mod stream_index;
mod track;

pub(super) use stream_index::{RecentStreams, StreamHead, StreamIndex, StreamNumbers};
pub(super) use track::Tracker;
