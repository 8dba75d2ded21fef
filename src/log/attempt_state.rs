//! The states that an attempt under way goes through, as far as what comes next depends on them.

/// Which of the two methods that open an attempt were entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Opening {
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

impl Opening {
    /// Returns whether `callMdmServerInfo` was entered.
    pub(super) fn is_called(self) -> bool {
        matches!(self, Self::Called | Self::Both)
    }

    /// Returns whether `verifyServer` was entered.
    pub(super) fn is_verified(self) -> bool {
        matches!(self, Self::Verified | Self::Both)
    }

    /// `callMdmServerInfo` is entered.
    pub(super) fn call(&mut self) {
        *self = if self.is_verified() { Self::Both } else { Self::Called };
    }

    /// `verifyServer` is entered.
    pub(super) fn verify(&mut self) {
        *self = if self.is_called() { Self::Both } else { Self::Verified };
    }
}

/// What the next request will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum NextRequest {
    /// Nothing was announced.
    #[default]
    Unannounced,
    /// A retry of the one before, with this API version where the record says so.
    Retry(Option<String>),
}

impl NextRequest {
    /// A retry is announced, by one record or by two of which one names the version.
    pub(super) fn announce(&mut self, version: Option<String>) {
        let known = self.begin();
        *self = Self::Retry(version.or(known));
    }

    /// The request begins; returns the API version that was announced for it.
    pub(super) fn begin(&mut self) -> Option<String> {
        match std::mem::take(self) {
            Self::Retry(version) => version,
            Self::Unannounced => None,
        }
    }
}

/// Which results of the last request were seen.
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

    /// A response code is seen.
    pub(super) fn respond(&mut self) {
        *self = if self.has_error() { Self::ResponseAndError } else { Self::Response };
    }

    /// An error is seen.
    pub(super) fn fail(&mut self) {
        *self = if self.has_response() { Self::ResponseAndError } else { Self::Error };
    }
}
