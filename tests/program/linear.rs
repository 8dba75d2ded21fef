//! What is made to take long takes time in proportion to its size: nothing here is quadratic.

use std::io::Write as _;

use mdmlog::render::{Format, Look};
use mdmlog::{Options, analyze};

use crate::damage::Dice;
use crate::hostile::half_open;
use crate::support::Scratch;
use crate::traps::wire::{Flag, handshake, record, tls};
use crate::traps::world::{Connection, World};

const HOST: &str = "tenant.jamfcloud.com";

/// Processor time of the analysis of one file on one thread, in nanoseconds.
fn cost(name: &str, bytes: &[u8]) -> u64 {
    let spent = || -> u64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
        text.split(' ').next().unwrap().parse().unwrap()
    };
    let scratch = Scratch::new();
    let path = [scratch.file(name, bytes)];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| {
        let before = spent();
        if let Ok(report) = analyze(&path, &Options::default()) {
            for format in Format::ALL {
                format.rendering(&Look::default()).render(&report, &mut std::io::sink()).unwrap();
            }
        }
        spent() - before
    })
}

/// Eight times as much takes about eight times as long, and nowhere near the 64 times of what is quadratic.
#[track_caller]
fn is_linear(name: &str, of_size: impl Fn(usize) -> Vec<u8>) {
    let (small, large) = (of_size(1), of_size(8));
    let best = |bytes: &[u8]| (0..3).map(|_| cost(name, bytes)).min().unwrap();
    let (small, large) = (best(&small), best(&large));
    assert!(large < small.max(2_000_000) * 24, "{name}: {small} ns, of eight times as much {large} ns");
}

#[test]
fn logs() {
    let head = "2023-08-15 10:21:07,123 DEBUG  [pool-1][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- ";
    let repeated = |text: &str, times: usize| text.repeat(times).into_bytes();
    let logs: [&dyn Fn(usize) -> Vec<u8>; 8] = [
        // One record of many lines, of many brackets, of many hosts, of a body without end.
        &|n| [head.as_bytes(), &repeated("Connection Failed to the MDM server host - \n", 4000 * n)].concat(),
        &|n| [head.as_bytes(), &repeated("[", 100_000 * n)].concat(),
        &|n| [head.as_bytes(), b"GET: MDM Server URL: https://", &repeated("a.", 60_000 * n)[..]].concat(),
        &|n| {
            [head.as_bytes(), b"Response data received from the MDM server : ", &repeated("<a>", 60_000 * n)[..]]
                .concat()
        },
        // Many records: of attempts that never end, of threads that never come again, of times that go back and forth.
        &|n| repeated(&format!("{head}GET: MDM Server URL: https://{HOST}:443/x\n"), 800 * n),
        &|n| {
            (0..800 * n)
                .flat_map(|i| {
                    format!(
                        "{}GET: MDM Server URL: https://h{i}.example:443/x\n",
                        head.replace("pool-1", &format!("pool-{i}"))
                    )
                    .into_bytes()
                })
                .collect()
        },
        &|n| {
            (0..2000 * n)
                .flat_map(|i| format!("2023-08-{:02}{} end HTTP request\n", 1 + i * 7 % 28, &head[10..]).into_bytes())
                .collect()
        },
        &|n| repeated(&format!("{head}at java.lang.Thread caused by: \n\tat a.b(C.java)\n"), 2000 * n),
    ];
    for log in logs {
        is_linear("ise-psc.log", log);
    }
}

/// A success, and a connection to this port that carries what both sides send.
fn conversation(port: u16, client: &[u8], server: &[u8]) -> Vec<u8> {
    let mut world = World::default();
    world.success(0, 40_001, "pool-1", HOST);
    let mut connection = Connection::new(30_000, 40_002, "198.51.100.7");
    connection.server.1 = port;
    connection.open(&mut world);
    client.chunks(1400).for_each(|piece| connection.client(&mut world, 0, piece));
    server.chunks(1400).for_each(|piece| connection.server(&mut world, 0, piece));
    connection.close(&mut world);
    world.pcap()
}

