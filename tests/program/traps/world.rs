//! A node, its log and its network: what happens is told to the log and shown on the wire, each with its own clock.

use std::fmt::Write as _;
use std::net::IpAddr;

use jiff::tz::TimeZone;
use mdmlog::report::{Attempt, Report};
use mdmlog::{Options, analyze};

use super::wire::{Dns, Flag, NODE, NODE6, Packet, RESOLVER, icmp, segment, tls};
use crate::support::Scratch;

/// 2023-11-14T22:13:20Z, when every story begins, in milliseconds.
pub const EPOCH: i64 = 1_700_000_000_000;
pub const SERVER: &str = "198.51.100.7";

/// Packets and records; times are milliseconds since the beginning of the story.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub packets: Vec<Packet>,
    pub records: Vec<(i64, String)>,
    /// The log's zone, in minutes.
    pub zone: i64,
    /// From when on the log's zone is another one, in minutes.
    pub later_zone: Option<(i64, i64)>,
    /// Log minus capture, in milliseconds.
    pub skew: i64,
    pub next_id: u16,
}

/// What the log tells of a request.
#[derive(Clone, Copy)]
pub enum Told<'a> {
    Status(u16),
    /// The words of Java's exception.
    Failure(&'a str),
}

impl World {
    pub fn in_zone(minutes: i64) -> Self {
        Self { zone: minutes, ..Self::default() }
    }

    /// A node in UTC whose clock four attempts tell, the last of them 41 seconds after the beginning.
    pub fn of_known_clock(host: &str) -> Self {
        let mut world = Self::in_zone(0);
        for (number, at) in [(1, 1000), (2, 9000), (3, 22_000), (4, 41_000)] {
            world.success(at, 40_000 + number, "admin-http-pool1", host);
        }
        world
    }

    // --- the log

    /// An attempt of one or more requests, each with its result and the time that it was known.
    pub fn told(&mut self, thread: &str, host: &str, start: i64, tries: &[(i64, Told<'_>)]) {
        let mut record = |at: i64, level: &str, logger: &str, message: &str| {
            let text = format!("{level:<6} [{thread}][[]] cisco.cpm.mdm.{logger} -:::- {message}");
            self.records.push((at, text));
        };
        record(start - 15, "DEBUG", "api.MdmServerInfoApi", "inside the method : callMdmServerInfo");
        record(start - 14, "TRACE", "apiimpl.MDMVerifyServer", "Inside MDMVerifyServer.verifyServer");
        record(start - 13, "DEBUG", "apiimpl.MDMVerifyServer", "apiVersionSb : 3, mdmApiVersion : 1");
        let mut begin = start;
        let mut success = false;
        for (index, (result, told)) in tries.iter().enumerate() {
            let version = 3 - index;
            if index > 0 {
                let retry = format!("retry connecting using api version : {version}");
                record(begin - 2, "DEBUG", "apiimpl.MDMVerifyServer", &retry);
                record(begin - 1, "DEBUG", "apiimpl.MDMVerifyServer", "2. On Error : re-connecting to the MDM server");
            }
            let get = format!(
                "GET: MDM Server URL: https://{host}:443/networkIntegrationEndpoint/7/ciscoise/mdminfo/?ise_api_version={version}"
            );
            record(begin, "INFO", "util.MdmRESTClient", &get);
            let failed = "Error message while connecting to";
            match told {
                Told::Status(200) => {
                    success = true;
                    record(*result, "INFO", "util.MdmRESTClient", "MDM Server Response Code: 200");
                    let body = "\nResponse data received from the MDM server : <?xml version=\"1.0\"?><ise_api><name>mdminfo</name>";
                    record(*result, "TRACE", "util.MdmRESTClient", body);
                }
                Told::Status(status) => {
                    let words = format!(
                        "{failed} the MDM server : Connection Failed: {status}:Words: the MDM server is not reachable"
                    );
                    record(*result, "ERROR", "util.MdmRESTClient", &words);
                }
                Told::Failure(words) => {
                    let words = format!(
                        "{failed} MDM server\nConnection Failed to the MDM server host - {host}, and port - 443 : {words}"
                    );
                    record(*result, "ERROR", "util.MdmRESTClient", &words);
                }
            }
            begin = result + 5;
        }
        let end = tries.last().map_or(start, |(result, _)| *result) + 2;
        let answer = format!(
            "returning from the method : callMdmServerInfo {{\n  apiVersion: {}\n  errorMsg: null\n  errorOccurred: {}\n}}",
            if success { "3" } else { "null" },
            !success
        );
        record(end, "DEBUG", "api.MdmServerInfoApi", &answer);
    }

    /// A record of something else.
    pub fn noise(&mut self, at: i64) {
        let text = "INFO   [Timer-3][[]] cisco.mnt.common.utility.AlarmMessageDiskQueue -:::- Inside dequeue";
        self.records.push((at, text.to_owned()));
    }

    fn zone_at(&self, at: i64) -> i64 {
        self.later_zone.filter(|(from, _)| at >= *from).map_or(self.zone, |(_, zone)| zone)
    }

    pub fn log_text(&self) -> String {
        let mut records = self.records.clone();
        records.sort_by_key(|(at, _)| *at);
        let mut text = String::new();
        for (at, record) in records {
            let local = EPOCH + at + self.zone_at(at) * 60_000 + self.skew;
            let time = TimeZone::UTC.to_datetime(jiff::Timestamp::from_millisecond(local).unwrap());
            writeln!(text, "{},{:03} {record}", time.strftime("%Y-%m-%d %H:%M:%S"), local.rem_euclid(1000)).unwrap();
        }
        text
    }

    // --- the wire

    pub fn frame(&mut self, at: i64, bytes: Vec<u8>) {
        self.packets.push(Packet { at: at * 1000, bytes });
    }

    fn dns<'a>(&mut self, name: &'a str, qtype: u16) -> Dns<'a> {
        self.next_id += 1;
        Dns { id: self.next_id, name, qtype, port: 30_000 + self.next_id, resolver: RESOLVER }
    }

