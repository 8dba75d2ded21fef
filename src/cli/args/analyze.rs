//! The arguments of `mdmlog analyze`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::ValueHint;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use mdmlog::options::{LogZone, ProxyOption};
use mdmlog::report::Format;
use mdmlog::time::Timestamp;

use super::shared::{INPUT, InputArgs, RunArgs};
use crate::cli::fail_on::FailOn;
use crate::cli::{help, moment};

const OUTPUT: &str = "What comes out";
const PARQUET: &str = "parquet";
const ANALYSIS: &str = "What is looked at";

/// Say of every attempt what happened, what proves it and what to do
///
/// Reads logs and captures, whether they lie in a support bundle, an archive or a directory, or are named one by one. What a
/// file is, is found out by its content. What is damaged or not understood is a warning, and the rest is analysed.
#[derive(Debug, clap::Args)]
#[command(after_help = help::SEE, after_long_help = help::ANALYZE)]
pub struct AnalyzeArgs {
    /// Files, directories, archives and bundles; `-` is standard input
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,

    /// What to write: `auto` is text on a terminal and json otherwise
    ///
    /// The name of the file that `--output` gives does not change the format.
    #[arg(long, short, default_value = "auto", value_parser = formats(), help_heading = OUTPUT)]
    pub format: FormatChoice,

    /// Write there instead of to standard output
    ///
    /// The file is there whole or not at all: the report is written beside it and takes its place when it is complete. For
    /// parquet, this is a directory, which is made when it is not there.
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = OUTPUT)]
    pub output: Option<PathBuf>,

    /// Exit with status 1 when an attempt has one of these outcomes
    ///
    /// `any` is any failure; `http_401` is an outcome, `dns_failure/nxdomain` an outcome with its detail. `mdmlog explain`
    /// lists them.
    #[arg(long, value_name = "any|OUTCOME,...", value_delimiter = ',', help_heading = OUTPUT)]
    pub fail_on: Vec<FailOn>,

    /// Replace hosts, addresses, users and paths by pseudonyms
    ///
    /// The same original has the same pseudonym throughout the report.
    #[arg(long, help_heading = OUTPUT)]
    pub redact: bool,

    /// Make the pseudonyms the same in every report with this key; implies --redact
    ///
    /// `@FILE` reads the key from a file, so that it does not show in the list of processes. Without this option,
    /// MDMLOG_REDACT_KEY is the key, if set. Who knows the key can find out whether a pseudonym stands for a given name.
    #[arg(long, value_name = "KEY", help_heading = OUTPUT)]
    pub redact_key: Option<OsString>,

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

    /// TLS secrets in NSS key log format (SSLKEYLOGFILE); may be repeated
    ///
    /// Key logs that lie beside the captures, and secrets within a pcapng, are used without being named.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = INPUT)]
    pub keylog: Vec<PathBuf>,

    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub run: RunArgs,

    /// In text, show each attempt step by step
    #[arg(long, short, help_heading = OUTPUT)]
    pub verbose: bool,
}

/// A format, or the one that suits where the report goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatChoice {
    Auto,
    Of(Format),
    /// Tables, which are no format of the library as one file can't hold them.
    Parquet,
}

/// `auto`, every format that there is, and tables, with descriptions for help and completions. They are the same in every
/// build, so that the manual holds for each.
fn formats() -> impl TypedValueParser<Value = FormatChoice> {
    let auto = PossibleValue::new("auto").help("text on a terminal, json otherwise");
    let named = Format::ALL.map(|format| PossibleValue::new(format.as_str()).help(format.description()));
    let tables =
        PossibleValue::new(PARQUET).help("tables for DuckDB, Spark and the like, a file each; not in every build");
    PossibleValuesParser::new(std::iter::once(auto).chain(named).chain([tables])).map(|name| match name.parse() {
        Ok(format) => FormatChoice::Of(format),
        Err(_) if name == PARQUET => FormatChoice::Parquet,
        Err(_) => FormatChoice::Auto,
    })
}

/// A host, not a URL: what else a URL holds would be left unsaid.
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
