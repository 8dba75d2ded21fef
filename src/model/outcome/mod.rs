//! The table of outcomes: the names that other programs depend on, as types. An outcome travels as one value from what a side
//! claims to the report, and becomes words where the report is written (`written`).

mod detail;
mod name;
mod written;

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::detail::{DnsDetail, OtherDetail, ProxyDetail, ResetDetail, TlsDetail, UnknownDetail, UnreachableDetail};
pub use self::name::OutcomeName;
use self::written::WrittenOutcome;

/// An outcome with its detail; `None` where the inputs prove the outcome and not the detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "WrittenOutcome", try_from = "WrittenOutcome")]
#[allow(missing_docs, reason = "each variant is documented at its name and its detail")]
pub enum Outcome {
    Success,
    Http401,
    Http404,
    HttpError(Option<u16>),
    DnsFailure(Option<DnsDetail>),
    SynTimeout,
    ConnectionRefused,
    Unreachable(Option<UnreachableDetail>),
    ConnectionReset(Option<ResetDetail>),
    TlsFailure(Option<TlsDetail>),
    ReadTimeout,
    ProxyError(Option<ProxyDetail>),
    OtherFailure(Option<OtherDetail>),
    Unknown(Option<UnknownDetail>),
}

impl Outcome {
    /// Returns the outcome that an HTTP status of the MDM server stands for; `None` for a status below 300 other than 200,
    /// which alone proves nothing.
    pub const fn of_status(status: u16) -> Option<Self> {
        match status {
            200 => Some(Self::Success),
            401 => Some(Self::Http401),
            404 => Some(Self::Http404),
            300.. => Some(Self::HttpError(Some(status))),
            _ => None,
        }
    }

    /// Returns the outcome of this name with the detail of this word; `None` when that outcome has no such detail.
    pub fn of_words(name: OutcomeName, detail: Option<&str>) -> Option<Self> {
        /// Reads a word; that there is none is no fault.
        fn read<T>(word: Option<&str>, of_word: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
            word.map_or(Some(None), |word| of_word(word).map(Some))
        }
        let bare = |outcome| detail.is_none().then_some(outcome);
        match name {
            OutcomeName::Success => bare(Self::Success),
            OutcomeName::Http401 => bare(Self::Http401),
            OutcomeName::Http404 => bare(Self::Http404),
            OutcomeName::HttpError => read(detail, |word| word.parse().ok()).map(Self::HttpError),
            OutcomeName::DnsFailure => read(detail, DnsDetail::of_word).map(Self::DnsFailure),
            OutcomeName::SynTimeout => bare(Self::SynTimeout),
            OutcomeName::ConnectionRefused => bare(Self::ConnectionRefused),
            OutcomeName::Unreachable => read(detail, UnreachableDetail::of_word).map(Self::Unreachable),
            OutcomeName::ConnectionReset => read(detail, ResetDetail::of_word).map(Self::ConnectionReset),
            OutcomeName::TlsFailure => read(detail, TlsDetail::of_word).map(Self::TlsFailure),
            OutcomeName::ReadTimeout => bare(Self::ReadTimeout),
            OutcomeName::ProxyError => read(detail, ProxyDetail::of_word).map(Self::ProxyError),
            OutcomeName::OtherFailure => read(detail, OtherDetail::of_word).map(Self::OtherFailure),
            OutcomeName::Unknown => read(detail, UnknownDetail::of_word).map(Self::Unknown),
        }
    }

    /// Returns the outcome without its detail: the first column of the table.
    pub const fn name(self) -> OutcomeName {
        match self {
            Self::Success => OutcomeName::Success,
            Self::Http401 => OutcomeName::Http401,
            Self::Http404 => OutcomeName::Http404,
            Self::HttpError(_) => OutcomeName::HttpError,
            Self::DnsFailure(_) => OutcomeName::DnsFailure,
            Self::SynTimeout => OutcomeName::SynTimeout,
            Self::ConnectionRefused => OutcomeName::ConnectionRefused,
            Self::Unreachable(_) => OutcomeName::Unreachable,
            Self::ConnectionReset(_) => OutcomeName::ConnectionReset,
            Self::TlsFailure(_) => OutcomeName::TlsFailure,
            Self::ReadTimeout => OutcomeName::ReadTimeout,
            Self::ProxyError(_) => OutcomeName::ProxyError,
            Self::OtherFailure(_) => OutcomeName::OtherFailure,
            Self::Unknown(_) => OutcomeName::Unknown,
        }
    }

