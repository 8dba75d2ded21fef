//! What is done with the members of each archive format.

use std::io;

use bytes::Bytes;
use zip::result::ZipError;

use super::archive::pgp::{Closed, Encrypted};
use super::archive::sevenz;
use super::archive::source::Source;
use super::archive::tar::{Damage, Damages, EntryKind, Members};
use super::archive::zip::{self as zips, Salvage, ZipMember};
use super::limits::{Reached, packed};
use super::names;
use super::outcome::{Outcome, Place};
use super::passphrase::{Locked, Passphrase, Try};
use super::sniff::{MemberKind, sniff};
use super::walk::{Content, Node, Walk};
use crate::model::warning::WarningCode;

impl Walk<'_, '_> {
    /// The members of a tar: slices where the archive is in memory, else what passes by.
    pub(super) fn tar(&mut self, place: &Place, source: impl Source) {
        let mut members = Members::new(source);
        let mut damage = Damages::default();
        let mut ordinal = 0;
        let mut whole = true;
        loop {
            let next = members.next(&mut damage);
            for damage in damage.take() {
                match damage {
                    Damage::Header(at) => self.note(
                        &place.key,
                        WarningCode::Damaged,
                        format!("{} has no valid member header at byte {at}; read on at the next one", place.path),
                    ),
                    // When a member was cut that has been said.
                    Damage::Cut(at) if whole => self.note(
                        &place.key,
                        WarningCode::Truncated,
                        format!("{} ends at byte {at} without its end mark; members may be missing", place.path),
                    ),
                    Damage::Cut(_) => {}
                }
            }
            let entry = match next {
                Ok(Some(entry)) => entry,
                Ok(None) => return,
                Err(error) => {
                    if whole {
                        self.failed(&place.key, &place.path, &error, members.position());
                    }
                    return;
                }
            };
            ordinal += 1;
            if !self.one_more(place, entry.name.len()) {
                return;
            }
            let member = place.member(ordinal, &String::from_utf8_lossy(&entry.name));
            match (entry.kind, members.slice()) {
                (EntryKind::Directory, _) => {}
                (EntryKind::Link(target), _) => {
                    let note = format!("points to {}", names::shorten(&String::from_utf8_lossy(&target)));
                    self.list(&member, MemberKind::Link, None, Some(note));
                }
                (EntryKind::Special, _) => self.list(&member, MemberKind::Special, None, None),
                (EntryKind::File, Some(slice)) => {
                    whole = slice.len() as u64 >= entry.size;
                    if !whole {
                        let error = io::Error::from(io::ErrorKind::UnexpectedEof);
                        self.failed(&member.key, &member.path, &error, slice.len() as u64);
                    }
                    self.settle(member, slice);
                }
                (EntryKind::File, None) => whole = self.passing(member, &mut members.data(), Some(entry.size)),
                (EntryKind::Sparse(sparse), _) => {
                    let stored = packed(entry.size);
                    let mut reader = self.metered(sparse.reader(members.data()), stored);
                    whole = self.passing(member, &mut reader, Some(sparse.size));
                }
            }
        }
    }

    /// Uses or lists a member whose bytes are at hand; an archive waits for its turn.
    fn settle(&mut self, place: Place, bytes: Bytes) {
        match sniff(&bytes) {
            MemberKind::Input(kind) => self.item(place, kind, bytes),
            kind if kind.is_container() => self.out.nodes.push(Node { place, content: Content::Bytes(bytes) }),
            _ => self.unknown(&place, &bytes, Some(bytes.len() as u64)),
        }
    }

    /// The members of a zip; packed ones wait for their turn.
    pub(super) fn zip(&mut self, place: &Place, bytes: &Bytes) {
        // A directory beyond the limit is not read; local headers are, one by one up to it.
        if zips::claimed_members(bytes).is_some_and(|claimed| claimed > self.context.limits.members) {
            return self.salvage(place, bytes);
        }
        let listed = match zips::list(bytes) {
            Ok(listed) => listed,
            Err(error) => {
                let text = format!(
                    "{} is cut or damaged at its end, where its directory should be ({error}); its members were read one by one as far as they go",
                    place.path
                );
                self.note(&place.key, WarningCode::Truncated, text);
                return self.salvage(place, bytes);
            }
        };
        for (ordinal, listed) in (1..).zip(listed) {
            if !self.one_more(place, listed.name.len()) {
                return;
            }
            let member = place.member(ordinal, &listed.name);
            match listed.content {
                zips::Content::Directory => {}
                zips::Content::Link => self.list(&member, MemberKind::Link, Some(listed.size), None),
                zips::Content::Stored(bytes) => self.settle(member, bytes),
                zips::Content::Packed(packed) => {
                    self.out.nodes.push(Node { place: member, content: Content::Zip(packed) });
                }
            }
        }
    }

