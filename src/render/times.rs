//! The clock that times are shown by: UTC, in which all inputs can be compared, or the appliance's, which is the one that its
//! log shows.

use std::fmt;
use std::str::FromStr;

/// Whose clock times are shown by in text, HTML and Markdown. All other formats are for programs, and stay in UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Times {
    /// UTC.
    #[default]
    Utc,
    /// The clock of the node that wrote the log: what its log shows, skew included.
    Appliance,
    /// That clock, with UTC beside it.
    Both,
}

impl Times {
    /// Every choice, in the order in which help lists them.
    pub const ALL: [Self; 3] = [Self::Utc, Self::Appliance, Self::Both];

    /// Returns the name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Utc => "utc",
            Self::Appliance => "appliance",
            Self::Both => "both",
        }
    }

    /// Returns what it is, in a few words.
    pub const fn description(self) -> &'static str {
        match self {
            Self::Utc => "UTC",
            Self::Appliance => "what the log shows: the clock of the node, in its zone",
            Self::Both => "the clock of the node, with UTC beside it",
        }
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Times {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|times| times.as_str() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.into_iter().map(Self::as_str).collect();
            format!("`{text}` is no clock; there are {}", names.join(", "))
        })
    }
}
