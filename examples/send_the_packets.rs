//! Writes the packets of every failed attempt into a file of its own, for whoever looks after the network:
//! `cargo run --example send_the_packets -- testdata/cases/five-outcomes/bundle.tar`

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::path::PathBuf;

use mdmlog::{Options, analyze, slice};

fn main() -> Result<(), Box<dyn Error>> {
    let inputs: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let options = Options::default();
    for attempt in analyze(&inputs, &options)?.attempts.iter().filter(|attempt| attempt.outcome.is_failure()) {
        match slice(&inputs, &options, attempt.id, false) {
            Ok(slice) => {
                let path = std::env::temp_dir().join(format!("attempt-{}-{}.pcapng", attempt.id, attempt.outcome));
                slice.write(BufWriter::new(File::create(&path)?))?;
                println!("{} packets in {}", slice.frames.len(), path.display());
            }
            // An attempt of the log that no capture covers has no packets.
            Err(error) => eprintln!("{error}"),
        }
    }
    Ok(())
}
