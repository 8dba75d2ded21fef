//! Tables for engines that ask over many bundles at once, such as DuckDB and Spark.
//!
//! A Parquet file holds one table, and a report is several: each is a file of its own here, and so this is no
//! [`Rendering`](super::Rendering). A table is a list of columns, each with its name, its type, what it means and how to
//! get it from a row, in one place: schema, data and documentation can't come apart. Columns are a contract as fields of
//! JSON are: new ones are added at the end.

mod attempts;
mod column;
mod evidence;
mod incidents;
mod inputs;
mod nodes;
mod run;
mod servers;
#[cfg(test)]
mod tests;

use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use self::column::Columns;
pub use self::run::Run;
use crate::model::report::Report;

/// One of the tables that a report is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// One row per attempt.
    Attempts,
    /// One row per incident.
    Incidents,
    /// One row per record or frame that proves the outcome of an attempt.
    Evidence,
    /// One row per file that was read.
    Inputs,
    /// One row per server, as it stood at the end.
    Servers,
    /// One row per node that wrote an input.
    Nodes,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 6] =
        [Self::Attempts, Self::Incidents, Self::Evidence, Self::Inputs, Self::Servers, Self::Nodes];

    /// Returns its name, which is that of its file as well, without the extension.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Attempts => "attempts",
            Self::Incidents => "incidents",
            Self::Evidence => "evidence",
            Self::Inputs => "inputs",
            Self::Servers => "servers",
            Self::Nodes => "nodes",
        }
    }

    /// Returns the name of its file.
    pub fn file_name(self) -> String {
        format!("{}.parquet", self.as_str())
    }

    /// Returns what the columns are, as a table in Markdown.
    pub fn description(self) -> String {
        let report = Report::default();
        let run = Run::default();
        let mut text = "| column | type | what it is |\n|---|---|---|\n".to_owned();
        for column in self.columns(&report, &run).iter() {
            let _ = writeln!(text, "| `{}` | {} | {} |", column.name, column.kind.as_str(), column.what);
        }
        text
    }

    /// Writes the table as a Parquet file.
    ///
    /// # Errors
    ///
    /// Those of `out`.
    pub fn write(self, report: &Report, run: &Run, out: impl io::Write + Send) -> io::Result<()> {
        self.file(report, run, out).map_err(io_error)
    }

    fn columns<'r>(self, report: &'r Report, run: &'r Run) -> Columns<'r> {
        match self {
            Self::Attempts => attempts::columns(report, run),
            Self::Incidents => incidents::columns(report, run),
            Self::Evidence => evidence::columns(report, run),
            Self::Inputs => inputs::columns(report, run),
            Self::Servers => servers::columns(report, run),
            Self::Nodes => nodes::columns(report, run),
        }
    }

    /// Writes one row group: a report is small beside what engines split their work by.
    fn file(self, report: &Report, run: &Run, out: impl io::Write + Send) -> Result<(), ParquetError> {
        let columns = self.columns(report, run);
        let schema = parse_message_type(&columns.schema(self.as_str()))?;
        let about = |key: &str, value: &str| KeyValue::new(format!("mdmlog.{key}"), value.to_owned());
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_created_by(format!("{} version {}", report.tool.name, report.tool.version))
            .set_key_value_metadata(Some(vec![
                about("run", &run.id),
                about("version", &report.tool.version),
                about("schema_version", &report.schema_version),
            ]))
            .build();
        let mut file = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        let mut rows = file.next_row_group()?;
        for column in columns.iter() {
            let Some(mut writer) = rows.next_column()? else { break };
            column.write(&mut writer)?;
            writer.close()?;
        }
        rows.close()?;
        file.close()?;
        Ok(())
    }
}

/// Returns what the system says, where it was the system.
fn io_error(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}
