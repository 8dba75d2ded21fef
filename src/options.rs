//! What a caller may ask of an analysis besides naming the inputs.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use crate::digests::Digests;
pub use crate::evidence::declared::{Declared, ProxyOption};
use crate::input::{InputOptions, Keeping, PassphraseSource};
pub use crate::input::{Limits, Passphrase, Supplied, SuppliedFile};
use crate::model::mdm::RequestKind;
use crate::model::time::Timestamp;
pub use crate::model::zone::LogZone;
use crate::progress::Progress;

/// What to do with the inputs. The default is what `mdmlog analyze PATH` does.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The appliance's zone; estimated when `None`.
    pub log_zone: Option<LogZone>,
    /// Host names (or literal addresses) of MDM servers, besides those that the inputs show by themselves.
    pub hosts: Vec<String>,
    /// Ports of MDM servers, besides 443, 8443 and those of the log's URLs.
    pub ports: Vec<u16>,
    /// Proxies on the way to the MDM server.
    pub proxies: Vec<ProxyOption>,
    /// Keep attempts that start at this moment or later.
    pub since: Option<Timestamp>,
    /// Keep attempts that start at this moment or earlier.
    pub until: Option<Timestamp>,
    /// Keep attempts that asked for one of these; all when empty.
    pub kinds: Vec<RequestKind>,
    /// Files with TLS secrets in NSS key log format.
    pub keylogs: Vec<PathBuf>,
    /// What opens encrypted bundles.
    pub passphrase: Option<Passphrase>,
    /// Asks for the passphrase of an encrypted bundle when none was given.
    pub prompt: Option<Prompt>,
    /// Which inputs have their SHA-256 in the report.
    pub sha256: Hashing,
    /// How much an archive may unpack to.
    pub limits: Limits,
    /// Files that lie in no file system, under the paths that name them among the inputs.
    pub supplied: Supplied,
    /// Where the run says how far it has come.
    pub progress: Arc<Progress>,
}

impl Options {
    /// Returns what of it is for the stage that finds the inputs.
    pub(crate) fn input(&self, keeping: Keeping) -> InputOptions {
        let passphrase = match (&self.passphrase, self.prompt.clone()) {
            (Some(passphrase), _) => PassphraseSource::Given(passphrase.clone()),
            (None, Some(prompt)) => PassphraseSource::Ask(Arc::new(move |path| prompt.ask(path))),
            (None, None) => PassphraseSource::None,
        };
        InputOptions { passphrase, limits: self.limits, supplied: self.supplied.clone(), keeping }
    }

    /// Returns what is to be kept of the inputs by those who do not go back to them.
    pub(crate) fn facts_alone(&self) -> Keeping {
        Keeping::Facts { hash_up_to: self.sha256.up_to() }
    }

    /// Returns what of it names servers and proxies.
    pub fn declared(&self) -> Declared {
        Declared { hosts: self.hosts.clone(), ports: self.ports.clone(), proxies: self.proxies.clone() }
    }
}

/// Which inputs are hashed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hashing {
    /// Those of 256 MiB and less: to hash larger ones takes longer than to analyse them.
    #[default]
    Auto,
    /// All.
    Always,
    /// None.
    Never,
}

impl Hashing {
    /// Returns the size in bytes up to which a file is hashed.
    pub(crate) const fn up_to(self) -> u64 {
        match self {
            Self::Auto => Digests::UP_TO,
            Self::Always => u64::MAX,
            Self::Never => 0,
        }
    }
}

/// Asks a person for a passphrase; called only when an encrypted bundle is met and no passphrase was given.
#[derive(Clone)]
pub struct Prompt(Arc<PromptFunction>);

type PromptFunction = dyn Fn(&str) -> Option<Passphrase> + Send + Sync;

impl Prompt {
    /// Makes a way to ask; it is told the path of the bundle, and returns `None` when the person does not answer.
    pub fn new(ask: impl Fn(&str) -> Option<Passphrase> + Send + Sync + 'static) -> Self {
        Self(Arc::new(ask))
    }

    /// Asks for the passphrase of the bundle at this path.
    pub fn ask(&self, path: &str) -> Option<Passphrase> {
        (self.0)(path)
    }
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prompt")
    }
}
