//! What a sentence of evidence says of a frame, as far as the frame by itself can contradict it.

use std::net::SocketAddr;

use super::words;
use crate::capture::{Carries, FrameContent, TcpFlags};
use crate::model::report::Attempt;

/// The sentences that reports have of frames, by how they begin.
pub(super) enum Statement<'w> {
    /// A SYN to this end.
    Syn(&'w str),
    /// A SYN-ACK from this end.
    SynAck(&'w str),
    /// An acknowledgment from this end.
    Ack(&'w str),
    /// An ICMP error.
    Icmp,
    /// RST or FIN.
    Close {
        /// It is RST.
        reset: bool,
    },
    /// A request for a tunnel to this host and port.
    Connect(&'w str),
    /// A proxy's answer with this status.
    ProxyAnswer(&'w str),
    /// A question of DNS, or its answer.
    Lookup(&'w str),
    /// A request for this target, if it is in the clear.
    Request(&'w str),
    /// A server's answer with this status, if it is in the clear.
    Answer(&'w str),
    /// A ClientHello for this name.
    Hello(&'w str),
    /// A TLS alert of this description.
    Alert(&'w str),
    /// Something within a connection of the attempt.
    Data,
}

impl<'w> Statement<'w> {
    /// Reads a sentence.
    pub(super) fn of(what: &'w str) -> Self {
        let first = |text: &'w str| text.split([' ', ',']).next().unwrap_or_default();
        if let Some(end) = what.strip_prefix("SYN-ACK from ") {
            Self::SynAck(first(end))
        } else if let Some((_, end)) = what.split_once(" to ").filter(|(begin, _)| begin.starts_with("SYN")) {
            Self::Syn(first(end))
        } else if let Some(end) = what.strip_prefix("ACK from ") {
            Self::Ack(first(end))
        } else if what.starts_with("ICMP ") {
            Self::Icmp
        } else if what.starts_with("RST from ") || what.starts_with("FIN from ") {
            Self::Close { reset: what.starts_with("RST") }
        } else if let Some(target) = what.strip_prefix("CONNECT ") {
            Self::Connect(first(target))
        } else if let Some(answer) = what.strip_prefix("the proxy answers CONNECT with ") {
            Self::ProxyAnswer(first(answer))
        } else if let Some((question, _)) = what.split_once("? to ") {
            Self::Lookup(question.rsplit(' ').next().unwrap_or_default())
        } else if let Some((question, _)) = what.split_once(" = ").filter(|(_, answer)| answer.contains(", says ")) {
            Self::Lookup(question.rsplit(' ').next().unwrap_or_default())
        } else if let Some(name) = what.strip_prefix("ClientHello for ") {
            Self::Hello(first(name))
        } else if let Some(alert) = what.strip_prefix("TLS alert ") {
            Self::Alert(first(alert))
        } else if let Some(answer) =
            what.strip_prefix("the server answers ").filter(|what| !what.ends_with(", decrypted"))
        {
            Self::Answer(first(answer))
        } else if let Some((_, target)) = what.split_once(' ').filter(|(method, _)| words::is_method(method.as_bytes()))
        {
            Self::Request(first(target))
        } else {
            Self::Data
        }
    }

    /// Says how a frame contradicts it; `None` when it does not.
    pub(super) fn contradicted_by(&self, content: &FrameContent<'_>, attempt: &Attempt) -> Option<String> {
        let no = |why: &str| Some(why.to_owned());
        match (self, &content.carries) {
            // Which part of a packet says what is not to be seen in one part.
            (_, Carries::Fragment) => None,
            (Self::Icmp, Carries::Icmp { about }) => {
                let known = attempt.dns.iter().any(|dns| dns.resolver == about.ip().to_string())
                    || attempt.flows().any(|flow| [flow.server, flow.client].contains(about));
                (!known).then(|| {
                    format!("the frame there is an ICMP error about {about}, to which the attempt sent nothing")
                })
            }
            (Self::Icmp, _) => no("the frame there is no ICMP error"),
            (_, Carries::Icmp { .. }) => no("the frame there is an ICMP error"),
            (Self::Lookup(name), Carries::Udp { payload }) => {
                let asked = !content.whole || has_name(payload, name);
                (!asked).then(|| format!("the frame there does not name {name}"))
            }
            (Self::Lookup(name), Carries::Tcp { payload, .. }) => {
                let message = words::dns_message(payload).filter(|_| content.whole)?;
                (!has_name(message, name)).then(|| format!("the frame there does not name {name}"))
            }
            (_, Carries::Udp { .. }) => no("the frame there is of UDP"),
            (_, Carries::Tcp { source_port, destination_port, flags, payload, sent }) => {
                let from = SocketAddr::new(content.source, *source_port);
                let to = SocketAddr::new(content.destination, *destination_port);
                let words = [from.to_string(), to.to_string()];
                self.of_segment(words.each_ref().map(String::as_str), *flags, payload, *sent, content.whole)
                    .map(str::to_owned)
                    .or_else(|| {
                        let known = attempt.flows().any(|flow| {
                            [from, to] == [flow.client, flow.server] || [from, to] == [flow.server, flow.client]
                        });
                        (!known && attempt.flows().next().is_some()).then(|| {
                            format!("the frame there goes from {from} to {to}, which is no connection of the attempt")
                        })
                    })
            }
        }
    }

    fn of_segment(
        &self,
        [from, to]: [&str; 2],
        flags: TcpFlags,
        payload: &[u8],
        sent: u32,
        whole: bool,
    ) -> Option<&'static str> {
        let says = |text: &str| !whole || memchr::memmem::find(payload, text.as_bytes()).is_some();
        let (holds, why) = match self {
            Self::Syn(end) => (flags.syn && !flags.ack && to == *end, "the frame there is no SYN to that address"),
            Self::SynAck(end) => {
                (flags.syn && flags.ack && from == *end, "the frame there is no SYN-ACK from that address")
            }
            Self::Ack(end) => (flags.ack && from == *end, "the frame there is no ACK from that address"),
            Self::Close { reset: true } => (flags.rst, "the frame there is no RST"),
            Self::Close { reset: false } => (flags.fin, "the frame there is no FIN"),
            Self::Connect(target) => (sent > 0 && says(target), "the frame there has no such request"),
            Self::ProxyAnswer(status) => (sent > 0 && says(status), "the frame there has no such answer"),
            _ => (sent > 0, "the frame there carries no data"),
        };
        if !holds {
            return Some(why);
        }
        // What the frame holds a part of alone says nothing by itself.
        let other = whole
            && match self {
                Self::Request(target) => words::other_request(payload, target),
                Self::Answer(status) => words::other_answer(payload, status),
                Self::Hello(name) => words::other_hello(payload, name),
                Self::Alert(name) => words::other_alert(payload, name),
                _ => false,
            };
        other.then_some("the frame there says something else")
    }
}

/// Returns whether a message of DNS has a name, which stands in the question as labels, each behind its length. A name with
/// bytes that are shown in another way than they are sent can't be looked for.
fn has_name(message: &[u8], name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !name.bytes().all(plain) {
        return true;
    }
    let mut wire = Vec::with_capacity(name.len() + 1);
    for label in name.split('.').filter(|label| !label.is_empty()) {
        wire.push(u8::try_from(label.len()).unwrap_or(u8::MAX));
        wire.extend(label.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    memchr::memmem::find(&message.to_ascii_lowercase(), &wire).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_in_a_question_whatever_its_case() {
        let message = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03MDM\x07example\x03com\0\0\x01\0\x01";
        assert!(has_name(message, "mdm.example.com") && has_name(message, "mdm.\\200.com"));
        assert!(!has_name(message, "mdm2.example.com"));
    }

    #[test]
    fn sentences_are_known_by_how_they_begin() {
        assert!(matches!(
            Statement::of("SYN number 4 to 203.0.113.1:443, never answered"),
            Statement::Syn("203.0.113.1:443")
        ));
        assert!(matches!(Statement::of("SYN-ACK from [2001:db8::1]:443"), Statement::SynAck("[2001:db8::1]:443")));
        assert!(matches!(
            Statement::of("A mdm.example.com = NXDOMAIN, says 192.0.2.53"),
            Statement::Lookup("mdm.example.com")
        ));
        assert!(matches!(
            Statement::of("AAAA mdm.example.com? to 192.0.2.53, no answer"),
            Statement::Lookup("mdm.example.com")
        ));
        assert!(matches!(Statement::of("encrypted answer"), Statement::Data));
        assert!(matches!(Statement::of("encrypted request, without an answer"), Statement::Data));
        assert!(matches!(Statement::of("GET /a?b=c, without an answer"), Statement::Request("/a?b=c")));
        assert!(matches!(Statement::of("the server answers 404 Not Found"), Statement::Answer("404")));
        assert!(matches!(Statement::of("the server answers 404 Not Found, decrypted"), Statement::Data));
        assert!(matches!(
            Statement::of("ClientHello for a.example, and no answer to it"),
            Statement::Hello("a.example")
        ));
        assert!(matches!(Statement::of("TLS alert unknown_ca from the client"), Statement::Alert("unknown_ca")));
    }
}
