//! Inputs that are small and make much of little: what they cost is bounded by what was given. The limits one by one are
//! tested beside the code; here is what used to end the program or to fill memory and disk.

use std::io::Write as _;

use serde_json::Value;

use crate::damage::long;
#[cfg(target_os = "linux")]
use crate::support::mdmlog_within;
use crate::support::{Scratch, run};

const RECORD: &str = "2023-08-15 10:21:07,123 DEBUG  [pool-1][[]] cisco.cpm.mdm.util.MdmServerInfoApi -:::- inside the \
                      method : callMdmServerInfo\n";

#[test]
fn more_logs_than_the_system_has_maps_are_all_read() {
    let scratch = Scratch::new();
    let count = if long() { 120_000 } else { 1_500 };
    let mut archive = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
    for number in 0..count {
        // Each has other bytes, and is not taken for another.
        let log = format!("{RECORD}{}", RECORD.replace("pool-1", &format!("pool-{number}")));
        let mut header = tar::Header::new_gnu();
        header.set_size(log.len() as u64);
        archive.append_data(&mut header, format!("node{number}/ise-psc.log"), log.as_bytes()).unwrap();
    }
    scratch.file("b.tar.gz", archive.into_inner().unwrap().finish().unwrap());
    let arguments = ["analyze", "b.tar.gz", "--max-memory", "4K", "-o", "out.json"];
    let ran = run(&mut scratch.mdmlog(arguments)).with_status(0);
    let report: Value = serde_json::from_slice(&std::fs::read(scratch.path().join("out.json")).unwrap()).unwrap();
    assert_eq!(report["inputs"].as_array().unwrap().len(), count, "{ran}");
    // What is the same of each is not said of each.
    assert!(ran.stderr.lines().count() < 500, "{ran}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_key_log_of_a_million_lines_takes_little_memory() {
    let scratch = Scratch::new();
    let lines: u32 = if long() { 1_200_000 } else { 50_000 };
    let case = crate::cases::Case::new("key_log").folder.join("bundle.tar");
    scratch.file("bundle.tar", std::fs::read(case).unwrap());
    let mut keys = std::io::BufWriter::new(std::fs::File::create(scratch.path().join("keys.log")).unwrap());
    for number in 0..lines {
        writeln!(keys, "CLIENT_RANDOM {number:064x} {}", "5a".repeat(48)).unwrap();
    }
    drop(keys);
    let mut program = mdmlog_within(if long() { 900 << 10 } else { 600 << 10 });
    program.args(["analyze", "-j", "2", "bundle.tar", "--keylog", "keys.log"]).current_dir(scratch.path());
    let ran = run(&mut program).with_status(0);
    assert!(ran.stdout.contains("\"decrypted\": true") || ran.stdout.contains("\"decrypted\":true"), "{}", ran.stderr);
}

#[test]
fn a_zip_whose_entries_share_their_bytes_writes_what_one_of_them_takes() {
    let scratch = Scratch::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("00000.log", options).unwrap();
    archive.write_all(&[RECORD.as_bytes(), &vec![b'\n'; 8 << 20]].concat()).unwrap();
    let bundle = archive.finish().unwrap().into_inner();
    let directory = memchr::memmem::find(&bundle, b"PK\x01\x02").unwrap();
    let end = memchr::memmem::rfind(&bundle, b"PK\x05\x06").unwrap();
    let entry = &bundle[directory..end];
    let mut bomb = bundle[..directory].to_vec();
    for number in 0..5000 {
        let mut entry = entry.to_vec();
        // Behind the 46 bytes of an entry stands its name.
        entry[46..51].copy_from_slice(format!("{number:05}").as_bytes());
        bomb.extend(entry);
    }
    let (entries, length) = (5000_u16.to_le_bytes(), ((bomb.len() - directory) as u32).to_le_bytes());
    bomb.extend([&bundle[end..end + 8], &entries, &entries, &length, &bundle[end + 16..]].concat());
    scratch.file("b.zip", &bomb);
    std::fs::create_dir(scratch.path().join("tmp")).unwrap();
    let arguments = ["analyze", "b.zip", "--max-total", "20M"];
    let ran = run(scratch.mdmlog(arguments).env("TMPDIR", scratch.path().join("tmp"))).with_status(0);
    let ran = ran.saying(&["4999 members share bytes with others"]);
    assert!(!ran.stderr.contains("[limit]"), "{ran}");
}
