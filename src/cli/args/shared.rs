//! The arguments that more than one command has.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ValueEnum, ValueHint};
use mdmlog::model::mdm::RequestKind;
use mdmlog::options::{LogZone, ProxyOption};
use mdmlog::time::Timestamp;

use crate::cli::moment;
use crate::cli::size::Size;

const INPUT: &str = "How it is read";
const ANALYSIS: &str = "What is looked at";
const RUN: &str = "How it runs";

/// What an analysis looks at.
#[derive(Debug, clap::Args)]
pub struct AnalysisArgs {
    /// The appliance's time zone: a name such as America/Denver, or an offset such as +02:00
    ///
    /// The log does not say it. Without this option it is estimated from the attempts that log and capture both show.
    #[arg(long, value_name = "ZONE", allow_hyphen_values = true, help_heading = ANALYSIS)]
    pub log_timezone: Option<LogZone>,

    /// Also treat this host name or address as an MDM server; may be repeated
    #[arg(long, value_name = "NAME", value_parser = host, help_heading = ANALYSIS)]
    pub host: Vec<String>,

    /// Also treat this port as one of MDM servers; may be repeated
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), help_heading = ANALYSIS)]
    pub port: Vec<u16>,

    /// Also treat this as the proxy before an MDM server; may be repeated
    #[arg(long, value_name = "ADDR:PORT", help_heading = ANALYSIS)]
    pub proxy: Vec<ProxyOption>,

    /// Keep attempts that start at this time or later
    ///
    /// A date (2023-08-15), a date and time (2023-08-15 10:21), or RFC 3339 (2023-08-15T10:21:07-06:00). In UTC unless an
    /// offset is given.
    #[arg(long, value_name = "TIME", value_parser = moment::since, help_heading = ANALYSIS)]
    pub since: Option<Timestamp>,

    /// Keep attempts that start at this time or earlier; a date alone includes that day
    #[arg(long, value_name = "TIME", value_parser = moment::until, help_heading = ANALYSIS)]
    pub until: Option<Timestamp>,

    /// Keep attempts that asked for one of these, such as device_query,compliance_poll
    ///
    /// `server_info` is Test Connection and heartbeats; `device_query` is what a policy service node asks when an endpoint
    /// authenticates; `compliance_poll` asks for the devices that do not comply.
    #[arg(long, value_name = "KIND,...", value_delimiter = ',', value_parser = kinds(), hide_possible_values = true)]
    #[arg(help_heading = ANALYSIS)]
    pub kind: Vec<RequestKind>,

    /// TLS secrets in NSS key log format (SSLKEYLOGFILE); may be repeated
    ///
    /// Key logs that lie beside the captures, and secrets within a pcapng, are used without being named.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = INPUT)]
    pub keylog: Vec<PathBuf>,
}

/// How inputs are read.
#[derive(Debug, clap::Args)]
pub struct InputArgs {
    /// The first line of this file is the passphrase of encrypted bundles
    ///
    /// Without this option, it is MDMLOG_PASSPHRASE, and where that is not set, it is asked for on a terminal. It is never
    /// part of the command line.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = INPUT)]
    pub passphrase_file: Option<PathBuf>,

    #[command(flatten)]
    pub limits: LimitArgs,
}

/// How much an archive may cost. The defaults are those of the library.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct LimitArgs {
    /// How deep archives may lie within archives [default: 8]
    #[arg(long, value_name = "N", help_heading = INPUT)]
    pub max_depth: Option<u8>,

    /// How many files and members to look at in all [default: 200000]
    #[arg(long, value_name = "N", help_heading = INPUT)]
    pub max_members: Option<u64>,

    /// How many times its size a file, and each member in it, may unpack to [default: 500]
    #[arg(long, value_name = "N", help_heading = INPUT)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub max_ratio: Option<u64>,

    /// How much all archives may unpack to, such as 500M or 64G
    ///
    /// Without this option, half of what is free in the temporary folder may be kept, and 200G at most.
    #[arg(long, value_name = "SIZE", help_heading = INPUT)]
    pub max_total: Option<Size>,

    /// Unpacked data to keep in memory; more goes to temporary files [default: 32M]
    #[arg(long, value_name = "SIZE", help_heading = INPUT)]
    pub max_memory: Option<Size>,
}

/// How a run goes.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Threads to use, at most four for each processor; 0 is one for each
    #[arg(long, short = 'j', value_name = "N", default_value_t = 0, help_heading = RUN)]
    #[arg(value_parser = clap::value_parser!(u16).range(0..=1024))]
    pub threads: u16,

    /// When to show progress on standard error: auto, always, never
    ///
    /// `auto` is: on a terminal, when the work takes more than half a second.
    #[arg(long, value_name = "WHEN", default_value = "auto", hide_possible_values = true, help_heading = RUN)]
    pub progress: When,

    /// Say nothing on standard error but errors
    #[arg(long, short, help_heading = RUN)]
    pub quiet: bool,
}

/// Returns every kind, with its name for help and completions.
fn kinds() -> impl TypedValueParser<Value = RequestKind> {
    let named = RequestKind::ALL.map(|kind| PossibleValue::new(kind.as_str()).help(kind.describe()));
    PossibleValuesParser::new(named).try_map(|name| name.parse::<RequestKind>())
}

/// Reads a host, which is no URL: what else a URL holds would be left unsaid.
fn host(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let port = bare.contains(':') && bare.parse::<std::net::Ipv6Addr>().is_err();
    if bare.is_empty() || port || bare.contains(|c: char| c == '/' || c == '@' || c.is_whitespace()) {
        return Err(
            "expected a host name or an address without scheme, port and path, such as `tenant.jamfcloud.com`".into()
        );
    }
    Ok(bare.trim_end_matches('.').to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address() {
        assert_eq!(host("Tenant.JamfCloud.com.").unwrap(), "tenant.jamfcloud.com");
        assert_eq!(host("[2001:db8::1]").unwrap(), "2001:db8::1");
        for wrong in ["", "https://a.example", "a.example:443", "a.example/x", "user@a.example", "a b"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}

/// When to do something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    Auto,
    Always,
    Never,
}
