//! Archives that are made to hurt.

use super::*;
use crate::model::warning::WarningCode;

#[test]
fn a_member_that_unpacks_without_end_is_stopped_and_the_rest_is_used() {
    let mut scratch = Scratch::new();
    (scratch.options.limits.ratio, scratch.options.limits.beyond_ratio) = (100, 1 << 20);
    let log = log(50);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&[log.clone(), vec![0; 2 << 20]].concat()).unwrap();
    let bomb = encoder.finish().unwrap();
    let found = scratch.find_in("b.tar", &tar(&[("bomb.gz", &bomb), ("ise-psc.log", &log)]));
    assert_eq!((paths(&found), codes(&found)), (vec!["b.tar!bomb.gz", "b.tar!ise-psc.log"], vec!["limit"]));
    assert!(found.warnings[0].message.starts_with("b.tar!bomb.gz is not unpacked further"), "{:?}", found.warnings);
    assert!(found.warnings[0].message.contains("more than 100 times its size"), "{:?}", found.warnings);
    assert_eq!(found.warnings[0].input, Some(0));
}

#[test]
fn the_limit_on_all_that_is_unpacked_gives_the_same_result_whatever_the_threads_do() {
    let logs: Vec<_> = (0..40).map(|number| (format!("{number:02}.log"), log(1000 + number))).collect();
    let members: Vec<_> = logs.iter().map(|(name, log)| (name.as_str(), log.as_slice())).collect();
    let bundle = zip(::zip::CompressionMethod::Deflated, &members);
    let results: Vec<_> = (0..5)
        .map(|_| {
            let mut scratch = Scratch::new();
            scratch.options.limits.total = Some(1 << 20);
            let found = scratch.find_in("b.zip", &bundle);
            let items: Vec<_> = found.items.iter().map(|item| (item.path.clone(), item.data.clone())).collect();
            (items, found.warnings)
        })
        .collect();
    let (items, warnings) = &results[0];
    assert!(items.len() > 5 && items.len() < 40, "{}", items.len());
    let limits: Vec<_> = warnings.iter().filter(|warning| warning.code == WarningCode::Limit).collect();
    assert_eq!(limits.len(), 1, "{warnings:?}");
    assert!(limits[0].message.contains("1048576 bytes"), "{warnings:?}");
    assert!(results.iter().all(|result| result == &results[0]));
}

#[test]
fn what_lies_in_archives_in_an_archive_is_held_to_the_size_of_the_file() {
    // Each level holds 8 copies of the one in it: no member unpacks to much more than its size, all of them to 8^4 times.
    let bottom = zip(::zip::CompressionMethod::Deflated, &[("ise-psc.log", &[log(20), vec![b'\n'; 1 << 16]].concat())]);
    let bomb = (0..4).fold(bottom, |inner, _| {
        let names: Vec<_> = (0..8).map(|number| format!("{number}.zip")).collect();
        let members: Vec<_> = names.iter().map(|name| (name.as_str(), inner.as_slice())).collect();
        zip(::zip::CompressionMethod::Deflated, &members)
    });
    let results: Vec<_> = (0..3)
        .map(|_| {
            let mut scratch = Scratch::new();
            (scratch.options.limits.ratio, scratch.options.limits.beyond_ratio) = (100, 1 << 20);
            scratch.write("d/honest.zip", &zip(::zip::CompressionMethod::Deflated, &[("ise-psc.log", &log(40))]));
            scratch.write("d/bomb.zip", &bomb);
            let found = scratch.find(&["d"]);
            let kept: usize = found.items.iter().map(|item| item.data.len()).sum();
            assert!(kept < 100 * bomb.len() + (2 << 20), "{kept} bytes of {}", bomb.len());
            assert!(paths(&found).contains(&"d/honest.zip!ise-psc.log"), "{:?}", paths(&found));
            (found.warnings, found.listing)
        })
        .collect();
    let limits: Vec<_> = results[0].0.iter().filter(|warning| warning.code == WarningCode::Limit).collect();
    assert_eq!(limits.len(), 1, "{limits:?}");
    assert!(limits[0].message.contains("what lies in the file that was given"), "{limits:?}");
    assert!(limits[0].message.contains("more were stopped by it"), "{limits:?}");
    assert!(results.iter().all(|result| result == &results[0]));
}

