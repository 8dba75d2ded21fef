//! Makes foreign text fit to keep and to show: one printable line, bounded, without the secrets that it may hold.

mod url;
mod words;

pub(crate) use url::{location, target, text};
pub(crate) use words::{bytes, line};