    /// A lookup of both families with the same result code; returns when the client knows.
    pub fn lookup(&mut self, at: i64, name: &str, rcode: u16, addresses: &[&str]) -> i64 {
        let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
        for qtype in [1, 28] {
            let dns = self.dns(name, qtype);
            let own: Vec<IpAddr> =
                addresses.iter().copied().filter(|address| address.is_ipv4() == (qtype == 1)).collect();
            self.frame(at, dns.query());
            self.frame(at + 1, dns.answer(rcode, &own, None));
        }
        at + 1
    }

    /// Questions, each sent at these times; with the answer's code, when one comes 1 ms behind the last.
    pub fn ask(&mut self, times: &[i64], name: &str, resolver: &str, answer: Option<(u16, &[&str], Option<&str>)>) {
        let mut dns = self.dns(name, 1);
        dns.resolver = resolver.parse().unwrap();
        for at in times {
            self.frame(*at, dns.query());
        }
        if let Some((rcode, addresses, cname)) = answer {
            let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
            self.frame(times.last().unwrap() + 1, dns.answer(rcode, &addresses, cname));
        }
    }

    /// A lookup over UDP that is truncated, and then over TCP.
    pub fn lookup_over_tcp(&mut self, at: i64, name: &str, address: &str) {
        let dns = self.dns(name, 1);
        let (query, answer) = (dns.query(), dns.truncated());
        self.frame(at, query);
        self.frame(at + 1, answer);
        let (query, answer) = dns.over_tcp(&[address.parse().unwrap()]);
        let mut connection = Connection::new(at + 2, 31_000, &RESOLVER.to_string());
        connection.server.1 = 53;
        connection.open(self);
        connection.client(self, 1, &query);
        connection.server(self, 1, &answer);
        connection.close(self);
    }

    /// SYNs without an answer.
    pub fn syns(&mut self, port: u16, server: &str, times: &[i64]) {
        for at in times {
            let connection = Connection::new(*at, port, server);
            let syn = connection.by_client(Flag::Syn, &[]);
            self.frame(*at, syn);
        }
    }

    /// A SYN that the router answers with an ICMP error.
    pub fn unreachable(&mut self, at: i64, port: u16, server: &str, code: u8) {
        let syn = Connection::new(at, port, server).by_client(Flag::Syn, &[]);
        let error = icmp(3, code, &syn);
        self.frame(at, syn);
        self.frame(at + 1, error);
    }

    /// A SYN that is refused.
    pub fn refused(&mut self, at: i64, port: u16, server: &str) {
        let mut connection = Connection::new(at, port, server);
        let syn = connection.by_client(Flag::Syn, &[]);
        self.frame(at, syn);
        connection.seq.0 += 1;
        let reset = connection.by_server(Flag::Rst, &[]);
        self.frame(at + 1, reset);
    }

    /// A TLS connection with requests that are answered: each is sent and answered at these times.
    pub fn exchange(&mut self, at: i64, port: u16, server: &str, host: &str, turns: &[(i64, i64)]) {
        let mut connection = Connection::new(at, port, server);
        connection.open(self);
        connection.tls(self, host);
        for (sent, answered) in turns {
            connection.at = *sent;
            connection.client(self, 0, &tls::data(320));
            connection.at = *answered;
            connection.server(self, 0, &tls::data(540));
        }
        connection.client(self, 1, &tls::close_notify());
        connection.close(self);
    }

    /// The whole of a good attempt on both sides, lookup included: from `at`, for some 60 ms.
    pub fn success(&mut self, at: i64, port: u16, thread: &str, host: &str) {
        self.told(thread, host, at, &[(at + 62, Told::Status(200))]);
        let known = self.lookup(at + 2, host, 0, &[SERVER]);
        self.exchange(known + 1, port, SERVER, host, &[(at + 20, at + 60)]);
    }

    // --- the analysis

    pub fn pcap(&self) -> Vec<u8> {
        let mut packets = self.packets.clone();
        packets.sort_by_key(|packet| packet.at);
        pcap(&packets)
    }

