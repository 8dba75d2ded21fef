//! The members of a zip, by its directory or, where that is missing, one by one as far as they go.

use std::io::{self, Read};

use ::zip::result::ZipError;
use bytes::Bytes;

use super::closed::locked;
use crate::input::archive::zip::{self as zips, Salvage, ZipContent, ZipMember};
use crate::input::gathering::Gathering;
use crate::input::location::Location;
use crate::input::member_kind::MemberKind;
use crate::input::metered::packed;
use crate::input::openable::NodeContent;
use crate::input::passphrase::{Locked, Passphrase, Unlocked};
use crate::model::warning::WarningCode;

/// Goes through the members; packed ones wait for their turn.
pub(super) fn members(gathering: &mut Gathering<'_, '_>, location: &Location, bytes: &Bytes) {
    // A directory beyond the limit is not read; local headers are, one by one up to it.
    if zips::claimed_members(bytes).is_some_and(|claimed| claimed > gathering.context.budget.limits.members) {
        return salvage(gathering, location, bytes);
    }
    let listed = match zips::list(bytes) {
        Ok(listed) => listed,
        Err(error) => {
            let text = format!(
                "{} is cut or damaged at its end, where its directory should be ({error}); its members were read one by one as far as they go",
                location.path
            );
            gathering.note(&location.key, WarningCode::Truncated, text);
            return salvage(gathering, location, bytes);
        }
    };
    let mut overlapping = 0_usize;
    for (ordinal, entry) in (1..).zip(listed) {
        if !gathering.one_more(location, entry.name.len()) {
            break;
        }
        let member = location.member(ordinal, &entry.name);
        match entry.content {
            ZipContent::Directory => {}
            ZipContent::Link => gathering.list(&member, MemberKind::Link, Some(entry.size), None),
            ZipContent::Stored(bytes) => gathering.settle(member, bytes),
            ZipContent::Packed(packed) => gathering.open_later(member, NodeContent::Zip(packed)),
            ZipContent::Overlapping => {
                overlapping += 1;
                let note = "not read: it shares bytes with a member before it";
                gathering.list(&member, MemberKind::Unknown, None, Some(note.to_owned()));
            }
        }
    }
    if overlapping > 0 {
        let message = format!(
            "{}: {overlapping} members share bytes with others, which no archiver writes, and are not read; pack the \
             files again",
            location.path
        );
        gathering.note(&location.key, WarningCode::Damaged, message);
    }
}

/// Opens one member and has its content read by `run`.
pub(super) fn open_member<'a, 'c>(
    gathering: &mut Gathering<'a, 'c>,
    location: &Location,
    member: &ZipMember,
    run: impl FnOnce(&mut Gathering<'a, 'c>, &mut dyn Read),
) {
    let mut passphrase = None;
    if member.encrypted {
        let opened = gathering.context.passphrases.open(&location.path, |candidate: &Passphrase| {
            match member.read(Some(candidate), |_| ()) {
                Err(ZipError::InvalidPassword) => Unlocked::Wrong,
                _ => Unlocked::Opened(candidate.clone()),
            }
        });
        match opened {
            Ok(opened) => passphrase = Some(opened),
            Err(why) => return locked(gathering, location, MemberKind::Zip, Some(member.packed), why),
        }
    }
    let result = member.read(passphrase.as_ref(), |reader| {
        let mut metered = gathering.metered(reader, packed(member.packed));
        run(gathering, &mut metered);
    });
    if let Err(error) = result {
        let error = io::Error::new(io::ErrorKind::InvalidData, error.to_string());
        let note = "it could not be unpacked".to_owned();
        gathering.list(location, MemberKind::Unknown, Some(member.packed), Some(note));
        gathering.failed(&location.key, &location.path, &error, 0);
    }
}

/// Goes through the members of a zip without a directory.
fn salvage(gathering: &mut Gathering<'_, '_>, location: &Location, bytes: &Bytes) {
    let mut salvage = Salvage::new(bytes.clone());
    let mut ordinal = 0;
    while let Some(found) = salvage.next() {
        ordinal += 1;
        if !gathering.one_more(location, found.name.len()) {
            return;
        }
        if found.name.ends_with('/') {
            continue;
        }
        let member = location.member(ordinal, &found.name);
        if found.encrypted {
            locked(gathering, &member, MemberKind::Unknown, None, Locked::Needed);
            continue;
        }
        let mut complete = false;
        let read = found.read(|reader| {
            let mut metered = gathering.metered(reader, packed(found.packed()));
            complete = gathering.passing(member.clone(), &mut metered, None);
            // Where unpacking alone tells the member's end, what was left unread is to be unpacked as well.
            if !found.known {
                let _ = io::copy(&mut metered, &mut io::sink());
            }
        });
        match read {
            Some(taken) => {
                salvage.resume(&found, taken);
                if complete && found.is_cut(taken) {
                    let error = io::Error::from(io::ErrorKind::UnexpectedEof);
                    gathering.failed(&member.key, &member.path, &error, 0);
                }
            }
            None => {
                let note = "packed by a method that is not read without the archive's directory";
                gathering.list(&member, MemberKind::Unknown, None, Some(note.to_owned()));
            }
        }
    }
}
