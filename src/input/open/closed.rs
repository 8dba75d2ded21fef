//! Says of what stays closed what is wanted: a passphrase, or another build of mdmlog.

use crate::input::gathering::Gathering;
use crate::input::location::Location;
use crate::input::member_kind::MemberKind;
use crate::input::passphrase::Locked;
use crate::model::warning::WarningCode;

/// Said where no passphrase opens something.
pub(super) const WRONG: &str =
    "cannot be opened: the passphrase is wrong; check what `--passphrase-file` or `MDMLOG_PASSPHRASE` holds";

const NEEDED: &str = "is encrypted; give its passphrase with `--passphrase-file FILE` or in `MDMLOG_PASSPHRASE`";

/// Lists what stays closed.
pub(super) fn locked(
    gathering: &mut Gathering<'_, '_>,
    location: &Location,
    kind: MemberKind,
    size: Option<u64>,
    locked: Locked,
) {
    let (code, note, text) = match locked {
        Locked::Needed => (WarningCode::NeedsPassphrase, "encrypted", NEEDED),
        Locked::Wrong => (WarningCode::WrongPassphrase, "the passphrase is wrong", WRONG),
    };
    gathering.list(location, kind, size, Some(note.to_owned()));
    gathering.note(&location.key, code, format!("{} {text}", location.path));
}

/// Lists what this build of mdmlog cannot open.
#[cfg(not(feature = "openpgp"))]
pub(super) fn left_out(gathering: &mut Gathering<'_, '_>, location: &Location, kind: MemberKind, size: u64) {
    let note = "this build of mdmlog cannot open it";
    gathering.list(location, kind, Some(size), Some(note.to_owned()));
    let text = "is encrypted with OpenPGP, which this build of mdmlog leaves out; decrypt it first, or build mdmlog with \
                the feature `openpgp`";
    gathering.note(&location.key, WarningCode::LeftOut, format!("{} {text}", location.path));
}
