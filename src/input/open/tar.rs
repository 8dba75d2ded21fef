//! The members of a tar: slices where the archive is in memory, else what passes by.

use std::io;

use crate::input::archive::source::ArchiveSource;
use crate::input::archive::tar::{TarDamage, TarDamages, TarEntryKind, TarMembers};
use crate::input::gathering::Gathering;
use crate::input::location::Location;
use crate::input::member_kind::MemberKind;
use crate::input::metered::packed;
use crate::model::member_path::shorten;
use crate::model::warning::WarningCode;

/// Goes through the members.
pub(super) fn members(gathering: &mut Gathering<'_, '_>, location: &Location, source: impl ArchiveSource) {
    let mut members = TarMembers::new(source);
    let mut damages = TarDamages::default();
    let mut ordinal = 0;
    let mut whole = true;
    loop {
        let next = members.next(&mut damages);
        for damage in damages.take() {
            note_damage(gathering, location, damage, whole);
        }
        let entry = match next {
            Ok(Some(entry)) => entry,
            Ok(None) => return,
            Err(error) => {
                if whole {
                    gathering.failed(&location.key, &location.path, &error, members.position());
                }
                return;
            }
        };
        ordinal += 1;
        if !gathering.one_more(location, entry.name.len()) {
            return;
        }
        let member = location.member(ordinal, &String::from_utf8_lossy(&entry.name));
        match (entry.kind, members.slice()) {
            (TarEntryKind::Directory, _) => {}
            (TarEntryKind::Link(target), _) => {
                let note = format!("points to {}", shorten(&String::from_utf8_lossy(&target)));
                gathering.list(&member, MemberKind::Link, None, Some(note));
            }
            (TarEntryKind::Special, _) => gathering.list(&member, MemberKind::Special, None, None),
            (TarEntryKind::File, Some(slice)) => {
                whole = slice.len() as u64 >= entry.size;
                if !whole {
                    let error = io::Error::from(io::ErrorKind::UnexpectedEof);
                    gathering.failed(&member.key, &member.path, &error, slice.len() as u64);
                }
                gathering.settle(member, slice);
            }
            (TarEntryKind::File, None) => {
                whole = gathering.passing(member, &mut members.data(), Some(entry.size));
            }
            (TarEntryKind::Sparse(sparse), _) => {
                let stored = packed(entry.size);
                let mut reader = gathering.metered(sparse.reader(members.data()), stored);
                whole = gathering.passing(member, &mut reader, Some(sparse.size));
            }
        }
    }
}

/// Notes damage between members; when the last one was cut, that has been said.
fn note_damage(gathering: &mut Gathering<'_, '_>, location: &Location, damage: TarDamage, whole: bool) {
    let path = &location.path;
    match damage {
        TarDamage::Header(at) => {
            let message = format!("{path} has no valid member header at byte {at}; read on at the next one");
            gathering.note(&location.key, WarningCode::Damaged, message);
        }
        TarDamage::Cut(at) if whole => {
            let message = format!("{path} ends at byte {at} without its end mark; members may be missing");
            gathering.note(&location.key, WarningCode::Truncated, message);
        }
        TarDamage::Cut(_) => {}
    }
}
