//! Quotations of records, kept small: most logs repeat the same few sentences.

use std::borrow::Cow;
use std::sync::Arc;

use super::line_ref::LineRef;

/// A record that proves or tells something, quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogCitation {
    /// Where.
    pub at: LineRef,
    /// What it tells.
    pub role: CitationRole,
    pub(in crate::log) text: CitationText,
}

impl LogCitation {
    /// Returns the message, in one line, shortened, without secrets.
    pub fn text(&self) -> Cow<'_, str> {
        match &self.text {
            CitationText::Whole(text) => Cow::Borrowed(text),
            CitationText::Request { method, url } => Cow::Owned([method.as_str(), ": MDM Server URL: ", url].concat()),
        }
    }
}

/// The text of a citation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::log) enum CitationText {
    /// As it is.
    Whole(Arc<str>),
    /// A request, whose URL the try has as well.
    Request { method: Method, url: Arc<str> },
}

/// The method of a request, as records of requests begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::log) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    /// Returns the word in the record.
    pub(in crate::log) const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// What a cited record tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum CitationRole {
    Begin,
    ApiVersion,
    Connecting,
    Retry,
    Get,
    Proxy,
    ResponseCode,
    Body,
    Error,
    Verdict,
    ServerStatus,
    Answer,
}
