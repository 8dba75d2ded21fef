//! What went wrong with an input without ending the analysis: a value that is collected and shown, never printed where
//! it was noticed.

use std::cmp::Ordering;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One thing that a reader of the report must know about an input.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Index into the report's `inputs`, or null when the warning is about none of them.
    pub input: Option<usize>,
    /// A stable word for programs.
    pub code: WarningCode,
    /// A sentence for people: what, where (byte, line or frame), and what can be done.
    pub message: String,
}

impl Warning {
    /// Makes a warning about the input with this index.
    pub fn about(input: usize, code: WarningCode, message: impl Into<String>) -> Self {
        Self { input: Some(input), code, message: message.into() }
    }

    /// Makes a warning about no input in particular.
    pub fn general(code: WarningCode, message: impl Into<String>) -> Self {
        Self { input: None, code, message: message.into() }
    }
}

/// Defines the codes, so that the word, the meaning and the variant of each stand in one place.
macro_rules! warning_codes {
    ($($(#[doc = $about:literal])+ $code:ident = $word:literal,)+) => {
        /// What a warning is about, as a word that programs can go by. A reader takes a word that it does not know for a
        /// warning of another kind.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, JsonSchema)]
        pub enum WarningCode {
            $($(#[doc = $about])+ #[schemars(rename = $word)] $code,)+
            /// A word that another version of mdmlog wrote and this one does not know.
            #[schemars(skip)]
            Unlisted(String),
        }

        impl WarningCode {
            /// Every code that this version writes, in the order of the words.
            pub const ALL: &[Self] = &[$(Self::$code),+];

            /// Returns the word that the report has for it.
            pub const fn as_str(&self) -> &str {
                match self {
                    $(Self::$code => $word,)+
                    Self::Unlisted(word) => word.as_str(),
                }
            }
        }
    };
}

warning_codes! {
    /// An address of a server never answers, so that the node loses time before it tries another one.
    AddressSilent = "address_silent",
    /// The window or the kinds that were asked for leave none of the attempts that were found.
    AllLeftOut = "all_left_out",
    /// A file was written to, cut or replaced while it was read.
    ChangedWhileRead = "changed_while_read",
    /// Bytes are not what the format wants; what comes behind them was read where it could be.
    Damaged = "damaged",
    /// A capture has more DNS queries about MDM servers than are kept.
    DnsLimit = "dns_limit",
    /// The same file or the same bytes were given twice and count once.
    DuplicateInput = "duplicate_input",
    /// A file without bytes.
    Empty = "empty",
    /// A capture has more connections to MDM servers and proxies than are kept.
    FlowLimit = "flow_limit",
    /// Frames of a capture have a header that mdmlog can't read.
    FramesNotRead = "frames_not_read",
    /// A key log that was named holds no TLS secrets.
    KeylogEmpty = "keylog_empty",
    /// A key log has more sessions than are kept.
    KeylogLimit = "keylog_limit",
    /// Lines of a key log are not in its format.
    KeylogLine = "keylog_line",
    /// Keys of TLS sessions open nothing: mdmlog does not read the cipher suite, or they are wrong.
    KeysInVain = "keys_in_vain",
    /// Something is of a kind that this build of mdmlog leaves out.
    LeftOut = "left_out",
    /// A bound on members, bytes, depth or time was reached, so that something was not opened or not read to its end.
    Limit = "limit",
    /// The MDM component wrote a log at a level that hides successes, retries or answers.
    LogLevel = "log_level",
    /// Lines of a log are cut off at the same width.
    LogLinesCut = "log_lines_cut",
    /// Something is encrypted and no passphrase was given.
    NeedsPassphrase = "needs_passphrase",
    /// No server that a capture shows is known as an MDM server.
    NoKnownServer = "no_known_server",
    /// A log has no records of the MDM component.
    NoMdmRecords = "no_mdm_records",
    /// A log and the captures cover times that can't overlap.
    NoOverlap = "no_overlap",
    /// What was taken for a capture does not begin like one.
    NotACapture = "not_a_capture",
    /// A path that was given does not exist.
    NotFound = "not_found",
    /// A path that was given holds nothing of use.
    NothingFound = "nothing_found",
    /// Packets of one direction alone were captured.
    OneDirection = "one_direction",
    /// The program that captured counted packets that it dropped.
    PacketsDropped = "packets_dropped",
    /// Packets between the node and a server are lost on the network and sent again.
    PacketsLost = "packets_lost",
    /// Connections show that a capture lacks packets of them.
    PacketsMissing = "packets_missing",
    /// Something is encrypted for a public key, whose holder alone can open it.
    PublicKey = "public_key",
    /// A resolver does not answer, so that the node loses time before it asks another one.
    ResolverSilent = "resolver_silent",
    /// There is no folder, or no room in it, for what has to be unpacked to a file.
    TemporaryFolder = "temporary_folder",
    /// The times of a capture's frames run backwards by a second or more.
    TimeBackwards = "time_backwards",
    /// A log has more attempts or threads than are kept.
    TooManyAttempts = "too_many_attempts",
    /// A file or an archive ends too early; what comes before was read.
    Truncated = "truncated",
    /// A file is neither log nor capture nor anything that holds such.
    UnknownContent = "unknown_content",
    /// Frames are of an interface that the capture does not describe.
    UnknownInterface = "unknown_interface",
    /// Frames are of a link type that mdmlog can't read.
    UnknownLinkType = "unknown_link_type",
    /// The system does not let a file be read.
    Unreadable = "unreadable",
    /// The passphrase that was given does not open something.
    WrongPassphrase = "wrong_passphrase",
    /// Nothing tells the time zone of a log, so its times are shown as if they were UTC.
    ZoneAssumed = "zone_assumed",
    /// Two statements of a log's time zone contradict each other.
    ZoneDisagrees = "zone_disagrees",
}

impl From<&str> for WarningCode {
    fn from(word: &str) -> Self {
        let known = Self::ALL.iter().find(|code| code.as_str() == word);
        known.cloned().unwrap_or_else(|| Self::Unlisted(word.to_owned()))
    }
}

impl fmt::Display for WarningCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Codes are in the order of their words, whichever version wrote them.
impl Ord for WarningCode {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for WarningCode {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Serialize for WarningCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for WarningCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|word| Self::from(word.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_listed_once_in_the_order_of_their_words() {
        assert!(WarningCode::ALL.is_sorted_by(|left, right| left.as_str() < right.as_str()));
    }

    #[test]
    fn a_code_of_another_version_is_kept_as_it_was_written() {
        let line = r#"{"input":null,"code":"of_tomorrow","message":"m"}"#;
        let warning: Warning = serde_json::from_str(line).unwrap();
        assert_eq!(warning.code, WarningCode::Unlisted("of_tomorrow".to_owned()));
        assert_eq!(serde_json::to_string(&warning).unwrap(), line);
    }

    #[test]
    fn every_code_comes_back_from_its_word() {
        for code in WarningCode::ALL {
            let word = serde_json::to_string(code).unwrap();
            assert_eq!(serde_json::from_str::<WarningCode>(&word).unwrap(), *code);
        }
    }
}
