//! TCP connections: which packets make up one, what it carried, how it ended.

mod conversation;
mod direction;
mod track;

pub(super) use conversation::{Conversations, Head, Numbers, Recent};
pub(super) use track::Tracker;
