//! ClientHello and ServerHello (RFC 8446 section 4.1, RFC 5246 section 7.4.1), read as far as they were captured: the
//! extensions that count are often beyond a short snap length, and what comes before them is still worth having.

use tls_parser::{TlsExtensionType, TlsHandshakeType, TlsRecordType};

use super::reader::Reader;
use super::registry::{CipherSuite, TlsVersion};

/// Longest host name (RFC 1035) with some room.
const MAX_NAME: usize = 255;
/// A ClientHello that offers more protocols than this is not worth listing whole.
const MAX_PROTOCOLS: usize = 32;

/// The random of a ServerHello that is a HelloRetryRequest (RFC 8446 section 4.1.3).
const HELLO_RETRY_REQUEST: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11,
    0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

/// The fields of a ClientHello; a field that was not captured is as if it had not been sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ClientHello<'a> {
    pub(super) legacy_version: TlsVersion,
    pub(super) random: &'a [u8],
    pub(super) session_id: &'a [u8],
    pub(super) server_name: Option<String>,
    pub(super) protocols: Vec<String>,
    pub(super) supported_versions: Vec<TlsVersion>,
    /// A session ticket (RFC 5077) is offered.
    pub(super) ticket: bool,
    pub(super) pre_shared_key: bool,
    pub(super) early_data: bool,
}

impl<'a> ClientHello<'a> {
    /// Reads the body of the handshake message; `None` when not even the version is there.
    pub(super) fn read(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut hello = Self { legacy_version: TlsVersion(reader.u16()?), ..Self::default() };
        let _ = hello.read_fields(&mut reader);
        Some(hello)
    }

    fn read_fields(&mut self, reader: &mut Reader<'a>) -> Option<()> {
        self.random = reader.take(32)?;
        self.session_id = reader.vector8()?;
        reader.vector16()?; // cipher suites
        reader.vector8()?; // compression methods
        for (kind, content) in extensions(reader)? {
            match kind {
                TlsExtensionType::ServerName => self.server_name = server_name(content),
                TlsExtensionType::ApplicationLayerProtocolNegotiation => self.protocols = protocols(content),
                TlsExtensionType::SupportedVersions => self.supported_versions = versions(content),
                TlsExtensionType::SessionTicketTLS => self.ticket = !content.is_empty(),
                TlsExtensionType::PreSharedKey => self.pre_shared_key = true,
                TlsExtensionType::EarlyData => self.early_data = true,
                _ => {}
            }
        }
        Some(())
    }

    /// Returns the highest version on offer, GREASE (RFC 8701) left out.
    pub(super) fn highest_version(&self) -> TlsVersion {
        let offered = self.supported_versions.iter().copied().filter(|version| !version.is_grease());
        offered.max().unwrap_or(self.legacy_version)
    }
}

/// The fields of a ServerHello.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct ServerHello<'a> {
    pub(super) legacy_version: TlsVersion,
    pub(super) random: &'a [u8],
    pub(super) session_id: &'a [u8],
    pub(super) cipher: Option<CipherSuite>,
    pub(super) protocol: Option<String>,
    pub(super) selected_version: Option<TlsVersion>,
    pub(super) pre_shared_key: bool,
    pub(super) encrypt_then_mac: bool,
    pub(super) extended_master_secret: bool,
    /// Everything was captured, so that what is missing was not sent.
    pub(super) complete: bool,
}

impl<'a> ServerHello<'a> {
    /// Reads the body of the handshake message, `length` bytes of which were sent; `None` when not even the version is
    /// there.
    pub(super) fn read(body: &'a [u8], length: usize) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut hello = Self { legacy_version: TlsVersion(reader.u16()?), ..Self::default() };
        hello.complete = hello.read_fields(&mut reader).is_some() && body.len() >= length;
        Some(hello)
    }

    fn read_fields(&mut self, reader: &mut Reader<'a>) -> Option<()> {
        self.random = reader.take(32)?;
        self.session_id = reader.vector8()?;
        self.cipher = Some(CipherSuite(reader.u16()?));
        reader.u8()?; // compression method
        if reader.is_empty() {
            return Some(()); // no extensions at all
        }
        for (kind, content) in extensions(reader)? {
            match kind {
                TlsExtensionType::ApplicationLayerProtocolNegotiation => {
                    self.protocol = protocols(content).into_iter().next();
                }
                TlsExtensionType::SupportedVersions => {
                    self.selected_version = Reader::new(content).u16().map(TlsVersion);
                }
                TlsExtensionType::PreSharedKey => self.pre_shared_key = true,
                TlsExtensionType::EncryptThenMac => self.encrypt_then_mac = true,
                TlsExtensionType::ExtendedMasterSecret => self.extended_master_secret = true,
                _ => {}
            }
        }
        Some(())
    }