#[test]
fn members_of_a_zip_that_share_their_bytes_are_refused() {
    let log = log(20);
    for method in [::zip::CompressionMethod::Deflated, ::zip::CompressionMethod::Stored] {
        let bundle = zip(method, &[("ise-psc.log", &log), ("other.log", &log[..500])]);
        let directory = memchr::memmem::find(&bundle, b"PK\x01\x02").unwrap();
        let end = memchr::memmem::rfind(&bundle, b"PK\x05\x06").unwrap();
        // The first entry of the directory, a hundred times with other names.
        let entry = &bundle[directory..memchr::memmem::rfind(&bundle, b"PK\x01\x02").unwrap()];
        let named = |number: usize| {
            let name = memchr::memmem::find(entry, b"ise-psc.log").unwrap();
            let mut entry = entry.to_vec();
            entry[name..name + 3].copy_from_slice(format!("{number:03}").as_bytes());
            entry
        };
        let entries: Vec<u8> = (0..99).flat_map(named).collect();
        let mut bomb = [&bundle[..directory], &bundle[directory..directory + entry.len()], &entries].concat();
        bomb.extend(&bundle[directory + entry.len()..]);
        let end = end + 99 * entry.len();
        for at in [end + 8, end + 10] {
            bomb[at..at + 2].copy_from_slice(&101_u16.to_le_bytes());
        }
        bomb[end + 12..end + 16].copy_from_slice(&((end - directory) as u32).to_le_bytes());
        let found = Scratch::new().find_in("b.zip", &bomb);
        assert_eq!(paths(&found), ["b.zip!ise-psc.log", "b.zip!other.log"], "{found:#?}");
        assert_eq!(codes(&found), ["damaged"]);
        assert!(found.warnings[0].message.contains("99 members share bytes"), "{:?}", found.warnings);
        assert_eq!(found.listing.len(), 102);
    }
}

#[test]
fn the_limit_on_keys_counts_all_archives_and_leaves_the_rest() {
    let hostile = super::super::archive::sevenz::tests::packed_header(3);
    let names: Vec<_> = (0..20).map(|number| format!("{number:02}.7z")).collect();
    let mut members: Vec<_> = names.iter().map(|name| (name.as_str(), &hostile[..])).collect();
    let log = log(3);
    members.push(("ise-psc.log", &log));
    for _ in 0..5 {
        let found = Scratch::new().with_passphrase("secret").find_in("b.tar", &tar(&members));
        assert_eq!(paths(&found), ["b.tar!ise-psc.log"]);
        // Five of three keys each are within 2^28 rounds.
        assert_eq!(codes(&found), ["damaged", "damaged", "damaged", "damaged", "damaged", "limit"]);
        let message = &found.warnings[5].message;
        assert!(message.starts_with("b.tar!05.7z is not opened") && message.contains("14 more"), "{message}");
    }
}

#[test]
fn archives_are_not_opened_deeper_than_allowed() {
    let mut scratch = Scratch::new();
    scratch.options.limits.depth = 3;
    let wrap =
        |depth: usize| (0..depth).fold(tar(&[("ise-psc.log", &log(3))]), |inner, _| tar(&[("inner.tar", &inner)]));
    assert_eq!(paths(&scratch.find_in("b", &wrap(2))), ["b!inner.tar!inner.tar!ise-psc.log"]);
    let found = scratch.find_in("b", &wrap(3));
    assert_eq!((paths(&found), codes(&found)), (vec![], vec!["limit"]));
    let packed = (0..20).fold(log(3), |inner, _| gzip(&inner));
    let found = scratch.find_in("b", &packed);
    assert_eq!(error_codes(&found), ["limit"]);
    assert!(found.errors[0].message.contains("more than 3 deep"), "{:?}", found.errors);
}

#[test]
fn the_number_of_members_is_limited() {
    let mut scratch = Scratch::new();
    scratch.options.limits.members = 10;
    let names: Vec<_> = (0..50).map(|number| format!("{number:02}.txt")).collect();
    let mut members: Vec<(&str, &[u8])> =
        vec![("ise-psc.log", b"2023-08-15 10:21:07,123 DEBUG  [a][[]] cisco.cpm.b -:::- c\n")];
    members.extend(names.iter().map(|name| (name.as_str(), &b"hello"[..])));
    for bundle in
        [tar(&members), gzip(&tar(&members)), zip(::zip::CompressionMethod::Deflated, &members), sevenz(&members)]
    {
        let found = scratch.find_in("b", &bundle);
        assert_eq!((paths(&found), codes(&found)), (vec!["b!ise-psc.log"], vec!["limit"]), "{found:#?}");
        assert!(found.warnings[0].message.contains("more than 10 members"), "{:?}", found.warnings);
    }
    for (name, data) in members {
        scratch.write(&format!("d/{name}"), data);
    }
    // In order of names, the log comes after ten others.
    assert_eq!(error_codes(&scratch.find(&["d"])), ["limit"]);
}

#[test]
fn what_does_not_fit_into_memory_goes_to_a_file_without_a_name() {
    let mut scratch = Scratch::new();
    scratch.options.limits.memory = 1000;
    let (log, capture) = (log(1000), capture(1000));
    let bundle = gzip(&tar(&[("ise-psc.log", &log), ("x.pcap", &capture)]));
    assert_holds(&scratch.find_in("b", &bundle), &[("b!ise-psc.log", &log), ("b!x.pcap", &capture)]);
}

