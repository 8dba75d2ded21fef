//! The members of a 7z archive.

use std::io;

use bytes::Bytes;

use super::closed::locked;
use crate::input::archive::sevenz::{self, Failed};
use crate::input::findings::Findings;
use crate::input::gathering::Gathering;
use crate::input::limits::Reached;
use crate::input::location::Location;
use crate::input::member_kind::MemberKind;
use crate::input::metered::packed;
use crate::input::passphrase::{Passphrase, Unlocked};
use crate::model::warning::WarningCode;

/// Goes through the members.
pub(super) fn members(gathering: &mut Gathering<'_, '_>, location: &Location, bytes: &Bytes) {
    let mut best = members_with(gathering, location, bytes, None);
    if needs_passphrase(&best.0) {
        let opened = gathering.context.passphrases.open(&location.path, |candidate| {
            let tried = members_with(gathering, location, bytes, Some(candidate));
            if needs_passphrase(&tried.0) { Unlocked::Wrong } else { Unlocked::Opened(tried) }
        });
        match opened {
            Ok(opened) => best = opened,
            Err(why) => {
                return locked(gathering, location, MemberKind::SevenZip, Some(bytes.len() as u64), why);
            }
        }
    }
    let (result, found) = best;
    let nodes = gathering.out.absorb(found);
    gathering.out.nodes.extend(nodes);
    let failures = result.unwrap_or_else(|failure| vec![failure]);
    for failure in failures {
        match failure {
            Failed::Damaged(why) => {
                let text = format!("{} is cut or damaged ({why}); get a whole copy", location.path);
                gathering.note(&location.key, WarningCode::Damaged, text);
            }
            Failed::Limit(reached) => gathering.failed(&location.key, &location.path, &reached.into(), 0),
            Failed::Passphrase => {}
        }
    }
}

type MembersRead = Result<Vec<Failed>, Failed>;

fn needs_passphrase(result: &MembersRead) -> bool {
    match result {
        Ok(failures) => failures.iter().any(|failure| matches!(failure, Failed::Passphrase)),
        Err(failure) => matches!(failure, Failed::Passphrase),
    }
}

fn members_with(
    gathering: &Gathering<'_, '_>,
    location: &Location,
    bytes: &Bytes,
    passphrase: Option<&Passphrase>,
) -> (MembersRead, Findings) {
    let mut inside = Gathering::new(gathering.context, gathering.root);
    let mut ordinal = 0;
    let result = sevenz::each(bytes, passphrase, &gathering.context.budget, |entry, reader| {
        ordinal += 1;
        if !inside.one_more(location, entry.name().len()) {
            return false;
        }
        if entry.is_directory() {
            return true;
        }
        let member = location.member(ordinal, entry.name());
        let mut metered = inside.metered(reader, packed(bytes.len() as u64));
        inside.passing(member.clone(), &mut metered, Some(entry.size()));
        // The next member stands behind the rest of this one, which has to be unpacked within the limits too.
        match io::copy(&mut metered, &mut io::sink()) {
            Err(error) if Reached::of(&error).is_some() => {
                inside.failed(&member.key, &member.path, &error, 0);
                false
            }
            _ => true,
        }
    });
    (result, inside.out)
}