    pub(super) fn is_retry_request(&self) -> bool {
        self.random == HELLO_RETRY_REQUEST
    }

    /// Returns the version agreed on. TLS 1.3 says so in an extension only, so that 1.2 takes a message that is all there.
    pub(super) fn version(&self) -> Option<TlsVersion> {
        let legacy = (self.complete || self.legacy_version < TlsVersion::TLS12).then_some(self.legacy_version);
        self.selected_version.or(legacy)
    }
}

/// Reads the extensions that are there whole; one that was cut ends the list.
pub(super) fn extensions<'a>(
    reader: &mut Reader<'a>,
) -> Option<impl Iterator<Item = (TlsExtensionType, &'a [u8])> + use<'a>> {
    let mut list = Reader::new(reader.vector16_lax()?);
    Some(std::iter::from_fn(move || Some((TlsExtensionType(list.u16()?), list.vector16()?))))
}

/// Reads the host name of a server_name extension (RFC 6066), in lower case; nothing that is not printable ASCII.
fn server_name(content: &[u8]) -> Option<String> {
    let mut list = Reader::new(Reader::new(content).vector16_lax()?);
    loop {
        let kind = list.u8()?;
        let name = list.vector16()?;
        if kind == 0 {
            return host_name(name);
        }
    }
}

fn host_name(name: &[u8]) -> Option<String> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let printable = !name.is_empty() && name.len() <= MAX_NAME && name.iter().all(u8::is_ascii_graphic);
    printable.then(|| String::from_utf8_lossy(name).to_ascii_lowercase())
}

/// Reads protocol names (RFC 7301), GREASE left out.
pub(super) fn protocols(content: &[u8]) -> Vec<String> {
    let Some(list) = Reader::new(content).vector16_lax() else { return Vec::new() };
    let mut list = Reader::new(list);
    std::iter::from_fn(|| list.vector8())
        .filter(|name| !name.is_empty() && name.iter().all(u8::is_ascii_graphic))
        .map(|name| String::from_utf8_lossy(name).into_owned())
        .take(MAX_PROTOCOLS)
        .collect()
}

fn versions(content: &[u8]) -> Vec<TlsVersion> {
    let mut list = Reader::new(content);
    let Some(length) = list.u8() else { return Vec::new() };
    let mut list = Reader::new(list.take_lax(usize::from(length)));
    std::iter::from_fn(|| list.u16().map(TlsVersion)).collect()
}

