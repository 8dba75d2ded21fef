//! One DNS message (RFC 1035), read as far as it was captured with the `domain` crate, whose compression pointers may only
//! point backwards, so that they cannot loop.

use std::net::IpAddr;

use domain::base::{Message, ParsedName, ToName};
use domain::rdata::{A, Aaaa, Cname};

use super::{Rcode, RrType};

/// CNAMEs that are followed, and records that are looked at.
const MAX_CHAIN: usize = 24;
const MAX_RECORDS: usize = 1_000;
/// Longest name with its dots (RFC 1035 section 3.1).
const MAX_NAME: usize = 255;

/// A name in a message, compressed or not.
type DnsName<'a> = ParsedName<&'a [u8]>;

/// The fields of a message that matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DnsMessage {
    pub(crate) id: u16,
    pub(crate) is_answer: bool,
    pub(crate) name: String,
    pub(crate) qtype: RrType,
    pub(crate) rcode: Rcode,
    pub(crate) truncated: bool,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) cnames: Vec<String>,
    pub(crate) cut: bool,
}

impl DnsMessage {
    /// Reads a message of which `bytes` were captured; `None` when not even the question is there.
    pub(crate) fn read(bytes: &[u8], sent: u32) -> Option<Self> {
        let message = Message::from_octets(bytes).ok()?;
        let header = message.header();
        if header.opcode() != domain::base::iana::Opcode::QUERY {
            return None;
        }
        let question = message.question().next()?.ok()?;
        let mut read = Self {
            id: header.id(),
            is_answer: header.qr(),
            name: text(question.qname()),
            qtype: RrType(question.qtype().to_int()),
            // With the upper bits of an OPT record, where one was captured.
            rcode: Rcode(message.opt_rcode().to_int()),
            truncated: header.tc(),
            addresses: Vec::new(),
            cnames: Vec::new(),
            cut: false,
        };
        if read.is_answer {
            let complete = read.read_answers(&message, *question.qname());
            read.cut = complete.is_none() && (bytes.len() as u64) < u64::from(sent);
        }
        Some(read)
    }

    /// Follows the CNAMEs from the name that was asked for; `None` when the answers could not be read to their end.
    fn read_answers(&mut self, message: &Message<&[u8]>, asked: DnsName<'_>) -> Option<()> {
        let mut addresses: Vec<(DnsName, IpAddr)> = Vec::new();
        let mut aliases: Vec<(DnsName, DnsName)> = Vec::new();
        let mut complete = Some(());
        for record in message.answer().ok()?.take(MAX_RECORDS) {
            let Ok(record) = record else {
                complete = None;
                break;
            };
            if let Ok(Some(found)) = record.to_record::<A>() {
                addresses.push((*found.owner(), found.data().addr().into()));
            } else if let Ok(Some(found)) = record.to_record::<Aaaa>() {
                addresses.push((*found.owner(), found.data().addr().into()));
            } else if let Ok(Some(found)) = record.to_record::<Cname<DnsName>>() {
                aliases.push((*found.owner(), *found.data().cname()));
            }
        }
        let mut name = asked;
        while self.cnames.len() < MAX_CHAIN {
            let Some((_, target)) = aliases.iter().find(|(owner, _)| owner.name_eq(&name)) else { break };
            self.cnames.push(text(target));
            name = *target;
        }
        self.addresses = addresses.iter().filter(|(owner, _)| owner.name_eq(&name)).map(|(_, found)| *found).collect();
        complete
    }
}

fn text(name: &DnsName) -> String {
    name.to_string().to_ascii_lowercase()
}