#[test]
fn members_that_do_not_fit_into_memory_share_a_file_and_a_map() {
    let mut scratch = Scratch::new();
    scratch.options.limits.memory = 0;
    let logs: Vec<_> = (1..40).map(|number| (format!("{number:03}.log"), log(number))).collect();
    let members: Vec<_> = logs.iter().map(|(name, log)| (name.as_str(), log.as_slice())).collect();
    let packed: Vec<_> = members.iter().map(|(name, log)| (*name, gzip(log))).collect();
    let packed: Vec<_> = packed.iter().map(|(name, log)| (*name, log.as_slice())).collect();
    for bundle in [
        gzip(&tar(&members)),
        zip(::zip::CompressionMethod::Deflated, &members),
        sevenz(&members),
        tar(&packed),
        gzip(&tar(&packed)),
    ] {
        let found = scratch.find_in("b", &bundle);
        assert!(found.items.iter().map(|item| &item.data).eq(logs.iter().map(|(_, log)| log)), "{found:?}");
        // A map of its own would begin with a page.
        let own = found.items.iter().filter(|item| (item.data.as_ptr() as usize).is_multiple_of(4096)).count();
        assert!(own < 5, "{own}");
    }
}

#[test]
fn a_member_that_outgrows_the_file_that_it_shares_is_whole() {
    let mut scratch = Scratch::new();
    scratch.options.limits.memory = 0;
    // Of unknown size, so that it shows only on the way: too much for what is left, then for any shared file.
    let large = [log(1), vec![b'\n'; 50 << 20]].concat();
    let huge = [log(1), vec![b'\n'; 90 << 20]].concat();
    let logs = [log(10), large, log(20), huge, log(30)];
    let members: Vec<_> = logs.iter().enumerate().map(|(at, log)| (format!("{at}.log.gz"), gzip(log))).collect();
    let members: Vec<_> = members.iter().map(|(name, log)| (name.as_str(), log.as_slice())).collect();
    let found = scratch.find_in("b", &tar(&members));
    assert!(found.items.iter().map(|item| &item.data).eq(&logs), "{found:?}");
    assert_eq!(codes(&found), [] as [&str; 0]);
}

#[test]
fn headers_that_claim_gigabytes_cost_nothing() {
    use ::tar::EntryType;
    let scratch = Scratch::new();
    for kind in [EntryType::GNULongName, EntryType::XHeader, EntryType::Regular] {
        let bundle =
            [raw_member(&raw_header(b"x", kind, 8_000_000_000), b"y"), tar(&[("x.pcap", &capture(1))])].concat();
        let found = scratch.find_in("b", &bundle);
        assert!(found.items.is_empty() && !found.errors.is_empty(), "{found:?}");
    }
    let mut sparse = raw_header(b"x.pcap", EntryType::GNUSparse, 0);
    sparse.as_gnu_mut().unwrap().set_real_size(8_000_000_000);
    sparse.set_cksum();
    let found = scratch.find_in("b", &[raw_member(&sparse, b""), tar(&[("ise-psc.log", &log(3))])].concat());
    assert_eq!(paths(&found), ["b!ise-psc.log"]);
}

#[test]
fn names_of_a_megabyte_count_for_what_they_take() {
    let mut scratch = Scratch::new();
    scratch.options.limits.members = 1000;
    let mut builder = ::tar::Builder::new(Vec::new());
    let name = "n".repeat(200_000);
    for _ in 0..10 {
        builder.append_pax_extensions([("path", name.as_bytes())]).unwrap();
        let header = raw_header(b"short", ::tar::EntryType::Regular, 0);
        builder.append(&header, &b""[..]).unwrap();
    }
    let found = scratch.find_in("b", &builder.into_inner().unwrap());
    assert_eq!(error_codes(&found), ["limit"]);
    assert!(found.listing.len() == 2 && found.listing[1].path.len() < 5000, "{}", found.listing.len());
}

#[test]
fn thousands_of_warnings_of_one_kind_are_told_in_one_sentence() {
    let members: Vec<_> = (0..300).map(|number| (format!("{number:03}.pcap"), b"hello".as_slice())).collect();
    let mut members: Vec<(&str, &[u8])> = members.iter().map(|(name, data)| (name.as_str(), *data)).collect();
    let log = log(3);
    members.push(("ise-psc.log", &log));
    let found = Scratch::new().find_in("b", &tar(&members));
    assert_eq!((found.items.len(), found.warnings.len(), found.listing.len()), (1, 101, 302));
    assert!(found.warnings[100].message.starts_with("there are 200 more"), "{:?}", found.warnings[100]);
}
