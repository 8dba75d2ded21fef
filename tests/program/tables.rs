//! `--format parquet`, in builds with the feature and in those without.

use crate::support::{Scratch, root, run};

const BUNDLE: &str = "testdata/cases/five-outcomes/bundle.tar";

#[cfg(not(feature = "parquet"))]
#[test]
fn a_build_without_tables_says_how_to_get_one() {
    let scratch = Scratch::new();
    let bundle = root().join(BUNDLE);
    let ran = run(&mut scratch.mdmlog(["analyze", bundle.to_str().unwrap(), "--format", "parquet", "-o", "tables"]));
    assert_eq!(ran.status, Some(2), "{ran}");
    assert!(ran.stderr.contains("--features parquet"), "{ran}");
    assert!(scratch.names().is_empty());
}

#[cfg(feature = "parquet")]
mod written {
    use super::*;

    #[test]
    fn tables_are_a_file_each_and_nothing_else_is_left() {
        let scratch = Scratch::new();
        let bundle = root().join(BUNDLE);
        let arguments = ["analyze", bundle.to_str().unwrap(), "--format", "parquet", "-o", "out/tables"];
        let files = [
            "attempts.parquet",
            "evidence.parquet",
            "incidents.parquet",
            "inputs.parquet",
            "nodes.parquet",
            "servers.parquet",
        ];
        let read = || {
            let folder = scratch.path().join("out/tables");
            assert_eq!(std::fs::read_dir(&folder).unwrap().count(), files.len());
            files.map(|file| std::fs::read(folder.join(file)).unwrap())
        };
        let ran = run(&mut scratch.mdmlog(arguments));
        assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), "", ""), "{ran}");
        let first = read();
        assert!(first.iter().all(|file| file.starts_with(b"PAR1") && file.ends_with(b"PAR1")));
        // They take the place of those before, and the same input makes the same bytes.
        assert_eq!(run(&mut scratch.mdmlog(arguments)).status, Some(0));
        assert_eq!(read(), first);
    }

    #[test]
    fn tables_do_not_go_to_standard_output() {
        let bundle = root().join(BUNDLE);
        let scratch = Scratch::new();
        for arguments in [
            &["analyze", bundle.to_str().unwrap(), "--format", "parquet"][..],
            &["analyze", bundle.to_str().unwrap(), "--format", "parquet", "-o", "-"],
        ] {
            let ran = run(&mut scratch.mdmlog(arguments));
            assert_eq!((ran.status, ran.stdout.as_str()), (Some(2), ""), "{ran}");
            assert!(ran.stderr.contains("name a directory"), "{ran}");
        }
    }

    #[test]
    fn a_file_in_the_way_is_named_and_left_alone() {
        let scratch = Scratch::new();
        let bundle = root().join(BUNDLE);
        scratch.file("taken", "mine");
        for directory in ["taken", "taken/tables"] {
            let arguments = ["analyze", bundle.to_str().unwrap(), "--format", "parquet", "-o", directory];
            let ran = run(&mut scratch.mdmlog(arguments));
            assert_eq!(ran.status, Some(2), "{ran}");
            assert!(ran.stderr.contains("taken"), "{ran}");
        }
        assert_eq!(std::fs::read(scratch.path().join("taken")).unwrap(), b"mine");
        assert_eq!(scratch.names(), ["taken"]);
    }

    #[test]
    fn redacted_tables_do_not_tell_what_was_named() {
        let scratch = Scratch::new();
        let bundle = scratch.file("secretcustomer/bundle.tar", std::fs::read(root().join(BUNDLE)).unwrap());
        let bundle = bundle.to_str().unwrap();
        let ran = run(&mut scratch.mdmlog(["analyze", bundle, "--format", "parquet", "-o", "tables", "--redact"]));
        assert_eq!(ran.status, Some(0), "{ran}");
        for entry in std::fs::read_dir(scratch.path().join("tables")).unwrap() {
            let file = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!file.windows(14).any(|bytes| bytes == b"secretcustomer"));
        }
    }
}
