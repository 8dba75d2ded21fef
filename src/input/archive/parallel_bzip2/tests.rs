use std::io::Write as _;

use bzip2::Compression;
use bzip2::bufread::MultiBzDecoder;
use bzip2::write::BzEncoder;

use super::*;

fn packed(text: &[u8], level: u32) -> Vec<u8> {
    let mut encoder = BzEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// Text of which each 100 KB make a block at level 1.
fn text(bytes: usize) -> Vec<u8> {
    let lines = (0_u64..).flat_map(|line| {
        let number = line.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        format!("2023-08-15 10:21:07,123 {number:x} cisco.cpm.mdm\n").into_bytes()
    });
    lines.take(bytes).collect()
}

fn unpack(mut reader: impl Read) -> (Vec<u8>, Option<io::ErrorKind>) {
    let mut text = Vec::new();
    let error = reader.read_to_end(&mut text).err();
    (text, error.map(|error| error.kind()))
}

fn own(packed: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
    unpack(ParallelBzip2::new(io::BufReader::with_capacity(777, packed)))
}

#[test]
fn blocks_come_out_in_their_order() {
    for (bytes, level) in [(0, 9), (1, 1), (99_000, 1), (1_500_000, 1), (1_500_000, 9)] {
        let text = text(bytes);
        let (unpacked, error) = own(&packed(&text, level));
        assert!(unpacked == text && error.is_none(), "{bytes} bytes, level {level}: {error:?}");
    }
}

#[test]
fn streams_are_joined() {
    let (one, two) = (text(250_000), text(320_000));
    let joined = [packed(&one, 1), packed(b"", 9), packed(&two, 2)].concat();
    assert!(own(&joined) == ([one, two].concat(), None));
}

#[test]
fn streams_of_nothing_take_no_more_than_their_bytes() {
    let joined = [packed(b"", 9).repeat(50_000), packed(b"a log", 1)].concat();
    assert_eq!(own(&joined), (b"a log".to_vec(), None));
}

#[test]
fn a_block_of_one_byte_again_and_again_is_unpacked_as_it_is_read() {
    let text = vec![b'x'; 90_000_000];
    let packed = packed(&text, 9);
    assert!(packed.len() < 200);
    let mut reader = ParallelBzip2::new(&packed[..]);
    let mut first = [0; 100];
    reader.read_exact(&mut first).unwrap();
    let held = reader.reading.as_ref().unwrap().ahead.get_ref().len() as u64;
    assert!(
        held == AHEAD
            && reader.wave.iter().flat_map(|next| &next.text).all(|text| text.ahead.get_ref().len() as u64 <= AHEAD)
    );
    let (rest, error) = unpack(reader);
    assert!(error.is_none() && rest.len() == text.len() - first.len() && rest.iter().all(|byte| *byte == b'x'));
}

#[test]
fn what_is_cut_or_damaged_gives_what_came_before_it_as_the_library_does() {
    let text = text(400_000);
    let whole = packed(&text, 1);
    for at in (0..whole.len()).step_by(997).chain(whole.len() - 12..whole.len()) {
        if at > 10 {
            let cut = &whole[..at];
            assert!(own(cut) == unpack(MultiBzDecoder::new(cut)), "cut at {at}");
        }
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        let (unpacked, error) = own(&damaged);
        let (wanted, wanted_error) = unpack(MultiBzDecoder::new(&damaged[..]));
        assert_eq!(error.is_some(), wanted_error.is_some(), "damaged at {at}");
        // Of a damaged block, it depends on the size of buffers how much is seen before the error; where damage hides a magic
        // number, two blocks are taken for one.
        let same = unpacked == wanted;
        let shared = unpacked.len().min(wanted.len());
        assert!(same || (error.is_some() && unpacked[..shared] == wanted[..shared]), "damaged at {at}");
    }
}

#[test]
fn what_follows_the_end_is_an_error_after_the_data() {
    let (text, error) = own(&[packed(b"one", 9), b"hello".to_vec()].concat());
    assert_eq!((text.as_slice(), error), (&b"one"[..], Some(io::ErrorKind::InvalidData)));
}

#[test]
fn a_magic_number_within_a_block_does_not_end_it() {
    let text = text(150_000);
    let whole = packed(&text, 9);
    let Some(Piece::Block(block)) = Pieces::new(&whole[..]).next() else { panic!("no block") };
    let (first, second) = block.halves();
    let mut reader = ParallelBzip2::new(&b""[..]);
    reader.wave = [Piece::Block(first.clone()), Piece::Block(second)].into_iter().map(Unpacked::of).collect();
    let mut read = vec![0; 1000];
    reader.read_exact(&mut read).unwrap();
    assert!(text.starts_with(&read));
    reader.wave = [Piece::Block(first), Piece::End(0)].into_iter().map(Unpacked::of).collect();
    reader.reading = None;
    assert!(reader.read(&mut read).is_err());
}