#[test]
fn segments() {
    let segments = |n: usize, place: &dyn Fn(u32, &mut Dice) -> u32| {
        let mut world = World::default();
        world.success(0, 40_001, "pool-1", HOST);
        let mut connection = Connection::new(30_000, 40_002, "198.51.100.7");
        connection.open(&mut world);
        let (start, mut dice) = (connection.seq.1, Dice(1));
        for number in 0..700 * n as u32 {
            connection.seq.1 = start.wrapping_add(place(number, &mut dice));
            let segment = connection.by_server(Flag::Ack, b"0123456789abcdef");
            world.frame(30_010 + i64::from(number), segment);
        }
        world.pcap()
    };
    // In order, from the end, with gaps, anywhere over two gigabytes, all at one place.
    is_linear("a.pcap", |n| segments(n, &|number, _| number * 16));
    is_linear("b.pcap", |n| segments(n, &|number, _| 1_000_000 - number * 16));
    is_linear("c.pcap", |n| segments(n, &|number, _| number * 300_000));
    is_linear("d.pcap", |n| segments(n, &|_, dice| dice.below(1 << 31) as u32));
    is_linear("e.pcap", |n| segments(n, &|_, _| 0));
    // Fewer of them lie in the processor's caches, and cost half as much each.
    is_linear("f.pcap", |n| half_open(10_000 * n as u32));
}

#[test]
fn fragments() {
    let fragments = |n: usize, place: &dyn Fn(u16) -> (u16, u16)| {
        let mut world = World::default();
        world.success(0, 40_001, "pool-1", HOST);
        let whole = Connection::new(30_000, 40_002, "198.51.100.7").by_client(Flag::Ack, &[7; 800]);
        for number in 0..1000 * n as u16 {
            let (identification, offset) = place(number);
            let mut frame = whole.clone();
            frame[18..20].copy_from_slice(&identification.to_be_bytes());
            frame[20..22].copy_from_slice(&(0x2000 | offset).to_be_bytes());
            world.frame(30_000, frame);
        }
        world.pcap()
    };
    // Of one packet, of one packet over each other, of as many packets.
    is_linear("a.pcap", |n| fragments(n, &|number| (7, number & 0x1fff)));
    is_linear("b.pcap", |n| fragments(n, &|number| (7, number % 5)));
    is_linear("c.pcap", |n| fragments(n, &|number| (number, 0)));
}

#[test]
fn tls_sessions() {
    let (hello, answer) = (tls::client_hello(HOST), tls::server_flight());
    let served =
        |pieces: &[u8], times: usize| conversation(443, &hello, &[&answer[..], &pieces.repeat(times)].concat());
    // Records without content, of one byte of a handshake, of an alert; empty messages; handshakes again and again.
    is_linear("a.pcap", |n| served(&record(23, &[]), 2000 * n));
    is_linear("b.pcap", |n| served(&record(22, &[11]), 2000 * n));
    is_linear("c.pcap", |n| served(&record(21, &[1, 0]), 2000 * n));
    is_linear("d.pcap", |n| served(&record(22, &[0; 4]), 2000 * n));
    is_linear("e.pcap", |n| served(&[&answer[..], &handshake(14, &[])].concat(), 300 * n));
    is_linear("f.pcap", |n| conversation(443, &hello.repeat(200 * n), &answer));
}

