//! Where the passphrase for encrypted bundles comes from: given beforehand, or asked for when one turns up.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Times that a person may mistype it.
const TRIES: usize = 3;

/// A passphrase that opens encrypted bundles; never shown, not even in debug output.
#[derive(Clone, PartialEq, Eq)]
pub struct Passphrase(String);

impl Passphrase {
    /// Takes what a person typed or a file held.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the passphrase itself, for decryption only.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(***)")
    }
}

/// Asks a person for the passphrase of the file at this path; `None` when there is no answer.
pub type Ask = Arc<dyn Fn(&str) -> Option<Passphrase> + Send + Sync>;

/// The ways in which a passphrase is come by.
#[derive(Clone, Default)]
pub enum PassphraseSource {
    /// From nowhere: encrypted bundles stay closed.
    #[default]
    None,
    /// From an option or the environment.
    Given(Passphrase),
    /// From a person, when an encrypted bundle turns up.
    Ask(Ask),
}

impl fmt::Debug for PassphraseSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Given(_) => "Given(***)",
            Self::Ask(_) => "Ask(..)",
        })
    }
}

/// Why something encrypted stayed closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Locked {
    /// There is no passphrase.
    Needed,
    /// None of those that there are opens it.
    Wrong,
}

/// The result of trying one passphrase.
pub(super) enum Unlocked<T> {
    Opened(T),
    Wrong,
}

/// The passphrases of a run: one that a person typed is tried for the next bundle as well.
pub(super) struct Passphrases<'a> {
    source: &'a PassphraseSource,
    typed: Mutex<Vec<Passphrase>>,
}

impl<'a> Passphrases<'a> {
    pub(super) fn new(source: &'a PassphraseSource) -> Self {
        Self { source, typed: Mutex::new(Vec::new()) }
    }

    /// Tries what there is until something opens.
    pub(super) fn open<T>(&self, path: &str, mut attempt: impl FnMut(&Passphrase) -> Unlocked<T>) -> Result<T, Locked> {
        match self.source {
            PassphraseSource::None => Err(Locked::Needed),
            PassphraseSource::Given(passphrase) => match attempt(passphrase) {
                Unlocked::Opened(opened) => Ok(opened),
                Unlocked::Wrong => Err(Locked::Wrong),
            },
            PassphraseSource::Ask(ask) => {
                // Held while asking, so that two bundles never ask at once.
                let mut typed = self.typed.lock().unwrap_or_else(PoisonError::into_inner);
                for passphrase in typed.iter() {
                    if let Unlocked::Opened(opened) = attempt(passphrase) {
                        return Ok(opened);
                    }
                }
                for _ in 0..TRIES {
                    let passphrase = ask(path).ok_or(Locked::Needed)?;
                    if let Unlocked::Opened(opened) = attempt(&passphrase) {
                        typed.push(passphrase);
                        return Ok(opened);
                    }
                }
                Err(Locked::Wrong)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_passphrase_is_never_shown() {
        assert_eq!(format!("{:?}", Passphrase::new("correct horse")), "Passphrase(***)");
    }

    fn attempt(passphrase: &Passphrase) -> Unlocked<()> {
        if passphrase.reveal() == "right" { Unlocked::Opened(()) } else { Unlocked::Wrong }
    }

    #[test]
    fn a_person_is_asked_again_after_a_mistake_and_not_for_the_next_bundle() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        let source = PassphraseSource::Ask(Arc::new(move |_| {
            let first = count.fetch_add(1, Ordering::Relaxed) == 0;
            Some(Passphrase::new(if first { "wrong" } else { "right" }))
        }));
        let passphrases = Passphrases::new(&source);
        assert_eq!(passphrases.open("a", attempt), Ok(()));
        assert_eq!(passphrases.open("b", attempt), Ok(()));
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn without_an_answer_the_bundle_stays_closed() {
        assert_eq!(Passphrases::new(&PassphraseSource::None).open("a", attempt), Err(Locked::Needed));
        let silent = PassphraseSource::Ask(Arc::new(|_| None));
        assert_eq!(Passphrases::new(&silent).open("a", attempt), Err(Locked::Needed));
        let given = PassphraseSource::Given(Passphrase::new("guess"));
        assert_eq!(Passphrases::new(&given).open("a", attempt), Err(Locked::Wrong));
        assert!(!format!("{given:?}").contains("guess"));
    }
}
