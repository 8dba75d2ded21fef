//! The renderings of a report: each is a file of its own behind the trait [`Rendering`], so that a new one touches nothing
//! but the list of formats.

mod csv;
mod ecs;
mod escape;
mod fold;
mod format;
mod html;
mod jira;
mod json;
mod markdown;
mod ndjson;
mod notes;
#[cfg(feature = "parquet")]
pub mod parquet;
mod schema;
mod servicenow;
mod state;
mod text;
mod ticket;
mod view;

pub use format::{Format, Rendering};
pub use schema::{line_schema, schema};
pub use text::TextStyle;