    /// Opens one member of a zip.
    pub(super) fn zip_member(&mut self, place: Place, member: &ZipMember) {
        let mut passphrase = None;
        if member.encrypted {
            let opened = self.context.passphrases.open(&place.path, |candidate: &Passphrase| {
                match member.read(Some(candidate), |_| ()) {
                    Err(ZipError::InvalidPassword) => Try::Wrong,
                    _ => Try::Opened(candidate.clone()),
                }
            });
            match opened {
                Ok(opened) => passphrase = Some(opened),
                Err(locked) => return self.locked(&place, MemberKind::Zip, Some(member.packed), locked),
            }
        }
        let result = member.read(passphrase.as_ref(), |reader| {
            let mut metered = self.metered(reader, packed(member.packed));
            self.stream(place.clone(), &mut metered, None);
        });
        if let Err(error) = result {
            let error = io::Error::new(io::ErrorKind::InvalidData, error.to_string());
            self.list(&place, MemberKind::Unknown, Some(member.packed), Some("it could not be unpacked".to_owned()));
            self.failed(&place.key, &place.path, &error, 0);
        }
    }

    /// The members of a zip without a directory.
    fn salvage(&mut self, place: &Place, bytes: &Bytes) {
        let mut salvage = Salvage::new(bytes.clone());
        let mut ordinal = 0;
        while let Some(found) = salvage.next() {
            ordinal += 1;
            if !self.one_more(place, found.name.len()) {
                return;
            }
            if found.name.ends_with('/') {
                continue;
            }
            let member = place.member(ordinal, &found.name);
            if found.encrypted {
                self.locked(&member, MemberKind::Unknown, None, Locked::Needed);
                continue;
            }
            let mut complete = false;
            let read = found.read(|reader| {
                let mut metered = self.metered(reader, packed(found.packed()));
                complete = self.passing(member.clone(), &mut metered, None);
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
                        self.failed(&member.key, &member.path, &error, 0);
                    }
                }
                None => {
                    let note = "packed by a method that is not read without the archive's directory";
                    self.list(&member, MemberKind::Unknown, None, Some(note.to_owned()));
                }
            }
        }
    }

    /// The members of a 7z archive.
    pub(super) fn sevenz(&mut self, place: &Place, bytes: &Bytes) {
        let (result, out) = self.sevenz_with(place, bytes, None);
        let mut best = (result, out);
        if needs_passphrase(&best.0) {
            let opened = self.context.passphrases.open(&place.path, |candidate| {
                let (result, out) = self.sevenz_with(place, bytes, Some(candidate));
                if needs_passphrase(&result) { Try::Wrong } else { Try::Opened((result, out)) }
            });
            match opened {
                Ok(opened) => best = opened,
                Err(locked) => return self.locked(place, MemberKind::SevenZip, Some(bytes.len() as u64), locked),
            }
        }
        let (result, mut out) = best;
        let nodes = std::mem::take(&mut out.nodes);
        self.out.absorb(out);
        self.out.nodes.extend(nodes);
        let failures = result.unwrap_or_else(|failure| vec![failure]);
        for failure in failures {
            match failure {
                sevenz::Failed::Damaged(why) => {
                    let text = format!("{} is cut or damaged ({why}); get a whole copy", place.path);
                    self.note(&place.key, WarningCode::Damaged, text);
                }
                sevenz::Failed::Limit(reached) => self.failed(&place.key, &place.path, &reached.into(), 0),
                sevenz::Failed::Passphrase => {}
            }
        }
    }

    fn sevenz_with(&self, place: &Place, bytes: &Bytes, passphrase: Option<&Passphrase>) -> (SevenZip, Outcome) {
        let mut walk = Walk { context: self.context, out: Outcome::default() };
        let mut ordinal = 0;
        let result = sevenz::each(bytes, passphrase, &self.context.used, |entry, reader| {
            ordinal += 1;
            if !walk.one_more(place, entry.name().len()) {
                return false;
            }
            if entry.is_directory() {
                return true;
            }
            let member = place.member(ordinal, entry.name());
            let mut metered = walk.metered(reader, packed(bytes.len() as u64));
            walk.passing(member.clone(), &mut metered, Some(entry.size()));
            // The next member stands behind the rest of this one, which has to be unpacked within the limits too.
            match io::copy(&mut metered, &mut io::sink()) {
                Err(error) if Reached::of(&error).is_some() => {
                    walk.failed(&member.key, &member.path, &error, 0);
                    false
                }
                _ => true,
            }
        });
        (result, walk.out)
    }

    /// What an encrypted message holds.
    pub(super) fn pgp(&mut self, place: Place, bytes: &Bytes) {
        let size = bytes.len() as u64;
        // Looked at before anyone is asked for a passphrase that would be of no use.
        let opened = Encrypted::parse(bytes).map(|_| {
            self.context.passphrases.open(&place.path, |passphrase| {
                match Encrypted::parse(bytes).and_then(|message| message.open(passphrase, &self.context.used)) {
                    Err(Closed::WrongPassphrase) => Try::Wrong,
                    other => Try::Opened(other),
                }
            })
        });
        let closed = match opened {
            Ok(Err(locked)) => return self.locked(&place, MemberKind::OpenPgp, Some(size), locked),
            Ok(Ok(Ok(reader))) => {
                let mut metered = self.metered(reader, packed(size));
                return self.stream(place.unwrapped(MemberKind::OpenPgp), &mut metered, None);
            }
            Ok(Ok(Err(closed))) | Err(closed) => closed,
        };
        let (code, note, text) = match closed {
            Closed::Limit(reached) => {
                let note = format!("not opened: {reached}");
                self.list(&place, MemberKind::OpenPgp, Some(size), Some(note));
                return self.failed(&place.key, &place.path, &reached.into(), 0);
            }
            Closed::PublicKey => (
                WarningCode::PublicKey,
                "encrypted for a public key",
                "is encrypted for a public key, so that only the key's holder can open it; make the support bundle \
                 with shared key encryption, or decrypt it first"
                    .to_owned(),
            ),
            Closed::WrongPassphrase => (WarningCode::WrongPassphrase, "the passphrase is wrong", WRONG.to_owned()),
            Closed::Damaged(why) => (
                WarningCode::Damaged,
                "it cannot be decrypted",
                format!("cannot be decrypted ({why}); get a whole copy"),
            ),
        };
        self.list(&place, MemberKind::OpenPgp, Some(size), Some(note.to_owned()));
        self.note(&place.key, code, format!("{} {text}", place.path));
    }

    /// Lists what stays closed for want of a passphrase.
    fn locked(&mut self, place: &Place, kind: MemberKind, size: Option<u64>, locked: Locked) {
        let (code, note, text) = match locked {
            Locked::Needed => (WarningCode::NeedsPassphrase, "encrypted", NEEDED),
            Locked::Wrong => (WarningCode::WrongPassphrase, "the passphrase is wrong", WRONG),
        };
        self.list(place, kind, size, Some(note.to_owned()));
        self.note(&place.key, code, format!("{} {text}", place.path));
    }
}

const NEEDED: &str = "is encrypted; give its passphrase with `--passphrase-file FILE` or in `MDMLOG_PASSPHRASE`";

const WRONG: &str =
    "cannot be opened: the passphrase is wrong; check what `--passphrase-file` or `MDMLOG_PASSPHRASE` holds";

type SevenZip = Result<Vec<sevenz::Failed>, sevenz::Failed>;

fn needs_passphrase(result: &SevenZip) -> bool {
    match result {
        Ok(failures) => failures.iter().any(|failure| matches!(failure, sevenz::Failed::Passphrase)),
        Err(failure) => matches!(failure, sevenz::Failed::Passphrase),
    }
}
