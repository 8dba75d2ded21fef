//! TCP connections: which packets make up one, what it carried, how it ended.

mod acceptance;
mod connection;
mod duplicates;
mod reassembly;
mod recent_streams;
mod stream_head;
mod stream_index;
mod track;

pub(super) use recent_streams::RecentStreams;
pub(super) use stream_head::StreamHead;
pub(super) use stream_index::{StreamIndex, StreamNumbers};
pub(super) use track::Tracker;
