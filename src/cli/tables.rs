//! `--format parquet`: a directory with a file for each table. A build without the feature knows the name, and says how to
//! get one that has it.

#[cfg(not(feature = "parquet"))]
pub use self::without::Tables;
#[cfg(feature = "parquet")]
pub use self::written::Tables;

#[cfg(not(feature = "parquet"))]
mod without {
    use std::path::PathBuf;

    use mdmlog::Report;

    use crate::cli::Failure;
    use crate::cli::reads::Reads;

    /// There are none in this build.
    pub enum Tables {}

    impl Tables {
        /// Says how to get a program that has them.
        pub fn new(_: Option<PathBuf>) -> Result<Self, Failure> {
            Err(Failure::Usage(
                "this mdmlog is built without `--format parquet`; in a checkout, \
                 `cargo install --path . --features parquet` builds one with it"
                    .to_owned(),
            ))
        }

        /// Never gets here: there is no way to make one.
        pub fn check(&self, _: &Reads) -> Result<(), Failure> {
            match *self {}
        }

        /// Never gets here: there is no way to make one.
        pub fn write(&self, _: &Report, _: Option<&[PathBuf]>) -> Result<(), Failure> {
            match *self {}
        }
    }
}

#[cfg(feature = "parquet")]
mod written {
    use std::fs;
    use std::io;
    use std::path::{Path, PathBuf};

    use crate::cli::Failure;
    use crate::cli::reads::Reads;
    use crate::cli::unfinished::Unfinished;
    use mdmlog::Report;
    use mdmlog::render::parquet::{Run, Table};

    /// The directory to write.
    pub struct Tables(PathBuf);

    impl Tables {
        /// Makes tables that go into this directory, which must be named.
        pub fn new(directory: Option<PathBuf>) -> Result<Self, Failure> {
            directory.map(Self).ok_or_else(|| {
                Failure::Usage(
                    "parquet is several files, and can't go to standard output: name a directory for them, as in \
                     `--format parquet --output tables`"
                        .to_owned(),
                )
            })
        }

        /// Fails where a table would take the place of what the run reads, and where it is plain that nothing can be
        /// written, without leaving anything behind.
        pub fn check(&self, reads: &Reads) -> Result<(), Failure> {
            for table in Table::ALL {
                let path = self.0.join(table.file_name());
                reads.spared_by(&path, &format!("a table to `{}`", path.display()))?;
            }
            writable(&self.0).map_err(|error| self.failure(error))
        }

        /// Writes all tables, and puts them in their places when the last one is complete.
        pub fn write(&self, report: &Report, inputs: Option<&[PathBuf]>) -> Result<(), Failure> {
            let write = || {
                fs::create_dir_all(&self.0)?;
                let run = Run::new(report, inputs.map(named))?;
                let files = Table::ALL.map(|table| self.unfinished(table, report, &run));
                // All of them, or none.
                Unfinished::finish(files.into_iter().collect::<io::Result<Vec<_>>>()?)
            };
            write().map_err(|error| self.failure(error))
        }

        fn unfinished(&self, table: Table, report: &Report, run: &Run) -> io::Result<Unfinished> {
            let unfinished = Unfinished::new(&self.0.join(table.file_name()))?;
            table.write(report, run, unfinished.file())?;
            Ok(unfinished)
        }

        fn failure(&self, error: io::Error) -> Failure {
            Failure::Write { what: format!("the tables to `{}`", self.0.display()), error }
        }
    }

    /// Returns the paths as they were given.
    fn named(inputs: &[PathBuf]) -> String {
        inputs.iter().map(|path| path.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    /// Tries to make a file there, or in the directory in which it would have to be made.
    fn writable(directory: &Path) -> io::Result<()> {
        for folder in directory.ancestors() {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            match fs::metadata(folder) {
                Ok(metadata) if !metadata.is_dir() => {
                    return Err(io::Error::other(format!("`{}` is no directory", folder.display())));
                }
                // A file without a name is gone with the program, whatever happens.
                Ok(_) => return tempfile::tempfile_in(folder).map(drop),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
