//! X.509 certificates (RFC 5280) as servers present them: who it is for, who vouches for it, and how long.

use std::borrow::Cow;
use std::net::IpAddr;

use sha2::{Digest, Sha256};
use tls_parser::TlsHandshakeType;
use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::extensions::{GeneralName, SubjectAlternativeName};
use x509_parser::nom::Parser;
use x509_parser::oid_registry::{OID_X509_COMMON_NAME, OID_X509_EXT_SUBJECT_ALT_NAME, Oid};
use x509_parser::prelude::{FromDer, X509CertificateParser, X509Name};

use super::handshake::HandshakeMessage;
use super::reader::Reader;
use super::registry::TlsVersion;
use crate::capture::{CertificateFacts, ClientCertificate, FlowSide, FrameRef};
use crate::model::time::{SECOND, Timestamp};

/// Certificates that are read of a chain.
const MAX_CHAIN: usize = 16;
/// A longer certificate is not read.
const MAX_CERTIFICATE: usize = 64 << 10;
/// Alternative names that are kept of a certificate; a host may be any of them.
const MAX_NAMES: usize = 4096;
/// Bytes of a distinguished name that are kept.
const MAX_NAME: usize = 1024;

/// Reads the chain of a Certificate message, with the frame in which the message begins; `None` when it is another message
/// or nothing of the chain can be read.
pub(super) fn read_certificate_message(
    message: &HandshakeMessage,
    version: Option<TlsVersion>,
) -> Option<(FrameRef, Vec<CertificateFacts>)> {
    let chain = (message.kind == TlsHandshakeType::Certificate).then(|| read_chain(message, version))?;
    (!chain.is_empty()).then_some((message.at, chain))
}

/// Tells what a message shows of a certificate of the client (RFC 8446 sections 4.3.2 and 4.4.2).
pub(super) fn client_certificate(
    message: &HandshakeMessage,
    side: FlowSide,
    version: Option<TlsVersion>,
) -> Option<ClientCertificate> {
    match (side, message.kind) {
        (FlowSide::Server, TlsHandshakeType::CertificateRequest) => Some(ClientCertificate::Requested),
        (FlowSide::Client, TlsHandshakeType::Certificate) => {
            let mut reader = Reader::new(&message.body);
            if version == Some(TlsVersion::TLS13) {
                reader.vector8()?;
            }
            let empty = reader.u24()? == 0;
            Some(if empty { ClientCertificate::Empty } else { ClientCertificate::Presented })
        }
        _ => None,
    }
}

/// Reads the chain in its order; what was cut or cannot be read is left out from there on.
fn read_chain(message: &HandshakeMessage, version: Option<TlsVersion>) -> Vec<CertificateFacts> {
    let mut reader = Reader::new(&message.body);
    let tls13 = version == Some(TlsVersion::TLS13);
    if tls13 && reader.vector8().is_none() {
        return Vec::new();
    }
    let Some(length) = reader.u24() else { return Vec::new() };
    let mut list = Reader::new(reader.take_lax(length));
    let mut chain = Vec::new();
    while let Some(der) = list.u24().and_then(|length| list.take(length)).filter(|_| chain.len() < MAX_CHAIN) {
        let Some(facts) = read_certificate(der) else { break };
        chain.push(facts);
        if tls13 && list.vector16().is_none() {
            break;
        }
    }
    chain
}

/// Reads a certificate in DER; its extensions may be broken but for the alternative names.
fn read_certificate(der: &[u8]) -> Option<CertificateFacts> {
    if der.len() > MAX_CERTIFICATE {
        return None;
    }
    let (_, certificate) = X509CertificateParser::new().with_deep_parse_extensions(false).parse(der).ok()?;
    let time = |time: i64| Timestamp::from_nanos(time.saturating_mul(SECOND));
    let serial = certificate.tbs_certificate.raw_serial();
    let serial = serial.strip_prefix(&[0]).filter(|rest| !rest.is_empty()).unwrap_or(serial);
    Some(CertificateFacts {
        subject: distinguished_name(certificate.subject()),
        issuer: distinguished_name(certificate.issuer()),
        names: names(&certificate.tbs_certificate),
        not_before: time(certificate.validity().not_before.timestamp()),
        not_after: time(certificate.validity().not_after.timestamp()),
        serial: hex::encode(serial.get(..64).unwrap_or(serial)),
        sha256: hex::encode(Sha256::digest(der)),
        self_signed: certificate.subject().as_raw() == certificate.issuer().as_raw(),
    })
}

