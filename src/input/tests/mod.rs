//! The stage as a whole, over archives that the tests make.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::*;
use crate::input::Passphrase;
use kinds::KINDS;

mod changed;
mod damage;
mod files;
mod kinds;
mod limits;
mod wrappings;

/// Makes a log of so many records.
fn log(records: usize) -> Vec<u8> {
    let line = |number: usize| {
        format!(
            "2023-08-15 10:21:{:02},{:03} DEBUG  [pool-{number}][[]] cisco.cpm.mdm.X -:::- record {number}\n",
            number % 60,
            number % 1000
        )
    };
    (0..records).map(line).collect::<String>().into_bytes()
}

/// Makes a capture of so many packets of a hundred bytes.
fn capture(packets: u32) -> Vec<u8> {
    let mut bytes = [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 65535, 1].map(u32::to_le_bytes).concat();
    for packet in 0..packets {
        bytes.extend([packet, 0, 100, 100].map(u32::to_le_bytes).concat());
        bytes.extend((0..100).map(|at| (packet * 31 + at * 7) as u8));
    }
    bytes
}

fn keylog() -> Vec<u8> {
    format!("CLIENT_RANDOM {} {}\n", "ab".repeat(32), "cd".repeat(48)).into_bytes()
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut builder = ::tar::Builder::new(Vec::new());
    for (name, data) in members {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *data).unwrap();
    }
    builder.into_inner().unwrap()
}

/// Makes a header under any name, as no well-behaved archiver writes it.
fn raw_header(name: &[u8], kind: ::tar::EntryType, size: u64) -> ::tar::Header {
    let mut header = ::tar::Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

/// Makes a member as it lies in an archive, padded.
fn raw_member(header: &::tar::Header, data: &[u8]) -> Vec<u8> {
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend_from_slice(data);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zip(method: ::zip::CompressionMethod, members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(::zip::write::SimpleFileOptions::default().compression_method(method), members)
}

fn zip_with(options: ::zip::write::SimpleFileOptions, members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, data) in members {
        writer.start_file(*name, options).unwrap();
        writer.write_all(data).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn sevenz(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = sevenz_rust2::ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
    for (name, data) in members {
        let entry = sevenz_rust2::ArchiveEntry::new_file(name);
        writer.push_archive_entry(entry, Some(*data)).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A folder of its own, and what is found in it, with paths relative to it.
struct Scratch {
    folder: tempfile::TempDir,
    options: InputOptions,
}

impl Scratch {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), options: InputOptions::default() }
    }

    fn with_passphrase(mut self, passphrase: &str) -> Self {
        self.options.passphrase = PassphraseSource::Given(Passphrase::new(passphrase));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    /// Returns what is found at these names.
    fn find(&self, names: &[&str]) -> Found {
        let paths: Vec<_> = names.iter().map(|name| self.path(name)).collect();
        self.relative(find(&paths, KINDS, &self.options, &Progress::default()))
    }

    /// Returns what is found in one file with these bytes.
    fn find_in(&self, name: &str, bytes: &[u8]) -> Found {
        self.write(name, bytes);
        self.find(&[name])
    }

    fn relative(&self, mut found: Found) -> Found {
        let prefix = format!("{}/", self.folder.path().display());
        let cut = |text: &mut String| *text = text.replace(&prefix, "");
        found.items.iter_mut().for_each(|item| cut(&mut item.path));
        found.listing.iter_mut().for_each(|member| cut(&mut member.path));
        found.warnings.iter_mut().for_each(|warning| cut(&mut warning.message));
        for error in &mut found.errors {
            cut(&mut error.path);
            cut(&mut error.message);
        }
        found
    }
}

fn paths(found: &Found) -> Vec<&str> {
    found.items.iter().map(|item| item.path.as_str()).collect()
}

fn codes(found: &Found) -> Vec<&str> {
    found.warnings.iter().map(|warning| warning.code.as_str()).collect()
}

fn error_codes(found: &Found) -> Vec<&str> {
    found.errors.iter().map(|error| error.code.as_str()).collect()
}

/// Asserts that it is found whole and without a word.
#[track_caller]
fn assert_holds(found: &Found, expected: &[(&str, &[u8])]) {
    assert_eq!(paths(found), expected.iter().map(|(path, _)| *path).collect::<Vec<_>>(), "{found:#?}");
    for (item, (path, data)) in found.items.iter().zip(expected) {
        assert!(item.data == data, "{path} has other bytes");
    }
    assert_eq!((codes(found), error_codes(found)), (vec![], vec![]), "{:?} {:?}", found.warnings, found.errors);
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/input").join(name)
}
