//! TCP connections: which packets make up one, what it carried, how it ended.

mod connection;
mod conversation;
mod direction;
mod duplicates;
mod track;

pub(super) use conversation::{Conversations, Head, Numbers, Recent};
pub(super) use track::Tracker;