#[test]
fn http_messages() {
    let request = format!("GET /x HTTP/1.1\r\nHost: {HOST}\r\n\r\n").into_bytes();
    let served = |head: &[u8], piece: &[u8], times: usize| {
        conversation(80, &request, &[b"HTTP/1.1 ", head, &piece.repeat(times)].concat())
    };
    // Header lines, one line without end, chunks of one byte, a chunk's extension, answers before the answer.
    is_linear("a.pcap", |n| served(b"200 OK\r\n", b"a: b\r\n", 2000 * n));
    is_linear("b.pcap", |n| served(b"200 OK\r\nx: ", b"yyyyyy", 4000 * n));
    is_linear("c.pcap", |n| served(b"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 2000 * n));
    is_linear("d.pcap", |n| served(b"200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"xxxxxx", 4000 * n));
    is_linear("e.pcap", |n| served(b"100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", 500 * n));
    // Requests before the first answer.
    is_linear("f.pcap", |n| conversation(80, &request.repeat(100 * n), &[]));
}

#[test]
fn dns_queries() {
    let asked = |n: usize, name: &dyn Fn(i64) -> String, answer| {
        let mut world = World::default();
        world.success(0, 40_001, "pool-1", HOST);
        (0..100 * n as i64).for_each(|number| world.ask(&[30_000 + number], &name(number), "192.0.2.53", answer));
        world.pcap()
    };
    // For one name, for as many names, and for one that is not there.
    is_linear("a.pcap", |n| asked(n, &|_| HOST.to_owned(), None));
    is_linear("b.pcap", |n| asked(n, &|number| format!("h{number}.example"), None));
    is_linear("c.pcap", |n| asked(n, &|_| HOST.to_owned(), Some((3, &[], None))));
}

#[test]
fn archives() {
    // The starts and the ends of archives within an archive that has neither.
    let zip = |piece: &[u8], times: usize| [b"PK\x03\x04", &[0; 26][..], &piece.repeat(times)].concat();
    is_linear("a.zip", |n| zip(&[&b"PK\x05\x06"[..], &[0; 16], &[0xff; 2]].concat(), 2000 * n));
    is_linear("b.zip", |n| zip(&[&b"PK\x06\x06"[..], &[0; 52]].concat(), 2000 * n));
    is_linear("c.zip", |n| {
        zip(&[&b"PK\x03\x04\x14\0\0\0\x08\0"[..], &[0; 16], &[1, 0, 0, 0], b"a\x03\0"].concat(), 1000 * n)
    });
    is_linear("d.7z", |n| [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &[0; 24], &[1, 0].repeat(16_000 * n)].concat());
    // Members without content, and streams of nothing one behind the other.
    is_linear("e.tar", |n| {
        let mut tar = tar::Builder::new(Vec::new());
        for number in 0..200 * n {
            let mut header = tar::Header::new_gnu();
            header.set_size(0);
            tar.append_data(&mut header, format!("{number}.log"), &[][..]).unwrap();
        }
        tar.into_inner().unwrap()
    });
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()).finish().unwrap();
    is_linear("f.gz", |n| gzip.repeat(1000 * n));
    let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::best());
    bzip2.write_all(b"2023-08-15").unwrap();
    let bzip2 = bzip2.finish().unwrap();
    is_linear("g.bz2", |n| bzip2.repeat(20 * n));
    is_linear("h.zst", |n| zstd::encode_all(&b""[..], 19).unwrap().repeat(500 * n));
    // The same log over and over, and blocks of one member each.
    let log = "2023-08-15 10:21:07,123 DEBUG  [pool-1][[]] cisco.cpm.mdm.util.MdmRESTClient -:::- end HTTP request\n";
    is_linear("i.tar", |n| {
        let mut tar = tar::Builder::new(Vec::new());
        for number in 0..150 * n {
            let mut header = tar::Header::new_gnu();
            header.set_size(log.len() as u64);
            tar.append_data(&mut header, format!("{number}.log"), log.as_bytes()).unwrap();
        }
        tar.into_inner().unwrap()
    });
    is_linear("j.7z", |n| {
        let mut writer = sevenz_rust2::ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
        writer.set_content_methods(vec![sevenz_rust2::EncoderMethod::COPY.into()]);
        for number in 0..100 * n {
            let entry = sevenz_rust2::ArchiveEntry::new_file(&format!("{number}.txt"));
            writer.push_archive_entry(entry, Some(&b"hello"[..])).unwrap();
        }
        writer.finish().unwrap().into_inner()
    });
}
