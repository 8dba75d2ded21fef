//! Everything that customers send: a test for each row of the README's table. The same log and the same packets come in other
//! wrappings and formats, and every attempt must get the verdict that it gets as it is.

use std::io::{Cursor, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Stdio;

use serde_json::Value;

use crate::cases::Case;
use crate::frames::{self, PLAIN, Packets, Pcap};
use crate::support::{Ran, Scratch, root, run};

/// A row of the README and what shows that it is true.
type Row = (&'static str, fn(&Sample));

const ROWS: [Row; 33] = [
    ("ISE log", |s| s.same(&[("anything.txt", s.log.clone()), ("x.pcap", s.capture())])),
    ("Windows line ends", |s| {
        let crlf = s.text().replace('\n', "\r\n");
        s.same_log(&[b"\xef\xbb\xbf", crlf.as_bytes()].concat());
    }),
    ("UTF-16", |s| {
        s.same_log(
            &std::iter::once(0xfeff).chain(s.text().encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        );
        s.same_log(
            &std::iter::once(0xfeff).chain(s.text().encode_utf16()).flat_map(u16::to_be_bytes).collect::<Vec<_>>(),
        );
        s.same_log(&[&s.log[..], b"\xff\xfe not UTF-8 \xc3\n"].concat());
    }),
    ("Excerpt", |_| as_in_case("log_excerpt")),
    ("`show logging`", |s| {
        s.same_log(
            format!("ise/admin# show logging application ise-psc.log\n{}\nise/admin# exit\n", s.text()).as_bytes(),
        );
    }),
    ("Rotated logs", |s| {
        let (old, new) = s.halves();
        s.same(&[
            ("ise-psc.log.2026-11-24-1.gz", gzip(old.as_bytes())),
            ("ise-psc.log", new.as_bytes().to_vec()),
            ("TCPDump.pcap", s.capture()),
        ]);
    }),
    ("Guest log", |s| {
        let record = "INFO   [http-7][[]] cpm.guestaccess.flowmanager.Flow -:::- a guest came";
        let guest = format!("{} {record}\n", &s.text()[..23]).repeat(1000);
        s.same(&[("support/guest.log", (guest + s.text()).into_bytes()), ("TCPDump.pcap", s.capture())]);
    }),
    ("Local store", |s| {
        let line =
            "2026-11-24 05:22:21.362 -06:00 0000012345 5200 NOTICE Passed-Authentication: Authentication succeeded,\n";
        s.same_with("support/localStore/iseLocalStore.log", line);
    }),
    ("show tech-support", |s| {
        s.same_with("support/showtech.out", "Displaying time zone ...\nAmerica/Chicago\nDisplaying x ...\n")
    }),
    ("Active Directory agent", |s| {
        s.same_with("support/ad_agent.log", "24/11/2026 05:22:21,VERBOSE,140204120491776,Finding user\n");
    }),
    ("System log", |s| {
        s.same_with("ade/ADE.log", "Nov 24 05:22:21 ise-pan1 ADEOSSHELL[2331]: [4711]:[info] logged in\n");
    }),
    ("pcap", |s| {
        for (big_endian, nanoseconds) in [(false, false), (false, true), (true, false), (true, true)] {
            s.same_capture(&Pcap { big_endian, nanoseconds, ..PLAIN }.write(&s.packets));
        }
    }),
    ("pcapng", |s| s.same_capture(&frames::pcapng(&s.packets, b""))),
    ("Rotated captures", |s| {
        let (old, new) = s.packets.split_at(s.packets.len() / 2);
        s.same(&[
            ("ise-psc.log", s.log.clone()),
            ("TCPDump.pcap", PLAIN.write(&old.to_vec())),
            ("TCPDump.pcap1", PLAIN.write(&new.to_vec())),
        ]);
    }),
    ("Ethernet", |s| {
        s.same_capture(&PLAIN.write(&frames::tagged(&s.packets, &[0x81, 0, 0, 7])));
        s.same_capture(&PLAIN.write(&frames::tagged(&s.packets, &[0x88, 0xa8, 0, 9, 0x81, 0, 0, 7])));
        s.same_capture(&PLAIN.write(&frames::labelled(&frames::ip_only(&s.packets))));
    }),
    ("Linux cooked", |s| {
        s.same_capture(&Pcap { link: frames::COOKED, ..PLAIN }.write(&frames::cooked(&s.packets)));
        s.same_capture(&Pcap { link: frames::COOKED_2, ..PLAIN }.write(&frames::cooked_2(&s.packets)));
    }),
    ("Raw IP", |s| {
        let ip = frames::ip_only(&s.packets);
        s.same_capture(&Pcap { link: frames::RAW, ..PLAIN }.write(&frames::raw(&ip)));
        s.same_capture(&Pcap { link: frames::NULL, ..PLAIN }.write(&frames::loopback(&ip)));
    }),
    ("Tunnels", |s| {
        for wrap in [frames::in_gre, frames::in_vxlan, frames::in_erspan] {
            s.same_capture(&PLAIN.write(&wrap(&s.packets)));
        }
    }),
    ("Cut packets", |_| {
        as_in_case("short_snaplen");
        as_in_case("cut_capture");
    }),
    ("TLS key log", |_| {
        as_in_case("key_log");
        let scratch = Scratch::new();
        let bundle = members("key_log");
        scratch.file("TCPDump.pcap", member(&bundle, "pcap"));
        scratch.file("secrets", member(&bundle, "keys.log"));
        let ran = run(&mut scratch.mdmlog(["analyze", "TCPDump.pcap", "--keylog", "secrets"]));
        assert_eq!(verdicts(&ran), verdicts(&Case::new("key_log").analyze(&[])));
        assert!(!ran.stdout.contains("CLIENT_RANDOM"), "{ran}");
    }),
    ("Secrets in pcapng", |_| {
        let scratch = Scratch::new();
        let bundle = members("key_log");
        let packets = frames::read(&member(&bundle, "pcap"));
        scratch.file("x.pcapng", frames::pcapng(&packets, &member(&bundle, "keys.log")));
        let ran = run(&mut scratch.mdmlog(["analyze", "x.pcapng"]));
        assert_eq!(verdicts(&ran), verdicts(&Case::new("key_log").analyze(&[])));
    }),
    ("Directory", |s| {
        s.same(&[
            ("a/b/c/ise-psc.log", s.log.clone()),
            ("d/TCPDump.pcap", s.capture()),
            ("d/notes.txt", b"none".to_vec()),
        ]);
    }),
    ("tar", |s| s.same(&[("bundle", s.tar())])),
    ("gzip", |s| s.same_compressed(gzip)),
    ("bzip2", |s| {
        s.same_compressed(|data| {
            let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::default());
            out.write_all(data).unwrap();
            out.finish().unwrap()
        });
    }),
    ("xz", |s| {
        s.same_compressed(|data| {
            let mut out = liblzma::write::XzEncoder::new(Vec::new(), 6);
            out.write_all(data).unwrap();
            out.finish().unwrap()
        });
    }),
    ("Zstandard", |s| s.same_compressed(|data| zstd::encode_all(data, 0).unwrap())),
    ("zip", |s| s.same(&[("bundle", s.zip())])),
    ("7z", |s| {
        let folder = Scratch::new();
        s.lay(&folder);
        s.same(&[("bundle", sevenz_rust2::compress(folder.path(), Cursor::new(Vec::new())).unwrap().into_inner())]);
    }),
    ("Encrypted bundle", |_| as_in_case("encrypted_bundle")),
    ("Archive in an archive", |s| s.same(&[("bundle", gzip(&zip(&[("inner.tar.gz", &gzip(&s.tar()))])))])),
    ("Standard input", |s| {
        let mut command = Scratch::new().mdmlog(["analyze", "-"]);
        command.current_dir(root()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(&gzip(&s.tar())).unwrap();
        s.same_verdicts(&Ran::new("mdmlog analyze -".to_owned(), &child.wait_with_output().unwrap()));
    }),
    ("Several paths", |s| {
        let scratch = Scratch::new();
        s.lay(&scratch);
        s.same_verdicts(&run(&mut scratch.mdmlog(["analyze", "TCPDump.pcap", "support/ise-psc.log"])));
    }),
];

/// A log and a capture, and what they come to as they are.
struct Sample {
    log: Vec<u8>,
    packets: Packets,
    verdicts: Vec<Value>,
}

impl Sample {
    fn new() -> Self {
        let bundle = members("five_outcomes");
        let packets = frames::read(&member(&bundle, "pcap"));
        Self { log: member(&bundle, "psc.log"), packets, verdicts: verdicts(&Case::new("five_outcomes").analyze(&[])) }
    }

    fn text(&self) -> &str {
        str::from_utf8(&self.log).unwrap()
    }

    fn capture(&self) -> Vec<u8> {
        PLAIN.write(&self.packets)
    }

    /// The log, cut where a record begins.
    fn halves(&self) -> (&str, &str) {
        let text = self.text();
        let at = text.match_indices("\n20").map(|(at, _)| at + 1).find(|at| *at > text.len() / 2).unwrap();
        text.split_at(at)
    }

    fn tar(&self) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (name, data) in [("TCPDump.pcap", self.capture()), ("support/ise-psc.log", self.log.clone())] {
            let mut header = tar::Header::new_gnu();
            header.set_size(data.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, &data[..]).unwrap();
        }
        tar.into_inner().unwrap()
    }

    fn zip(&self) -> Vec<u8> {
        zip(&[("TCPDump.pcap", &self.capture()), ("support/ise-psc.log", &self.log)])
    }

    fn lay(&self, scratch: &Scratch) {
        scratch.file("TCPDump.pcap", self.capture());
        scratch.file("support/ise-psc.log", &self.log);
    }

    /// These files, analysed together, come to the same.
    fn same(&self, files: &[(&str, Vec<u8>)]) {
        let scratch = Scratch::new();
        for (name, data) in files {
            scratch.file(name, data);
        }
        self.same_verdicts(&run(&mut scratch.mdmlog(["analyze", "."])));
    }

    /// With a file of the node beside them, they come to the same.
    fn same_with(&self, name: &str, text: &str) {
        let own = [("support/ise-psc.log", self.log.clone()), ("TCPDump.pcap", self.capture())];
        self.same(&[&own[..], &[(name, text.as_bytes().to_vec())]].concat());
    }

    fn same_log(&self, log: &[u8]) {
        self.same(&[("support/ise-psc.log", log.to_vec()), ("TCPDump.pcap", self.capture())]);
    }

    fn same_capture(&self, capture: &[u8]) {
        self.same(&[("support/ise-psc.log", self.log.clone()), ("TCPDump.pcap", capture.to_vec())]);
    }

    /// The tar, and the files one by one.
    fn same_compressed(&self, compress: impl Fn(&[u8]) -> Vec<u8>) {
        self.same(&[("bundle", compress(&self.tar()))]);
        self.same(&[("log", compress(&self.log)), ("capture", compress(&self.capture()))]);
    }

    fn same_verdicts(&self, ran: &Ran) {
        assert_eq!(verdicts(ran), self.verdicts, "{}", ran.stderr);
    }
}

/// What is said of each attempt, but for the numbers of lines, frames and inputs.
fn verdicts(ran: &Ran) -> Vec<Value> {
    assert_eq!(ran.status, Some(0), "{ran}");
    let report: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}\n{ran}"));
    let keep = ["outcome", "detail", "confidence", "sources", "thread", "server", "http_status", "started_at"];
    let of = |attempt: &Value| keep.iter().map(|key| (key.to_string(), attempt[key].clone())).collect();
    report["attempts"].as_array().unwrap().iter().map(|attempt| Value::Object(of(attempt))).collect()
}

/// Members of a case's tar.
fn members(case: &str) -> Vec<(String, Vec<u8>)> {
    let file = std::fs::File::open(Case::new(case).folder.join("bundle.tar")).unwrap();
    let mut tar = tar::Archive::new(file);
    let read = |entry: std::io::Result<tar::Entry<'_, std::fs::File>>| {
        let mut entry = entry.unwrap();
        let mut data = Vec::new();
        std::io::copy(&mut entry, &mut data).unwrap();
        (entry.path().unwrap().to_string_lossy().into_owned(), data)
    };
    tar.entries().unwrap().map(read).collect()
}