    pub fn report(&self) -> Report {
        self.report_with(&Options::default())
    }

    pub fn report_with(&self, options: &Options) -> Report {
        let scratch = Scratch::new();
        let paths = vec![scratch.file("ise-psc.log", self.log_text()), scratch.file("TCPDump.pcap", self.pcap())];
        analyze(&paths, options).unwrap()
    }

    pub fn capture_only(&self) -> Report {
        self.capture_with(&Options::default())
    }

    pub fn capture_with(&self, options: &Options) -> Report {
        let scratch = Scratch::new();
        analyze(&[scratch.file("TCPDump.pcap", self.pcap())], options).unwrap()
    }

    pub fn log_only(&self) -> Report {
        let scratch = Scratch::new();
        analyze(&[scratch.file("ise-psc.log", self.log_text())], &Options::default()).unwrap()
    }
}

/// A file with microseconds.
pub fn pcap(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(0xa1b2_c3d4_u32.to_le_bytes());
    bytes.extend([2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    bytes.extend(65_535_u32.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    for packet in packets {
        let time = EPOCH * 1000 + packet.at;
        for word in [time / 1_000_000, time % 1_000_000, packet.bytes.len() as i64, packet.bytes.len() as i64] {
            bytes.extend((word as u32).to_le_bytes());
        }
        bytes.extend(&packet.bytes);
    }
    bytes
}

/// A connection of the node with its sequence numbers.
pub struct Connection {
    pub at: i64,
    pub client: (IpAddr, u16),
    pub server: (IpAddr, u16),
    pub seq: (u32, u32),
}

impl Connection {
    pub fn new(at: i64, port: u16, server: &str) -> Self {
        let server: IpAddr = server.parse().unwrap();
        let client: IpAddr = if server.is_ipv4() { NODE.into() } else { NODE6.into() };
        Self { at, client: (client, port), server: (server, 443), seq: (1000 + u32::from(port), 5000) }.numbered()
    }

    /// Another connection has other sequence numbers; the SYNs of one, sent within a minute, have the same.
    fn numbered(mut self) -> Self {
        self.seq.0 += (self.at / 60_000) as u32 * 7919;
        self
    }

    pub fn by_client(&self, flag: Flag, payload: &[u8]) -> Vec<u8> {
        segment(self.client, self.server, flag, self.seq, payload)
    }

    pub fn by_server(&self, flag: Flag, payload: &[u8]) -> Vec<u8> {
        segment(self.server, self.client, flag, (self.seq.1, self.seq.0), payload)
    }

    /// SYN, and a millisecond later its answer.
    pub fn open(&mut self, world: &mut World) {
        world.frame(self.at, self.by_client(Flag::Syn, &[]));
        self.answer_syn(world, 1);
    }

    pub fn answer_syn(&mut self, world: &mut World, after: i64) {
        self.at += after;
        self.seq.0 += 1;
        world.frame(self.at, self.by_server(Flag::SynAck, &[]));
        self.seq.1 += 1;
        world.frame(self.at, self.by_client(Flag::Ack, &[]));
    }

    pub fn client(&mut self, world: &mut World, after: i64, payload: &[u8]) {
        self.at += after;
        world.frame(self.at, self.by_client(Flag::Ack, payload));
        self.seq.0 = self.seq.0.wrapping_add(payload.len() as u32);
    }

    pub fn server(&mut self, world: &mut World, after: i64, payload: &[u8]) {
        self.at += after;
        world.frame(self.at, self.by_server(Flag::Ack, payload));
        self.seq.1 = self.seq.1.wrapping_add(payload.len() as u32);
    }

    /// A resumed handshake.
    pub fn tls(&mut self, world: &mut World, host: &str) {
        self.client(world, 1, &tls::client_hello(host));
        self.server(world, 2, &tls::server_flight());
        self.client(world, 1, &tls::client_finished());
    }

    pub fn reset_by_server(&mut self, world: &mut World, after: i64) {
        self.at += after;
        world.frame(self.at, self.by_server(Flag::Rst, &[]));
    }

    pub fn close(&mut self, world: &mut World) {
        self.at += 1;
        world.frame(self.at, self.by_client(Flag::Fin, &[]));
        self.seq.0 = self.seq.0.wrapping_add(1);
        world.frame(self.at, self.by_server(Flag::Fin, &[]));
    }
}

/// `outcome/detail confidence`, and a star where the sides disagree.
pub fn verdict(attempt: &Attempt) -> String {
    let star = if attempt.conflict.is_some() { " *" } else { "" };
    format!("{} {}{star}", attempt.outcome, attempt.confidence.as_str())
}

/// The verdicts of a report, in order.
pub fn verdicts(report: &Report) -> Vec<String> {
    report.attempts.iter().map(verdict).collect()
}

/// The client's port of the connection that counts.
pub fn client_port(attempt: &Attempt) -> Option<u16> {
    Some(attempt.flow.as_ref()?.client.port())
}
