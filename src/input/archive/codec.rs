//! Streams packed by one codec: gzip, bzip2, xz, zstd. Each may be several streams joined end to end.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

use super::parallel_bzip2::ParallelBzip2;
use crate::input::member_kind::MemberKind;

/// Memory that an xz stream may ask for: what `xz -9` needs, twice. zstd's own default bound is as large.
const XZ_MEMORY: u64 = 128 << 20;

/// Unpacks a stream; `None` when the kind is not one packed by a codec.
pub(in crate::input) fn decoder<'a>(
    kind: MemberKind,
    packed: impl BufRead + 'a,
) -> io::Result<Option<Box<dyn Read + 'a>>> {
    Ok(Some(match kind {
        MemberKind::Gzip => Box::new(Gzip { member: Some(GzDecoder::new(packed)) }),
        MemberKind::Bzip2 => Box::new(ParallelBzip2::new(packed)),
        MemberKind::Xz => Box::new(XzDecoder::new_stream(packed, Stream::new_stream_decoder(XZ_MEMORY, CONCATENATED)?)),
        MemberKind::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(packed)?),
        _ => return Ok(None),
    }))
}

/// gzip members one after the other. As gzip does, and unlike flate2's own reader of several members, it takes zeros
/// behind the last one for padding.
struct Gzip<R> {
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while let Some(member) = &mut self.member {
            let read = member.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            let Some(ended) = self.member.take() else { break };
            let mut packed = ended.into_inner();
            loop {
                let rest = packed.fill_buf()?;
                let zeros = rest.iter().take_while(|&&byte| byte == 0).count();
                match rest.get(zeros) {
                    Some(0x1f) if zeros == 0 => {
                        self.member = Some(GzDecoder::new(packed));
                        break;
                    }
                    Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, TRAILING)),
                    None if zeros == 0 => return Ok(0),
                    None => packed.consume(zeros),
                }
            }
        }
        Ok(0)
    }
}

const TRAILING: &str = "what stands behind the end of the gzip stream is no gzip";

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn unpack(kind: MemberKind, packed: &[u8]) -> (Vec<u8>, Option<io::Error>) {
        let mut text = Vec::new();
        let error = decoder(kind, packed).unwrap().unwrap().read_to_end(&mut text).err();
        (text, error)
    }

    #[test]
    fn members_are_joined_and_padding_is_ignored() {
        let packed = [gzip(b"one "), gzip(b""), gzip(b"two"), vec![0; 100]].concat();
        let (text, error) = unpack(MemberKind::Gzip, &packed);
        assert_eq!((text.as_slice(), error.is_none()), (&b"one two"[..], true));
    }

    #[test]
    fn what_follows_the_end_is_an_error_after_the_data() {
        let (text, error) = unpack(MemberKind::Gzip, &[gzip(b"one"), b"hello".to_vec()].concat());
        assert_eq!(text, b"one");
        assert_eq!(error.unwrap().kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn every_codec_unpacks_streams_that_are_joined() {
        let text = b"2023-08-15 10:21:07,123 ".repeat(1000);
        let bzip2 = {
            let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            encoder.write_all(&text).unwrap();
            encoder.finish().unwrap()
        };
        let xz = {
            let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 1);
            encoder.write_all(&text).unwrap();
            encoder.finish().unwrap()
        };
        let zstd = zstd::encode_all(&text[..], 1).unwrap();
        for (kind, packed) in [
            (MemberKind::Gzip, gzip(&text)),
            (MemberKind::Bzip2, bzip2),
            (MemberKind::Xz, xz),
            (MemberKind::Zstd, zstd),
        ] {
            assert_eq!(crate::input::sniff::sniff(&packed, &[]), kind);
            let (unpacked, error) = unpack(kind, &packed.repeat(2));
            assert!(unpacked == text.repeat(2) && error.is_none(), "{kind:?} {error:?}");
            let (_, error) = unpack(kind, &packed[..packed.len() - 20]);
            assert!(error.is_some(), "{kind:?}");
        }
    }
}
