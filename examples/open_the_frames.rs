//! Prints, for each failed attempt, how to open what proves it:
//! `cargo run --example open_the_frames -- testdata/cases/five-outcomes/bundle.tar`

use std::path::PathBuf;
use std::process::ExitCode;

use mdmlog::{Options, analyze};

fn main() -> ExitCode {
    let inputs: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let options = Options { hosts: vec!["mdm.example.com".to_owned()], ..Options::default() };
    let report = match analyze(&inputs, &options) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    for attempt in report.attempts.iter().filter(|attempt| attempt.outcome.is_failure()) {
        println!("#{} {}", attempt.id, attempt.diagnosis.summary);
        for evidence in &attempt.evidence {
            let path = report.inputs.get(evidence.input).map_or("?", |input| input.path.as_str());
            match (evidence.line, &evidence.display_filter) {
                (Some(line), _) => println!("    {path}:{line}"),
                (None, Some(filter)) => println!("    {path}: wireshark -Y '{filter}'"),
                (None, None) => {}
            }
        }
    }
    ExitCode::SUCCESS
}
