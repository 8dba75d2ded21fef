//! `mdmlog man`: manual pages out of the definitions of the arguments.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::args::ManArgs;
use super::output::Output;
use super::reads::Reads;
use super::{Args, Failure, Status, help};

/// Prints the page of the program, or writes those of all commands.
pub fn run(args: &ManArgs) -> Result<Status, Failure> {
    let mut program = Args::command().disable_help_subcommand(true);
    program.build();
    match &args.dir {
        Some(dir) => {
            let failed =
                |path: &Path, error| Failure::Write { what: format!("manual pages to `{}`", path.display()), error };
            fs::create_dir_all(dir).map_err(|error| failed(dir, error))?;
            for command in std::iter::once(&program).chain(program.get_subcommands()) {
                let man = Man::new(command.clone());
                let path = dir.join(man.get_filename());
                let page = page(command, &man).map_err(|error| failed(&path, error))?;
                Output::new(Some(&path), "a manual page", &Reads::default())?.write(|out| out.write_all(&page))?;
            }
        }
        None => {
            Output::stdout("the manual page")
                .write(|out| out.write_all(&page(&program, &Man::new(program.clone()))?))?;
        }
    }
    Ok(Status::Done)
}

/// Makes one page. The sections of the help text become sections of their own, with their lines as they are.
fn page(command: &Command, man: &Man) -> io::Result<Vec<u8>> {
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().next().is_some() {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut roff = Roff::default();
    for (heading, lines) in help::sections(command.get_after_long_help()) {
        roff.control("SH", [heading.to_uppercase().as_str()]);
        roff.control("nf", []);
        for line in lines.join("\n").trim_end().lines() {
            roff.text([roman(line)]);
        }
        roff.control("fi", []);
    }
    roff.to_writer(&mut page)?;
    man.render_version_section(&mut page)?;
    Ok(page)
}
