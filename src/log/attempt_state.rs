//! The states that an attempt under way goes through, as far as what comes next depends on them.

use std::sync::Arc;

/// The methods that open a Test Connection, as far as they were entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum OpeningMethods {
    /// Neither was seen.
    #[default]
    Unseen,
    /// `callMdmServerInfo`.
    Called,
    /// `verifyServer`, without the call of it.
    Verified,
    /// `callMdmServerInfo`, and `verifyServer` that it calls.
    Both,
}

impl OpeningMethods {
    /// Returns whether `callMdmServerInfo` was entered.
    pub(super) fn is_called(self) -> bool {
        matches!(self, Self::Called | Self::Both)
    }

    /// Returns whether `verifyServer` was entered.
    pub(super) fn is_verified(self) -> bool {
        matches!(self, Self::Verified | Self::Both)
    }

    /// Enters `callMdmServerInfo`.
    pub(super) fn call(&mut self) {
        *self = if self.is_verified() { Self::Both } else { Self::Called };
    }

    /// Enters `verifyServer`.
    pub(super) fn verify(&mut self) {
        *self = if self.is_called() { Self::Both } else { Self::Verified };
    }
}

/// The way in which an attempt is over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Ended {
    /// It goes on, or its end was not logged.
    #[default]
    Not,
    /// Its request has ended, outside of a Test Connection.
    Request,
    /// `callMdmServerInfo` has returned.
    Call,
}

/// The next request, as far as it was announced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum NextRequest {
    /// Nothing was announced.
    #[default]
    Unannounced,
    /// A retry of the one before, with this API version where the record says so.
    Retry(Option<Arc<str>>),
}

impl NextRequest {
    /// Announces a retry; two records may do so, of which one names the version.
    pub(super) fn announce(&mut self, version: Option<Arc<str>>) {
        let known = self.begin();
        *self = Self::Retry(version.or(known));
    }

    /// Begins the request; returns the API version that was announced for it.
    pub(super) fn begin(&mut self) -> Option<Arc<str>> {
        match std::mem::take(self) {
            Self::Retry(version) => version,
            Self::Unannounced => None,
        }
    }

    /// Returns whether a retry was announced.
    pub(super) fn is_retry(&self) -> bool {
        *self != Self::Unannounced
    }
}

/// The results of the last request that were seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Results {
    /// The request is under way.
    #[default]
    Outstanding,
    /// Its response code.
    Response,
    /// Its error.
    Error,
    /// Both, as where the status came and the rest of the answer did not.
    ResponseAndError,
}

impl Results {
    /// Returns whether a response code was seen.
    pub(super) fn has_response(self) -> bool {
        matches!(self, Self::Response | Self::ResponseAndError)
    }

    /// Returns whether an error was seen.
    pub(super) fn has_error(self) -> bool {
        matches!(self, Self::Error | Self::ResponseAndError)
    }

    /// Notes a response code.
    pub(super) fn respond(&mut self) {
        *self = if self.has_error() { Self::ResponseAndError } else { Self::Response };
    }

    /// Notes an error.
    pub(super) fn fail(&mut self) {
        *self = if self.has_response() { Self::ResponseAndError } else { Self::Error };
    }
}