fn names(certificate: &x509_parser::certificate::TbsCertificate) -> Vec<String> {
    let extension = certificate.extensions().iter().find(|extension| extension.oid == OID_X509_EXT_SUBJECT_ALT_NAME);
    let alternative = extension.and_then(|extension| SubjectAlternativeName::from_der(extension.value).ok());
    let Some((_, alternative)) = alternative else {
        let subject = certificate.subject();
        return subject
            .iter_by_oid(&OID_X509_COMMON_NAME)
            .filter_map(|name| value(name.attr_value()))
            .take(1)
            .collect();
    };
    let shown = |name: &GeneralName| match name {
        GeneralName::DNSName(name) => {
            let fits = !name.is_empty() && name.len() <= 255 && !name.contains(char::is_control);
            fits.then(|| name.to_lowercase())
        }
        GeneralName::IPAddress(octets) => match <[u8; 4]>::try_from(*octets) {
            Ok(v4) => Some(IpAddr::from(v4).to_string()),
            Err(_) => <[u8; 16]>::try_from(*octets).ok().map(|v6| IpAddr::from(v6).to_string()),
        },
        _ => None,
    };
    alternative.general_names.iter().filter_map(shown).take(MAX_NAMES).collect()
}

/// Writes a distinguished name in the form of RFC 4514: the most specific part first.
fn distinguished_name(name: &X509Name) -> String {
    let mut written = String::new();
    let parts: Vec<_> = name.iter_rdn().collect();
    for part in parts.into_iter().rev() {
        for (index, attribute) in part.iter().enumerate() {
            if !written.is_empty() {
                written.push(if index == 0 { ',' } else { '+' });
            }
            written.push_str(&attribute_type(attribute.attr_type()));
            written.push('=');
            match value(attribute.attr_value()) {
                Some(value) => push_escaped(&mut written, &value),
                None => {
                    written.push('#');
                    written.push_str(&hex::encode(attribute.attr_value().data.get(..64).unwrap_or_default()));
                }
            }
            if written.len() > MAX_NAME {
                let end = (0..=MAX_NAME).rev().find(|&end| written.is_char_boundary(end)).unwrap_or(0);
                written.truncate(end);
                written.push_str("...");
                return written;
            }
        }
    }
    written
}

/// Returns the short name of RFC 4514 section 3 or one that tools add to them; a number without one is written in dots.
fn attribute_type<'a>(oid: &Oid<'a>) -> Cow<'static, str> {
    let text = oid.to_id_string();
    Cow::Borrowed(match text.as_str() {
        "2.5.4.3" => "CN",
        "2.5.4.5" => "serialNumber",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.9" => "STREET",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.97" => "organizationIdentifier",
        "0.9.2342.19200300.100.1.1" => "UID",
        "0.9.2342.19200300.100.1.25" => "DC",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => return Cow::Owned(text),
    })
}

/// Returns the text of an attribute, in whichever string type of ASN.1 it was written.
fn value(any: &Any) -> Option<String> {
    let data = any.data.get(..MAX_NAME).unwrap_or(any.data);
    match any.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String | Tag::NumericString | Tag::VisibleString => {
            Some(String::from_utf8_lossy(data).into_owned())
        }
        Tag::T61String => Some(data.iter().map(|&byte| char::from(byte)).collect()),
        Tag::BmpString => {
            let units = data.as_chunks().0.iter().map(|unit| u16::from_be_bytes(*unit));
            Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        Tag::UniversalString => {
            let units = data.as_chunks().0.iter().map(|unit| u32::from_be_bytes(*unit));
            Some(units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
        }
        _ => None,
    }
}

/// Escapes after RFC 4514 section 2.4; control characters are written as bytes so that they reach no terminal.
fn push_escaped(written: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (index, character) in value.chars().enumerate() {
        match character {
            ',' | '+' | '"' | '\\' | '<' | '>' | ';' => written.extend(['\\', character]),
            '#' if index == 0 => written.push_str("\\#"),
            ' ' if index == 0 || index == last => written.push_str("\\ "),
            control if control.is_control() => {
                let mut buffer = [0; 4];
                for byte in control.encode_utf8(&mut buffer).bytes() {
                    written.push('\\');
                    written.push_str(&hex::encode([byte]));
                }
            }
            character => written.push(character),
        }
    }
}
