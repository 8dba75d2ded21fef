//! What a caller may ask of an analysis besides naming the inputs.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use jiff::tz::{Offset, TimeZone};

pub use crate::input::Limits;
use crate::input::{InputOptions, PassphraseSource};
use crate::progress::Progress;
use crate::time::Timestamp;

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
    /// Files with TLS secrets in NSS key log format.
    pub keylogs: Vec<PathBuf>,
    /// What opens encrypted bundles.
    pub passphrase: Option<Passphrase>,
    /// Asks for the passphrase of an encrypted bundle when none was given.
    pub prompt: Option<Prompt>,
    /// How much an archive may unpack to.
    pub limits: Limits,
    /// Where the run says how far it has come.
    pub progress: Arc<Progress>,
}

impl Options {
    /// What of it is for the stage that finds the inputs.
    pub(crate) fn input(&self) -> InputOptions {
        let passphrase = match (&self.passphrase, self.prompt.clone()) {
            (Some(passphrase), _) => PassphraseSource::Given(passphrase.clone()),
            (None, Some(prompt)) => PassphraseSource::Ask(Arc::new(move |path| prompt.ask(path))),
            (None, None) => PassphraseSource::None,
        };
        InputOptions { passphrase, limits: self.limits }
    }
}

/// The zone of an appliance's clock: an IANA name such as `America/Denver`, or a fixed offset such as `+02:00`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogZone(pub TimeZone);

impl FromStr for LogZone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if matches!(text, "Z" | "z" | "UTC" | "utc") {
            return Ok(Self(TimeZone::UTC));
        }
        if let Some(offset) = fixed_offset(text) {
            return Ok(Self(TimeZone::fixed(offset)));
        }
        TimeZone::get(text).map(Self).map_err(|_| {
            format!("`{text}` is not a time zone; expected an IANA name such as `Europe/Paris` or an offset such as `+02:00`")
        })
    }
}

/// Reads `+02:00`, `-0530` or `+2`.
fn fixed_offset(text: &str) -> Option<Offset> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if hours > 18 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// A proxy that the caller names: `ADDR:PORT` or `HOST:PORT`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyOption {
    /// Host name in lower case, or literal address.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl ProxyOption {
    /// The address, when the host is one.
    pub fn address(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

impl FromStr for ProxyOption {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a proxy; expected ADDR:PORT, such as `192.0.2.8:3128`");
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        let host = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
            Some(v6) => v6,
            None if host.contains(':') => return Err(wrong()),
            None => host,
        };
        let port = port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?;
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/') {
            return Err(wrong());
        }
        Ok(Self { host: host.to_ascii_lowercase(), port })
    }
}

/// What opens encrypted bundles; never shown, not even in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// From what a person typed or a file held.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The passphrase itself, for decryption only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(***)")
    }
}

/// Asks a person for a passphrase; called only when an encrypted bundle is met and no passphrase was given.
#[derive(Clone)]
pub struct Prompt(Arc<Ask>);

type Ask = dyn Fn(&str) -> Option<Passphrase> + Send + Sync;

impl Prompt {
    /// A way to ask; it is told the path of the bundle, and returns `None` when the person does not answer.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_names_or_offsets() {
        let offset = |text: &str| text.parse::<LogZone>().unwrap().0.to_fixed_offset().unwrap().seconds();
        assert_eq!(offset("+02:00"), 7200);
        assert_eq!(offset("-0930"), -34_200);
        assert_eq!(offset("+5:45"), 20_700);
        assert_eq!(offset("Z"), 0);
        assert!("America/Denver".parse::<LogZone>().is_ok());
        for wrong in ["", "+", "+25:00", "+02:60", "Mars/Olympus", "+-2:00", "2023"] {
            assert!(wrong.parse::<LogZone>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn proxies_are_addresses_or_names_with_a_port() {
        let proxy = |text: &str| text.parse::<ProxyOption>();
        assert_eq!(proxy("[2001:db8::8]:3128").unwrap().address(), "2001:db8::8".parse().ok());
        assert_eq!(proxy("Proxy.example.com:8080").unwrap().host, "proxy.example.com");
        for wrong in ["", "192.0.2.8", "192.0.2.8:0", "192.0.2.8:x", ":80", "2001:db8::8:3128", "http://p:80"] {
            assert!(proxy(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_passphrase_is_never_shown() {
        assert_eq!(format!("{:?}", Passphrase::new("correct horse")), "Passphrase(***)");
    }
}
