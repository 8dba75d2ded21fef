//! What the terminal can show: colours and width.

use std::io::{self, IsTerminal as _};

use anstream::{AutoStream, ColorChoice};
use clap::ValueEnum;
use terminal_size::{Width, terminal_size_of};

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Makes this hold for everything that is written from now on.
    pub fn apply(self) {
        match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        }
        .write_global();
    }
}

/// Returns whether a person sees standard output.
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Returns whether a person sees standard error.
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Returns whether a person sits before standard input.
pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Returns whether standard output takes colours: as `--color` says, else as the environment and the terminal do.
pub fn stdout_color() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Returns whether a file takes colours: only if they were asked for by name.
pub fn file_color() -> bool {
    ColorChoice::global() == ColorChoice::Always
}

/// Returns the columns to fill: COLUMNS, when a person set it, else what the terminal has, else a hundred.
pub fn width() -> usize {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let has = || terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns));
    set.or_else(has).filter(|columns| *columns > 0).unwrap_or(100).min(1000)
}
