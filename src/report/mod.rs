//! The report and its renderings.
//!
//! [`model`](Report) is the contract; each rendering is a file of its own behind the trait [`Rendering`], so that a new
//! one touches nothing but the list of formats.

mod csv;
mod ecs;
mod escape;
mod format;
mod html;
mod jira;
mod json;
mod markdown;
mod model;
mod ndjson;
#[cfg(feature = "parquet")]
pub mod parquet;
mod redact;
#[cfg(test)]
mod sample;
mod schema;
mod servicenow;
mod text;
mod view;
pub(crate) mod wrap;

pub use escape::visible;
pub use format::{Format, Rendering};
pub use model::*;
pub use redact::redact;
pub use schema::schema;
pub use text::TextStyle;
