//! mdmlog for a browser. A page hands over files that a person chose, by name and size, and reads them when it is asked to; what
//! comes out is what the program writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mdmlog::options::{Limits, Passphrase, Prompt};
use mdmlog::progress::Progress;
use mdmlog::render::{Format, Look};
use mdmlog::warning::WarningCode;
use mdmlog::{AttemptChoice, Error, ExtractedRecord, Options, Report};
use wasm_bindgen::prelude::*;

mod files;

#[wasm_bindgen]
extern "C" {
    /// Is told how far a run has come: the stage, the bytes done in it and the bytes in all.
    #[wasm_bindgen(js_name = mdmlogProgress)]
    fn tell(stage: &str, done: f64, total: f64);
}

/// Bytes of what was unpacked that are held: a page has no temporary files, and four gigabytes are all that it can address.
const MEMORY: u64 = 3 << 30;

/// Bytes after which a page is told anew how far a run has come.
const STEP: u64 = 1 << 20;

/// What a person put on the page.
#[wasm_bindgen]
pub struct Desk {
    inputs: Vec<std::path::PathBuf>,
    options: Options,
    /// Whether an encrypted bundle was met that no passphrase was given for.
    asked: Arc<AtomicBool>,
}

#[wasm_bindgen]
impl Desk {
    /// Takes the names of the files and folders that are to be analysed, in their order.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(names: Vec<String>) -> Self {
        let asked = Arc::new(AtomicBool::new(false));
        let ask = Arc::clone(&asked);
        let prompt = Prompt::new(move |_| {
            ask.store(true, Ordering::Relaxed);
            None
        });
        let options = Options {
            limits: Limits { memory: MEMORY, ..Limits::default() },
            prompt: Some(prompt),
            progress: Arc::new(progress()),
            ..Options::default()
        };
        Self { inputs: names.into_iter().map(Into::into).collect(), options, asked }
    }

    /// Adds a file. A file of a folder has the folder's name before its own; the page knows it by its number.
    pub fn add(&mut self, path: String, size: f64, number: u32) {
        self.options.supplied.add(path, Arc::new(files::PageFile::new(number, size as u64)));
    }

    /// Sets the appliance's zone; empty text means that it is estimated.
    ///
    /// # Errors
    ///
    /// A sentence that says what is wrong with it.
    pub fn set_zone(&mut self, zone: &str) -> Result<(), String> {
        self.options.log_zone = if zone.is_empty() { None } else { Some(zone.parse().map_err(text)?) };
        Ok(())
    }

    /// Sets host names and ports of MDM servers besides those that the files show by themselves, with commas or blanks between them.
    ///
    /// # Errors
    ///
    /// A sentence that names what is no port.
    pub fn set_servers(&mut self, hosts: &str, ports: &str) -> Result<(), String> {
        let words = |text: &str| -> Vec<String> {
            text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::to_owned).collect()
        };
        self.options.hosts = words(hosts);
        let port =
            |word: String| word.parse().map_err(|_| format!("`{word}` is no port: ports are numbers up to 65535"));
        self.options.ports = words(ports).into_iter().map(port).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Sets what opens encrypted bundles.
    pub fn set_passphrase(&mut self, passphrase: &str) {
        self.options.passphrase = Some(Passphrase::new(passphrase));
    }

    /// Analyses what is on the desk.
    ///
    /// # Errors
    ///
    /// A sentence that says why there is no report.
    pub fn analyze(&self) -> Result<Analysis, String> {
        let report = mdmlog::analyze(&self.inputs, &self.options).map_err(said)?;
        Ok(Analysis { report })
    }

    /// Tells whether an encrypted bundle stayed closed since nobody gave its passphrase.
    #[must_use]
    pub fn asked(&self) -> bool {
        self.asked.swap(false, Ordering::Relaxed)
    }

    /// Returns the frames of attempts as pcapng; `1,4-6` or `all`.
    ///
    /// # Errors
    ///
    /// A sentence that says why there are none.
    pub fn slice(&self, attempts: &str) -> Result<Vec<u8>, String> {
        let slice = mdmlog::slice(&self.inputs, &self.options, choice(attempts)?, false).map_err(text)?;
        let mut pcapng = Vec::new();
        slice.write(&mut pcapng).map_err(text)?;
        Ok(pcapng)
    }

    /// Returns the log records of attempts, credentials taken out.
    ///
    /// # Errors
    ///
    /// A sentence that says why there are none.
    pub fn records(&self, attempts: &str) -> Result<String, String> {
        let extract = mdmlog::extract(&self.inputs, &self.options, choice(attempts)?).map_err(text)?;
        // The last line of a file may have no end.
        let line = |record: &ExtractedRecord| record.without_secrets().trim_end_matches('\n').to_owned() + "\n";
        Ok(extract.records.iter().map(line).collect())
    }
}

/// A report.
#[wasm_bindgen]
pub struct Analysis {
    report: Report,
}

#[wasm_bindgen]
impl Analysis {
    /// Returns the number of attempts that failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.report.attempts.iter().filter(|attempt| attempt.outcome.is_failure()).count()
    }

    /// Returns the number of attempts.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.report.attempts.len()
    }

    /// Returns the report as `mdmlog analyze --format` writes it.
    ///
    /// # Errors
    ///
    /// A sentence that names the formats, when there is none of this name.
    pub fn render(&self, format: &str) -> Result<Vec<u8>, String> {
        let format: Format = format.parse()?;
        let mut out = Vec::new();
        format.rendering(&Look::default()).render(&self.report, &mut out).map_err(text)?;
        Ok(out)
    }
}

fn choice(attempts: &str) -> Result<AttemptChoice, String> {
    attempts.trim().parse()
}

/// Returns what a person is told; of a passphrase, without the options of the program.
fn said(error: Error) -> String {
    match &error {
        Error::Nothing(errors) if errors.iter().any(|error| error.code == WarningCode::WrongPassphrase) => {
            "The passphrase is wrong.".to_owned()
        }
        error => error.to_string(),
    }
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Tells the page of each stage, and of each of some steps in it.
fn progress() -> Progress {
    let last = std::sync::Mutex::new((None, 0));
    Progress::watched(move |(stage, done, total)| {
        let Ok(mut last) = last.lock() else { return };
        let next = (Some(stage), done / STEP);
        if *last != next {
            *last = next;
            tell(stage.as_str(), done as f64, total as f64);
        }
    })
}
