//! Archives that were cut or hit on their way.

use ::zip::CompressionMethod;
use proptest::prelude::*;

use super::*;

/// Makes one small bundle in each format.
fn bundles() -> Vec<(&'static str, Vec<u8>)> {
    let members: [(&str, &[u8]); 3] = [("a.txt", b"hello"), ("ise-psc.log", &log(5)), ("x.pcap", &capture(1))];
    vec![
        ("b.tar", tar(&members)),
        ("b.tar.gz", gzip(&tar(&members))),
        ("b.tar.xz", xz(&tar(&members))),
        ("b.tar.zst", zstd::encode_all(&tar(&members)[..], 1).unwrap()),
        ("b.zip", zip(CompressionMethod::Deflated, &members)),
        ("s.zip", zip(CompressionMethod::Stored, &members)),
        ("b.7z", sevenz(&members)),
        ("bundle.gpg", fs::read(fixture("bundle.tar.gz.gpg")).unwrap()),
        ("n.zip", zip(CompressionMethod::Deflated, &[("in.tar.gz", &gzip(&tar(&members)))])),
    ]
}

#[test]
fn a_bundle_that_is_cut_at_any_byte_is_read_as_far_as_it_goes() {
    for (name, bundle) in bundles() {
        let scratch = Scratch::new().with_passphrase("correct horse");
        let path = vec![scratch.path(name)];
        let mut read = 0;
        for length in (0..bundle.len()).rev() {
            fs::write(&path[0], &bundle[..length]).unwrap();
            let found = find(&path, KINDS, &scratch.options, &Progress::default());
            let spoken = !found.warnings.is_empty() || !found.errors.is_empty();
            assert!(spoken || length + 1024 > bundle.len(), "{name} cut at {length}: not a word");
            read = read.max(found.items.iter().map(|item| item.data.len()).sum());
        }
        // A 7z archive has its directory at the end; of zstd and OpenPGP a stream of this size is one block.
        assert!(read > 0 || matches!(name, "b.7z" | "b.tar.zst" | "bundle.gpg"), "{name}: nothing was ever read");
    }
}

#[test]
fn nothing_before_a_cut_is_lost() {
    let (log, capture) = (log(12), capture(3));
    let bundle = tar(&[("ise-psc.log", &log), ("x.pcap", &capture)]);
    let behind_log = 512 + log.len().next_multiple_of(512);
    for (length, expected) in [(512 + 100, 100), (behind_log, log.len()), (behind_log + 512 + 50, log.len() + 50)] {
        for packed in [false, true] {
            let cut = &bundle[..length];
            let found = Scratch::new().find_in("b", &if packed { gzip(cut) } else { cut.to_vec() });
            let got: usize = found.items.iter().map(|item| item.data.len()).sum();
            assert_eq!((got, codes(&found)), (expected, vec!["truncated"]), "{length} {packed} {found:?}");
        }
    }
    // Packed, what the codec can still tell is read.
    let packed = gzip(&log);
    let found = Scratch::new().find_in("ise-psc.log.gz", &packed[..packed.len() - 30]);
    assert_eq!((codes(&found), found.warnings[0].input), (vec!["truncated"], Some(0)));
    assert!(log.starts_with(&found.items[0].data) && found.items[0].data.len() > 100);
}

#[test]
fn a_cut_zip_is_read_member_by_member() {
    let (log, capture) = (log(12), capture(3));
    let members: [(&str, &[u8]); 2] = [("ise-psc.log", &log), ("x.pcap", &capture)];
    let mut streamed = ::zip::ZipWriter::new_stream(Vec::new());
    for (name, data) in members {
        streamed.start_file(name, ::zip::write::SimpleFileOptions::default()).unwrap();
        streamed.write_all(data).unwrap();
    }
    for bundle in [
        zip(CompressionMethod::Deflated, &members),
        zip(CompressionMethod::Stored, &members),
        streamed.finish().unwrap().into_inner(),
    ] {
        let directory = memchr::memmem::find(&bundle, b"PK\x01\x02").unwrap();
        let found = Scratch::new().find_in("b.zip", &bundle[..directory]);
        assert_eq!(
            (paths(&found), codes(&found)),
            (vec!["b.zip!ise-psc.log", "b.zip!x.pcap"], vec!["truncated"]),
            "{found:?}"
        );
        assert!(found.items[0].data == log && found.items[1].data == capture);
        let found = Scratch::new().find_in("b.zip", &bundle[..directory - 60]);
        assert_eq!(codes(&found), ["truncated", "truncated"], "{found:?}");
        assert!(found.items[0].data == log && capture.starts_with(&found.items[1].data));
    }
}

#[test]
fn a_damaged_header_of_a_tar_costs_one_member() {
    let (log, capture) = (log(12), capture(3));
    let mut bundle = tar(&[("first.txt", b"hello"), ("second.log", &log), ("x.pcap", &capture)]);
    bundle[1024 + 150] ^= 1;
    for packed in [false, true] {
        let found = Scratch::new().find_in("b", &if packed { gzip(&bundle) } else { bundle.clone() });
        assert_eq!((paths(&found), codes(&found)), (vec!["b!x.pcap"], vec!["damaged"]));
        assert!(found.warnings[0].message.contains("at byte 1024"), "{:?}", found.warnings);
    }
}

#[test]
fn a_wrong_checksum_is_a_warning_about_the_member() {
    let log = log(12);
    let mut packed = gzip(&log);
    let crc = packed.len() - 6;
    packed[crc] ^= 1;
    let found = Scratch::new().find_in("ise-psc.log.gz", &packed);
    assert_eq!((codes(&found), found.items[0].data == log), (vec!["damaged"], true));
}

proptest! {
    #[test]
    fn corruption_anywhere_ends_in_a_result(which in 0_usize..9, hits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let (name, mut bundle) = bundles().swap_remove(which);
        for (at, byte) in hits {
            let at = at.index(bundle.len());
            bundle[at] = byte;
        }
        let found = Scratch::new().with_passphrase("correct horse").find_in(name, &bundle);
        for warning in &found.warnings {
            prop_assert!(warning.input.is_none_or(|input| input < found.items.len()));
        }
        prop_assert!(!found.items.is_empty() || !found.errors.is_empty());
    }
}
