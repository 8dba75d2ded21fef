//! What was meant: the arguments of `analyze` turned into options of the library, and into decisions on what comes out.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;

use mdmlog::Options;
use mdmlog::options::Hashing;
use mdmlog::render::{Format, Look, TextStyle};

use super::args::{AnalyzeArgs, FormatChoice, RunArgs, When};
use super::fail_on::FailOn;
use super::reads::Reads;
use super::tables::Tables;
use super::{Failure, session, terminal};

/// What to do.
pub struct Job {
    /// Where the inputs lie.
    pub inputs: Vec<PathBuf>,
    /// How the library takes them.
    pub options: Options,
    /// What is read, and must not be written over.
    pub reads: Reads,
    /// What to write, and where.
    pub product: Product,
    /// How the report looks.
    pub look: Look,
    /// Whether to put pseudonyms in, and under which key.
    pub redaction: Option<RedactionKey>,
    /// What to tell by the exit status.
    pub fail_on: Vec<FailOn>,
    /// How it goes.
    pub run: RunArgs,
}

/// What comes out.
pub enum Product {
    /// One document.
    Document {
        /// How it is written.
        format: Format,
        /// The file to write, unless it is standard output.
        file: Option<PathBuf>,
    },
    /// Tables, each in a file.
    Tables(Tables),
}

/// How to put pseudonyms in.
pub struct RedactionKey {
    /// The key, unless one is drawn for this report alone.
    pub key: Option<Vec<u8>>,
}

impl Job {
    /// Makes sense of what was typed.
    pub fn new(args: AnalyzeArgs) -> Result<Self, Failure> {
        let key = args.redact_key.as_ref().map(|key| key.0.as_os_str());
        let reads = Reads::analysis(&args.paths, &args.input, &args.analysis).and_key(key);
        let mut options = session::analysis("analyze", &args.paths, args.input, args.analysis)?;
        options.sha256 = match args.sha256 {
            When::Auto => Hashing::Auto,
            When::Always => Hashing::Always,
            When::Never => Hashing::Never,
        };
        let output = args.output.filter(|path| path.as_os_str() != "-");
        let is_tickets = matches!(args.format, FormatChoice::Of(format) if format.is_tickets());
        if !args.field.is_empty() && !is_tickets {
            return Err(Failure::Usage(
                "--field sets fields of tickets: it goes with --format jira or servicenow".into(),
            ));
        }
        if args.jira.is_some() && args.format != FormatChoice::Of(Format::Jira) {
            return Err(Failure::Usage("--jira says which Jira tickets go to: it goes with --format jira".into()));
        }
        let color = if output.is_some() { terminal::file_color() } else { terminal::stdout_color() };
        Ok(Self {
            product: match args.format {
                FormatChoice::Parquet => Product::Tables(Tables::new(output)?),
                FormatChoice::Of(format) => Product::Document { format, file: output },
                FormatChoice::Auto if output.is_none() && terminal::stdout_is_terminal() => {
                    Product::Document { format: Format::Text, file: None }
                }
                FormatChoice::Auto => Product::Document { format: Format::Json, file: output },
            },
            look: Look {
                text: TextStyle { width: terminal::width(), color, verbose: args.verbose, all: args.all },
                times: args.times,
                fields: args.field,
                jira: args.jira.unwrap_or_default(),
            },
            redaction: redaction(args.redact, args.redact_key.map(|key| key.0))?,
            fail_on: args.fail_on,
            run: args.run,
            reads,
            options,
            inputs: args.paths,
        })
    }

    /// Returns whether the person who would be warned on standard error sees the same warnings in the report beside it.
    pub fn shows_warnings(&self) -> bool {
        matches!(self.product, Product::Document { format: Format::Text, file: None })
            && terminal::stdout_is_terminal()
            && terminal::stderr_is_terminal()
    }
}

/// Makes what redacts. A key that was typed asks for redaction; one that lies in the environment only serves it.
pub fn redaction(wanted: bool, typed: Option<OsString>) -> Result<Option<RedactionKey>, Failure> {
    if !wanted && typed.is_none() {
        return Ok(None);
    }
    let key = match typed {
        Some(typed) => Some(key(&typed)?),
        None => std::env::var_os("MDMLOG_REDACT_KEY").map(OsString::into_encoded_bytes).filter(|key| !key.is_empty()),
    };
    Ok(Some(RedactionKey { key }))
}

/// Returns the key itself, or what lies in the file behind an at sign, the line break at its end left off.
fn key(typed: &OsStr) -> Result<Vec<u8>, Failure> {
    let mut key = match typed.to_str().and_then(|typed| typed.strip_prefix('@')) {
        Some(file) => std::fs::read(file)
            .map_err(|error| Failure::Read { what: format!("the key of the pseudonyms from `{file}`"), error })?,
        None => typed.as_encoded_bytes().to_vec(),
    };
    key.truncate(key.trim_ascii_end().len());
    if key.is_empty() {
        let error = io::Error::other("it is empty; give a key, or leave --redact-key away for one that is drawn");
        return Err(Failure::Read { what: "the key of the pseudonyms".to_owned(), error });
    }
    Ok(key)
}
