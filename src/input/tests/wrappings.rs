//! What customers wrap logs and captures in.

use ::tar::EntryType;
use ::zip::CompressionMethod;
use ::zip::write::SimpleFileOptions;

use super::*;

#[test]
fn members_of_a_tar_are_slices_of_the_file() {
    let (log, capture) = (log(20_000), capture(3));
    let bundle = tar(&[("TCPDump.pcap", &capture), ("support/ise-psc.log", &log), ("README", b"hello")]);
    assert!(bundle.len() as u64 > map::COPY_BELOW);
    let found = Scratch::new().find_in("b.tar", &bundle);
    assert_holds(&found, &[("b.tar!TCPDump.pcap", &capture), ("b.tar!support/ise-psc.log", &log)]);
    // One archive, one map: the second member lies behind the first one, where the archive has it.
    let distance = found.items[1].data.as_ptr() as usize - found.items[0].data.as_ptr() as usize;
    assert_eq!(distance, capture.len().next_multiple_of(512) + 512);
}

#[test]
fn every_codec_is_read_around_a_tar_and_around_a_single_file() {
    let (log, capture) = (log(50), capture(3));
    let bundle = tar(&[("ise-psc.log", &log), ("x.pcap", &capture)]);
    let bzip2 = |bytes: &[u8]| {
        let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let zstd = |bytes: &[u8]| zstd::encode_all(bytes, 1).unwrap();
    type Pack = fn(&[u8]) -> Vec<u8>;
    let codecs: [(&str, Pack); 4] = [("gz", gzip), ("bz2", bzip2), ("xz", xz), ("zst", zstd)];
    for (ending, pack) in codecs {
        let name = format!("b.tar.{ending}");
        let found = Scratch::new().find_in(&name, &pack(&bundle));
        assert_holds(&found, &[(&format!("{name}!ise-psc.log"), &log), (&format!("{name}!x.pcap"), &capture)]);
        let name = format!("ise-psc.log.{ending}");
        assert_holds(&Scratch::new().find_in(&name, &pack(&log)), &[(&name, &log)]);
    }
}

#[test]
fn a_zip_is_read_packed_or_stored_large_or_with_sizes_behind_the_data() {
    let (log, capture) = (log(50), capture(3));
    let members: [(&str, &[u8]); 3] = [("ise-psc.log", &log), ("x.pcap", &capture), ("note.txt", b"hello")];
    let expected: [(&str, &[u8]); 2] = [("b.zip!ise-psc.log", &log), ("b.zip!x.pcap", &capture)];
    for method in
        [CompressionMethod::Stored, CompressionMethod::Deflated, CompressionMethod::Bzip2, CompressionMethod::Zstd]
    {
        assert_holds(&Scratch::new().find_in("b.zip", &zip(method, &members)), &expected);
        let zip64 = SimpleFileOptions::default().compression_method(method).large_file(true);
        assert_holds(&Scratch::new().find_in("b.zip", &zip_with(zip64, &members)), &expected);
    }
    // Written to a pipe, the archive has its sizes behind the data.
    let mut writer = ::zip::ZipWriter::new_stream(Vec::new());
    for (name, data) in members {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(data).unwrap();
    }
    let streamed = writer.finish().unwrap().into_inner();
    assert_holds(&Scratch::new().find_in("b.zip", &streamed), &expected);
}

#[test]
fn a_7z_archive_is_read() {
    let (log, capture) = (log(50), capture(3));
    let bundle = sevenz(&[("support/ise-psc.log", &log), ("note.txt", b"hello"), ("x.pcap", &capture)]);
    let found = Scratch::new().find_in("b.7z", &bundle);
    assert_holds(&found, &[("b.7z!support/ise-psc.log", &log), ("b.7z!x.pcap", &capture)]);
}

#[test]
fn archives_in_archives_have_paths_that_show_it() {
    let (log, capture) = (log(50), capture(3));
    let inner = gzip(&tar(&[("c/ise-psc.log", &log)]));
    let outer = zip(CompressionMethod::Deflated, &[("a/b.tar.gz", &inner), ("x.pcap.gz", &gzip(&capture))]);
    let found = Scratch::new().find_in("o.zip", &outer);
    assert_holds(&found, &[("o.zip!a/b.tar.gz!c/ise-psc.log", &log), ("o.zip!x.pcap.gz", &capture)]);
    let listed: Vec<_> =
        found.listing.iter().map(|member| (member.path.as_str(), member.kind.as_str(), member.used)).collect();
    assert_eq!(
        listed,
        [
            ("o.zip", "zip", true),
            ("o.zip!a/b.tar.gz", "tar", true),
            ("o.zip!a/b.tar.gz!c/ise-psc.log", "ise_psc_log", true),
            ("o.zip!x.pcap.gz", "pcap", true),
        ]
    );
    assert_eq!(found.listing[3].wrapping, [MemberKind::Gzip]);
    let packed_twice = gzip(&xz(&tar(&[("k.txt", &sevenz(&[("keys", &keylog())]))])));
    assert_holds(&Scratch::new().find_in("b", &packed_twice), &[("b!k.txt!keys", &keylog())]);
}

#[test]
fn names_and_sizes_of_every_tar_format_are_read() {
    let (log, long) = (log(50), format!("{}/ise-psc.log", "folder/".repeat(40)));
    let gnu = tar(&[(&long, &log)]);
    assert_eq!(paths(&Scratch::new().find_in("b", &gnu)), [format!("b!{long}")]);
    let mut pax = ::tar::Builder::new(Vec::new());
    // What stands in the header itself is overruled.
    pax.append_pax_extensions([("path", long.as_bytes()), ("size", log.len().to_string().as_bytes())]).unwrap();
    let pax =
        [pax.into_inner().unwrap()[..1024].to_vec(), raw_member(&raw_header(b"short", EntryType::Regular, 0), &log)]
            .concat();
    let found = Scratch::new().find_in("b", &pax);
    assert_eq!((paths(&found), found.items[0].data == log), (vec![format!("b!{long}").as_str()], true));
    let mut ustar = ::tar::Header::new_ustar();
    ustar.set_path("a".repeat(90) + "/" + &"b".repeat(90)).unwrap();
    ustar.set_size(log.len() as u64);
    ustar.set_cksum();
    let found = Scratch::new().find_in("b", &[raw_member(&ustar, &log), vec![0; 1024]].concat());
    assert_holds(&found, &[(&format!("b!{}/{}", "a".repeat(90), "b".repeat(90)), &log)]);
}

#[test]
fn sparse_members_are_read_with_their_holes() {
    let log = log(50);
    let mut whole = log.clone();
    whole.resize(log.len() + 5000, 0);
    let mut header = raw_header(b"ise-psc.log", EntryType::GNUSparse, log.len() as u64);
    let gnu = header.as_gnu_mut().unwrap();
    gnu.sparse[0].set_offset(0);
    gnu.sparse[0].set_length(log.len() as u64);
    gnu.set_real_size(whole.len() as u64);
    header.set_cksum();
    let bundle = [raw_member(&header, &log), tar(&[("x.pcap", &capture(1))])].concat();
    let expected: [(&str, &[u8]); 2] = [("b!ise-psc.log", &whole), ("b!x.pcap", &capture(1))];
    assert_holds(&Scratch::new().find_in("b", &bundle), &expected);
    assert_holds(&Scratch::new().find_in("b", &gzip(&bundle)), &expected);
}

#[test]
fn archives_joined_end_to_end_are_read_to_the_end() {
    let (log, capture) = (log(50), capture(3));
    let joined = [tar(&[("ise-psc.log", &log)]), tar(&[("x.pcap", &capture)])].concat();
    assert_holds(&Scratch::new().find_in("b", &joined), &[("b!ise-psc.log", &log), ("b!x.pcap", &capture)]);
}

#[test]
fn a_bundle_that_gnupg_encrypted_opens_with_its_passphrase_only() {
    for name in ["bundle.tar.gz.gpg", "bundle.tar.gz.asc"] {
        let path = vec![fixture(name)];
        let open = |scratch: Scratch| find(&path, KINDS, &scratch.options, &Progress::default());
        let found = open(Scratch::new().with_passphrase("correct horse"));
        let names: Vec<_> = found.items.iter().map(|item| crate::model::member_path::base(&item.path)).collect();
        assert_eq!((names, error_codes(&found)), (vec!["ise-psc.log", "sslkeys.log"], vec![]), "{found:?}");
        let found = open(Scratch::new().with_passphrase("battery staple"));
        assert_eq!(error_codes(&found), ["wrong_passphrase"]);
        assert!(!format!("{found:?}").contains("battery"));
        let found = open(Scratch::new());
        assert_eq!(error_codes(&found), ["needs_passphrase"]);
        assert!(
            found.errors[0].message.contains("--passphrase-file")
                && found.errors[0].message.contains("MDMLOG_PASSPHRASE")
        );
    }
}

#[test]
fn a_bundle_for_a_public_key_is_told_apart_from_one_with_a_passphrase() {
    let found = Scratch::new()
        .with_passphrase("correct horse")
        .find_in("b.gpg", b"\x85\x01\x0c\x03\x01\x02\x03\x04\x05\x06\x07\x08\x01");
    assert_eq!(error_codes(&found), ["public_key"]);
    let message = &found.errors[0].message;
    assert!(message.contains("Cisco") && message.contains("shared key encryption"), "{message}");
    // Cut or damaged so that nothing shows what it is, its name still tells for whom it is.
    let found = Scratch::new().find_in("bundle-ise1-pk-260701-1105.tar.gpg", b"\x01\x02 is no message");
    assert_eq!(error_codes(&found), ["public_key"]);
    assert!(found.errors[0].message.contains("for Cisco alone"), "{:?}", found.errors);
}

#[test]
fn an_encrypted_bundle_among_readable_files_is_a_warning() {
    let scratch = Scratch::new();
    scratch.write("d/ise-psc.log", &log(3));
    fs::copy(fixture("bundle.tar.gz.gpg"), scratch.path("d/other.gpg")).unwrap();
    let found = scratch.find(&["d"]);
    assert_eq!(
        (paths(&found), codes(&found), error_codes(&found)),
        (vec!["d/ise-psc.log"], vec!["needs_passphrase"], vec![])
    );
}

#[test]
fn encrypted_zip_and_7z_members_open_with_the_passphrase() {
    let log = log(50);
    let options = SimpleFileOptions::default().with_aes_encryption(::zip::AesMode::Aes256, "correct horse");
    let bundle = zip_with(options, &[("ise-psc.log", &log)]);
    let scratch = Scratch::new().with_passphrase("correct horse");
    assert_holds(&scratch.find_in("b.zip", &bundle), &[("b.zip!ise-psc.log", &log)]);
    let wrong = Scratch::new().with_passphrase("battery staple").find_in("b.zip", &bundle);
    assert_eq!((codes(&wrong), error_codes(&wrong)), (vec!["wrong_passphrase"], vec!["nothing_found"]));
    let mut writer = sevenz_rust2::ArchiveWriter::new(std::io::Cursor::new(Vec::new())).unwrap();
    let aes = sevenz_rust2::encoder_options::AesEncoderOptions::new("correct horse".into());
    writer.set_content_methods(vec![aes.into(), sevenz_rust2::EncoderMethod::LZMA2.into()]);
    writer.push_archive_entry(sevenz_rust2::ArchiveEntry::new_file("ise-psc.log"), Some(&log[..])).unwrap();
    let bundle = writer.finish().unwrap().into_inner();
    assert_holds(&scratch.find_in("b.7z", &bundle), &[("b.7z!ise-psc.log", &log)]);
    for scratch in [Scratch::new(), Scratch::new().with_passphrase("battery staple")] {
        let found = scratch.find_in("b.7z", &bundle);
        assert!(matches!(error_codes(&found)[..], ["needs_passphrase" | "wrong_passphrase"]), "{found:?}");
    }
}

#[test]
fn names_with_links_devices_and_ways_out_are_names_only() {
    let scratch = Scratch::new();
    let log = log(5);
    let link = |kind, target: &str| {
        let mut header = raw_header(b"evil", kind, 0);
        header.set_link_name(target).unwrap();
        header.set_cksum();
        raw_member(&header, b"")
    };
    let bundle = [
        link(EntryType::Symlink, "/etc/passwd"),
        link(EntryType::Link, "../../ise-psc.log"),
        raw_member(&raw_header(b"dev", EntryType::Char, 512), b""),
        raw_member(&raw_header(b"../../../tmp/out\x1b[31m.log", EntryType::Regular, log.len() as u64), &log),
        raw_member(&raw_header(b"/etc/ise-psc.log", EntryType::Regular, 3), b"no\n"),
        vec![0; 1024],
    ]
    .concat();
    let found = scratch.find_in("d/b.tar", &bundle);
    assert_eq!(paths(&found), ["d/b.tar!../../../tmp/out\x1b[31m.log"]);
    assert_eq!(found.items[0].data, log);
    let listed: Vec<_> = found.listing.iter().map(|member| member.kind.as_str()).collect();
    assert_eq!(listed, ["tar", "link", "link", "special", "ise_psc_log", "unknown"]);
    assert_eq!(codes(&found), ["unknown_content"]);
    // Nothing was written, by whatever name.
    assert_eq!(fs::read_dir(scratch.path("d")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(scratch.folder.path()).unwrap().count(), 1);
}