    /// Returns the word of the detail: the second column of the table.
    pub fn detail(self) -> Option<Cow<'static, str>> {
        match self {
            Self::HttpError(status) => status.map(|status| status.to_string().into()),
            Self::DnsFailure(detail) => detail.map(|detail| detail.as_str().into()),
            Self::Unreachable(detail) => detail.map(|detail| detail.as_str().into()),
            Self::ConnectionReset(detail) => detail.map(|detail| detail.as_str().into()),
            Self::TlsFailure(detail) => detail.map(|detail| detail.as_str().into()),
            Self::ProxyError(detail) => detail.map(ProxyDetail::word),
            Self::OtherFailure(detail) => detail.map(|detail| detail.as_str().into()),
            Self::Unknown(detail) => detail.map(|detail| detail.as_str().into()),
            Self::Success
            | Self::Http401
            | Self::Http404
            | Self::SynTimeout
            | Self::ConnectionRefused
            | Self::ReadTimeout => None,
        }
    }

    /// Returns whether the attempt is known to have failed: neither a success nor unknown.
    pub const fn is_failure(self) -> bool {
        self.name().is_failure()
    }
}

/// Writes `dns_failure/nxdomain`, or the name alone.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail() {
            Some(detail) => write!(f, "{}/{detail}", self.name()),
            None => write!(f, "{}", self.name()),
        }
    }
}

impl From<Outcome> for WrittenOutcome {
    fn from(outcome: Outcome) -> Self {
        Self { outcome: outcome.name(), detail: outcome.detail() }
    }
}

impl TryFrom<WrittenOutcome> for Outcome {
    type Error = String;

    fn try_from(WrittenOutcome { outcome, detail }: WrittenOutcome) -> Result<Self, String> {
        Self::of_words(outcome, detail.as_deref())
            .ok_or_else(|| format!("`{}` is not a detail of `{outcome}`", detail.unwrap_or_default().escape_debug()))
    }
}

impl JsonSchema for Outcome {
    fn schema_name() -> Cow<'static, str> {
        "Outcome".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        WrittenOutcome::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Outcome, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn an_outcome_is_written_as_name_and_detail_and_read_from_them() {
        for (outcome, text) in [
            (Outcome::Success, r#"{"outcome":"success","detail":null}"#),
            (Outcome::HttpError(Some(503)), r#"{"outcome":"http_error","detail":"503"}"#),
            (Outcome::DnsFailure(Some(DnsDetail::NoData)), r#"{"outcome":"dns_failure","detail":"no_data"}"#),
            (Outcome::ProxyError(Some(ProxyDetail::Status(407))), r#"{"outcome":"proxy_error","detail":"407"}"#),
            (Outcome::ProxyError(Some(ProxyDetail::Refused)), r#"{"outcome":"proxy_error","detail":"refused"}"#),
        ] {
            assert_eq!(serde_json::to_string(&outcome).unwrap(), text);
            assert_eq!(read(text), Ok(outcome));
        }
        assert_eq!(read(r#"{"outcome":"syn_timeout"}"#), Ok(Outcome::SynTimeout), "a detail may be left out");
    }

    #[test]
    fn a_detail_of_another_outcome_is_named_and_not_taken() {
        for (text, said) in [
            (r#"{"outcome":"success","detail":"nxdomain"}"#, "`nxdomain` is not a detail of `success`"),
            (r#"{"outcome":"http_error","detail":"often"}"#, "`often` is not a detail of `http_error`"),
            (r#"{"outcome":"tls_failure","detail":"\u001b[31m"}"#, r"`\u{1b}[31m` is not a detail of `tls_failure`"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(said), "{error}");
        }
    }
}