/// Reads the server name that the first payload of a client asks for, when that is a ClientHello with one; in lower case. Works
/// on what a snap length or the end of the segment left of it, as long as the whole name is there.
pub fn peek_sni(first_client_payload: &[u8]) -> Option<String> {
    let mut records = Reader::new(first_client_payload);
    let mut joined = Vec::new();
    let mut message: &[u8] = &[];
    // A client may spread the ClientHello over a few records; one is the rule and costs no copy.
    for record in 0..8 {
        let Some((kind, fragment)) = (|| {
            let kind = TlsRecordType(records.u8()?);
            let version = records.u16()?;
            let fragment = records.vector16_lax()?;
            (version >> 8 == 3).then_some((kind, fragment))
        })() else {
            break;
        };
        if kind != TlsRecordType::Handshake {
            break;
        }
        if record == 0 {
            message = fragment;
            let mut header = Reader::new(fragment);
            if TlsHandshakeType(header.u8()?) != TlsHandshakeType::ClientHello {
                return None;
            }
            if header.u24().is_some_and(|length| length + 4 <= fragment.len()) {
                break;
            }
        } else {
            if joined.is_empty() {
                joined.extend_from_slice(message);
            }
            joined.extend_from_slice(fragment);
        }
    }
    let message = if joined.is_empty() { message } else { &joined };
    ClientHello::read(message.get(4..)?)?.server_name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector16(content: &[u8]) -> Vec<u8> {
        [&(content.len() as u16).to_be_bytes(), content].concat()
    }

    fn extension(kind: u16, content: &[u8]) -> Vec<u8> {
        [kind.to_be_bytes().to_vec(), vector16(content)].concat()
    }

    fn client_hello() -> Vec<u8> {
        let name = [&[0][..], &vector16(b"Tenant.Example.com")].concat();
        let extensions = [
            extension(0x2a2a, &[0]),
            extension(0, &vector16(&name)),
            extension(16, &vector16(b"\x02h2\x08http/1.1")),
            extension(43, &[6, 0x7a, 0x7a, 3, 4, 3, 3]),
            extension(35, &[1; 40]),
        ]
        .concat();
        [&[3, 3][..], &[7; 32], &[4, 1, 2, 3, 4], &[0, 4, 0x13, 1, 0x13, 2], &[1, 0], &vector16(&extensions)].concat()
    }

    fn record(message: &[u8], fragment: usize) -> Vec<u8> {
        let message = [&[1][..], &(message.len() as u32).to_be_bytes()[1..], message].concat();
        message.chunks(fragment).flat_map(|chunk| [&[22, 3, 1][..], &vector16(chunk)].concat()).collect()
    }

    #[test]
    fn a_client_hello_says_what_it_offers() {
        let body = client_hello();
        let hello = ClientHello::read(&body).unwrap();
        assert_eq!(hello.server_name.as_deref(), Some("tenant.example.com"));
        assert_eq!(hello.protocols, ["h2", "http/1.1"]);
        assert_eq!(hello.highest_version(), TlsVersion::TLS13);
        assert_eq!(hello.session_id, [1, 2, 3, 4]);
        assert!(hello.ticket && !hello.pre_shared_key && !hello.early_data);
    }

    #[test]
    fn a_cut_client_hello_says_a_part_of_the_same() {
        let body = client_hello();
        let whole = ClientHello::read(&body).unwrap();
        for end in 2..body.len() {
            let cut = ClientHello::read(&body[..end]).unwrap();
            assert!(cut.random.is_empty() || cut.random == whole.random);
            assert!(cut.server_name.is_none() || cut.server_name == whole.server_name, "cut at {end}");
            assert!(whole.protocols.starts_with(&cut.protocols), "cut at {end}");
            assert!(whole.supported_versions.starts_with(&cut.supported_versions), "cut at {end}");
        }
        assert_eq!(ClientHello::read(&body[..1]), None);
    }

    #[test]
    fn the_server_name_is_found_in_one_record_or_several() {
        for fragment in [3, 40, 60, 1000] {
            let bytes = record(&client_hello(), fragment);
            let expected = (fragment > 3).then_some("tenant.example.com");
            assert_eq!(peek_sni(&bytes).as_deref(), expected, "fragments of {fragment}");
        }
        let bytes = record(&client_hello(), 1000);
        assert_eq!(peek_sni(&bytes[..bytes.len() - 60]).as_deref(), Some("tenant.example.com"));
        assert_eq!(peek_sni(&bytes[..70]), None);
        assert_eq!(peek_sni(b"GET / HTTP/1.1\r\n"), None);
        assert_eq!(peek_sni(&[]), None);
    }

    #[test]
    fn a_server_name_with_control_characters_is_none() {
        let name = [&[0][..], &vector16(b"a\x1b[2Jb")].concat();
        assert_eq!(server_name(&vector16(&name)), None);
    }

    #[test]
    fn a_server_hello_with_the_special_random_asks_for_another_client_hello() {
        let extensions = [extension(43, &[3, 4]), extension(51, &[0, 23])].concat();
        let body = [&[3, 3][..], &HELLO_RETRY_REQUEST, &[0], &[0x13, 1], &[0], &vector16(&extensions)].concat();
        let hello = ServerHello::read(&body, body.len()).unwrap();
        assert!(hello.is_retry_request() && hello.complete);
        assert_eq!((hello.version(), hello.cipher), (Some(TlsVersion::TLS13), Some(CipherSuite::AES_128_GCM_SHA256)));
        let cut = ServerHello::read(&body[..body.len() - 6], body.len()).unwrap();
        assert_eq!((cut.complete, cut.version()), (false, Some(TlsVersion::TLS13)));
        let cut = ServerHello::read(&body[..body.len() - 8], body.len()).unwrap();
        assert_eq!((cut.cipher, cut.version()), (Some(CipherSuite::AES_128_GCM_SHA256), None));
    }
}