/// Writes the name of the first question into a buffer, in lower case: a busy node sees millions of questions that don't
/// matter, and this decides it without allocating. Names with bytes other than those of host names come out as they are.
pub(crate) fn question_name<'b>(message: &[u8], buffer: &'b mut [u8; MAX_NAME]) -> Option<&'b str> {
    let mut rest = message.get(12..)?;
    let mut written = 0;
    loop {
        let (&length, after) = rest.split_first()?;
        // A question's own name has nothing before it that it could be compressed to.
        if length > 63 {
            return None;
        }
        if length == 0 {
            break;
        }
        let label = after.get(..usize::from(length))?;
        if written > 0 {
            *buffer.get_mut(written)? = b'.';
            written += 1;
        }
        let place = buffer.get_mut(written..written + label.len())?;
        place.copy_from_slice(label);
        place.make_ascii_lowercase();
        written += label.len();
        rest = after.get(usize::from(length)..)?;
    }
    std::str::from_utf8(buffer.get(..written)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a header with these counts of questions and answers.
    fn header(flags: u16, questions: u16, answers: u16) -> Vec<u8> {
        [0x1234, flags, questions, answers, 0, 0].iter().flat_map(|field: &u16| field.to_be_bytes()).collect()
    }

    fn answer() -> Vec<u8> {
        let mut bytes = header(0x8180, 1, 3);
        bytes.extend(b"\x03MDM\x07example\x03com\x00\x00\x01\x00\x01");
        // The alias comes last: the order of records means nothing.
        bytes.extend(b"\x04edge\xc0\x10\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc6\x33\x64\x07");
        bytes.extend(b"\x05other\xc0\x10\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc6\x33\x64\x09");
        bytes.extend(b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x07\x04EDGE\xc0\x10");
        bytes
    }

    #[test]
    fn addresses_are_those_at_the_end_of_the_chain() {
        let bytes = answer();
        let message = DnsMessage::read(&bytes, bytes.len() as u32).unwrap();
        assert_eq!((message.id, message.is_answer, message.qtype), (0x1234, true, RrType::A));
        assert_eq!(message.name, "mdm.example.com");
        assert_eq!(message.cnames, ["edge.example.com"]);
        assert_eq!(message.addresses, ["198.51.100.7".parse::<IpAddr>().unwrap()]);
        assert!(!message.cut && !message.truncated);
    }

    #[test]
    fn a_message_cut_anywhere_is_read_as_far_as_it_goes() {
        let bytes = answer();
        let sent = bytes.len() as u32;
        for end in 0..bytes.len() {
            let Some(message) = DnsMessage::read(&bytes[..end], sent) else {
                assert!(end < 33, "cut at {end}");
                continue;
            };
            assert_eq!(message.name, "mdm.example.com");
            assert!(message.cut, "cut at {end}");
        }
    }

    #[test]
    fn names_that_point_at_themselves_end() {
        let mut bytes = header(0x8180, 1, 1);
        bytes.extend(b"\x01a\x00\x00\x01\x00\x01");
        bytes.extend(b"\xc0\x13\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x13");
        assert_eq!(DnsMessage::read(&bytes, 100).map(|message| message.cnames), Some(Vec::new()));
        let mut bytes = header(0, 1, 0);
        bytes.extend(b"\xc0\x0c\x00\x01\x00\x01");
        assert_eq!(DnsMessage::read(&bytes, 100), None);
        // An alias of itself.
        let mut bytes = header(0x8180, 1, 1);
        bytes.extend(b"\x01a\x00\x00\x01\x00\x01");
        bytes.extend(b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c");
        assert_eq!(DnsMessage::read(&bytes, 100).map(|message| message.cnames.len()), Some(MAX_CHAIN));
    }

    #[test]
    fn the_quick_name_is_the_name() {
        let mut buffer = [0; MAX_NAME];
        assert_eq!(question_name(&answer(), &mut buffer), Some("mdm.example.com"));
        assert_eq!(question_name(&answer()[..20], &mut buffer), None);
        let mut long = header(0, 1, 0);
        for _ in 0..10 {
            long.push(63);
            long.extend([b'x'; 63]);
        }
        assert_eq!(question_name(&long, &mut buffer), None);
    }
}
