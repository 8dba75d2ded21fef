//! The renderings of a report: each is a file of its own behind the trait [`Rendering`], so that a new one touches nothing
//! but the list of formats.

mod clockface;
mod csv;
mod each_once;
mod ecs;
mod escape;
mod fold;
mod format;
mod gist;
mod html;
mod jira;
mod json;
mod markdown;
mod ndjson;
mod next_time;
mod notes;
mod overview;
#[cfg(feature = "parquet")]
pub mod parquet;
mod rendering;
mod schema;
mod servicenow;
mod state;
mod stream;
mod text;
mod ticket;
mod ticket_text;
mod times;
mod trouble;
mod view;

pub use format::{Format, Look};
pub use jira::JiraEdition;
pub use rendering::Rendering;
pub(crate) use schema::schema_of;
pub use schema::{line_schema, schema};
pub use text::TextStyle;
pub use times::Times;

/// Words and limits that other outputs than reports share with them.
pub(crate) mod words {
    pub(crate) use super::escape::shortened;
    pub(crate) use super::servicenow::{glide_time, plain as without_code};
    pub(crate) use super::view::{counted, readable, server, span};
}