fn member(members: &[(String, Vec<u8>)], end: &str) -> Vec<u8> {
    members.iter().find(|(name, _)| name.ends_with(end)).unwrap().1.clone()
}

/// What a case with known truth shows by itself: its own test compares it, here it only must be read without a warning on
/// what the row is about.
fn as_in_case(name: &str) {
    let report = Case::new(name).report(&[]);
    assert!(report["summary"]["attempts"].as_u64() > Some(0), "{report:#}");
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(data).unwrap();
    out.finish().unwrap()
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, data) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(data).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn each_row_of_the_readme_is_read() {
    let sample = Sample::new();
    assert_eq!(sample.verdicts.len(), 5);
    let fails = |test: fn(&Sample)| catch_unwind(AssertUnwindSafe(|| test(&sample))).is_err();
    let failed: Vec<_> = ROWS.into_iter().filter(|(_, test)| fails(*test)).map(|(row, _)| row).collect();
    assert!(failed.is_empty(), "not as the README says: {failed:?}");
}

#[test]
fn each_row_of_the_readme_is_tested() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let table = readme.split("| input | what of it |\n|---|---|\n").nth(1).unwrap();
    let rows: Vec<_> = table.lines().map_while(|line| line.strip_prefix("| ")?.split(" |").next()).collect();
    assert_eq!(rows, ROWS.map(|(row, _)| row));
}
