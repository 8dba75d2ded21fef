//! What an encrypted message holds.

use std::io::Read;

use bytes::Bytes;

use super::closed::{WRONG, locked};
use crate::input::archive::pgp::{Closed, Encrypted};
use crate::input::gathering::Gathering;
use crate::input::location::Location;
use crate::input::member_kind::MemberKind;
use crate::input::metered::packed;
use crate::input::passphrase::Unlocked;
use crate::model::warning::WarningCode;

/// Whose key it is, and how to get a bundle that opens: ISE offers both ways where it makes a bundle (Cisco ISE
/// Administrator Guide, "Download Cisco ISE Log Files"; Cisco ISE CLI Reference Guide, `backup-logs`).
const PUBLIC_KEY: &str = "is encrypted for a public key, so that only the key's holder can open it; of a support bundle of \
    ISE, whose name then has `-pk-` in it, that is Cisco. Make the bundle anew with shared key encryption (Operations > \
    Troubleshoot > Download Logs > Support Bundle, or `backup-logs NAME repository REPOSITORY encryption-key plain KEY`), and \
    give its key with `--passphrase-file FILE` or in `MDMLOG_PASSPHRASE`";

/// Returns what reads the content; `None` where it stays closed, which is then noted.
pub(super) fn decrypt<'a>(
    gathering: &mut Gathering<'a, '_>,
    location: &Location,
    bytes: &Bytes,
) -> Option<impl Read + use<'a>> {
    let size = bytes.len() as u64;
    // Looked at before anyone is asked for a passphrase that would be of no use.
    let opened = Encrypted::parse(bytes).map(|_| {
        gathering.context.passphrases.open(&location.path, |passphrase| {
            match Encrypted::parse(bytes).and_then(|message| message.open(passphrase, &gathering.context.budget)) {
                Err(Closed::WrongPassphrase) => Unlocked::Wrong,
                other => Unlocked::Opened(other),
            }
        })
    });
    let closed = match opened {
        Ok(Err(why)) => {
            locked(gathering, location, MemberKind::OpenPgp, Some(size), why);
            return None;
        }
        Ok(Ok(Ok(reader))) => return Some(gathering.metered(reader, packed(size))),
        Ok(Ok(Err(closed))) | Err(closed) => closed,
    };
    let (code, note, text) = match closed {
        Closed::Limit(reached) => {
            let note = format!("not opened: {reached}");
            gathering.list(location, MemberKind::OpenPgp, Some(size), Some(note));
            gathering.failed(&location.key, &location.path, &reached.into(), 0);
            return None;
        }
        Closed::PublicKey => (WarningCode::PublicKey, "encrypted for a public key", PUBLIC_KEY.to_owned()),
        Closed::WrongPassphrase => (WarningCode::WrongPassphrase, "the passphrase is wrong", WRONG.to_owned()),
        Closed::Damaged(why) => {
            let text = format!("cannot be decrypted ({why}); get a whole copy");
            (WarningCode::Damaged, "it cannot be decrypted", text)
        }
    };
    gathering.list(location, MemberKind::OpenPgp, Some(size), Some(note.to_owned()));
    gathering.note(&location.key, code, format!("{} {text}", location.path));
    None
}
