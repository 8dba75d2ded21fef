//! Where the passphrase of encrypted bundles comes from: a file, the environment, or a person. Never from the command
//! line, which others can see in the list of processes.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use mdmlog::options::{Passphrase, Prompt};

use super::progress::Bar;
use super::{Failure, interrupt, terminal};

/// Longer first lines are no passphrases, and the file is likely another one.
const LONGEST: u64 = 64 << 10;

/// Returns the passphrase that was given beforehand.
pub fn given(file: Option<&Path>) -> Result<Option<Passphrase>, Failure> {
    match file {
        Some(path) => first_line(path)
            .map(|line| Some(Passphrase::new(line)))
            .map_err(|error| Failure::Read { what: format!("the passphrase from `{}`", path.display()), error }),
        None => match std::env::var("MDMLOG_PASSPHRASE") {
            Ok(passphrase) if !passphrase.is_empty() => Ok(Some(Passphrase::new(passphrase))),
            Ok(_) | Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(Failure::Usage("the passphrase in MDMLOG_PASSPHRASE is not UTF-8".to_owned()))
            }
        },
    }
}

fn first_line(path: &Path) -> io::Result<String> {
    let mut text = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut text)?;
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(io::Error::other("its first line is empty"));
    }
    if line.len() as u64 > LONGEST {
        return Err(io::Error::other("its first line is too long for a passphrase"));
    }
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    String::from_utf8(line.to_vec()).map_err(|_| io::Error::other("its first line is not UTF-8"))
}

/// Returns a way to ask a person, if there is one.
pub fn prompt(bar: Bar) -> Option<Prompt> {
    if !terminal::stdin_is_terminal() || !terminal::stderr_is_terminal() {
        return None;
    }
    let asked = Mutex::new(String::new());
    Some(Prompt::new(move |path| {
        // Whoever is asked for the same bundle again has mistyped.
        let again =
            std::mem::replace(&mut *asked.lock().unwrap_or_else(PoisonError::into_inner), path.to_owned()) == path;
        let wrong = if again { "That does not open it. " } else { "" };
        let question = format!("{wrong}Passphrase for `{}`: ", mdmlog::model::visible::visible(path));
        let answer = bar.aside(|| interrupt::while_typing(|| rpassword::prompt_password(question)));
        answer.ok().filter(|answer| !answer.is_empty()).map(Passphrase::new)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> io::Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("passphrase");
        std::fs::write(&path, bytes).unwrap();
        first_line(&path)
    }

    #[test]
    fn the_first_line_is_the_passphrase() {
        assert_eq!(read(b"correct horse\nbattery").unwrap(), "correct horse");
        assert_eq!(read(b" spaces stay \r\n").unwrap(), " spaces stay ");
        assert_eq!(read(b"\xef\xbb\xbfwith a mark").unwrap(), "with a mark");
    }

    #[test]
    fn what_can_be_no_passphrase_is_said() {
        for (bytes, word) in
            [(&b""[..], "empty"), (b"\nsecond", "empty"), (b"\xff\n", "UTF-8"), (&[b'a'; 70_000], "long")]
        {
            let error = read(bytes).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
