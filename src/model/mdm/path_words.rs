//! The words of a request's path that tell what it asks for, all of them looked for in one walk over the path.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::model::any_case::any_case;

/// What a word of a path speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum PathWord {
    /// An identity provider's interface for tokens.
    OAuth = 1,
    Token = 2,
    ServerInfo = 4,
    Action = 8,
    /// Microsoft Graph's list of services.
    ServicePrincipals = 16,
    Device = 32,
}

/// Words of paths, in lower case.
const WORDS: [(&str, PathWord); 11] = [
    ("/oauth2/", PathWord::OAuth),
    ("token", PathWord::Token),
    ("mdminfo", PathWord::ServerInfo),
    ("serverinfo", PathWord::ServerInfo),
    ("actiontype=", PathWord::Action),
    ("sendmessage", PathWord::Action),
    ("/action/", PathWord::Action),
    ("/serviceprincipals", PathWord::ServicePrincipals),
    ("/device", PathWord::Device),
    ("deviceinfo", PathWord::Device),
    ("batchdevices", PathWord::Device),
];

static SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| any_case(WORDS.iter().map(|(word, _)| word)));

/// The words of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PathWords(u8);

impl PathWords {
    /// Looks for all words, in upper or lower case.
    pub(super) fn of(path: &str) -> Self {
        let found = SEARCH.as_ref().map(|search| search.find_overlapping_iter(path));
        let words = found.into_iter().flatten().filter_map(|found| WORDS.get(found.pattern().as_usize()));
        Self(words.fold(0, |words, (_, word)| words | *word as u8))
    }

    /// Returns whether one of the words speaks of it.
    pub(super) fn has(self, word: PathWord) -> bool {
        self.0 & word as u8 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_each_other_and_in_any_case() {
        let words = PathWords::of("/t/OAuth2/v2.0/token/CiscoDeviceInfo");
        assert!(words.has(PathWord::OAuth) && words.has(PathWord::Token) && words.has(PathWord::Device));
        assert!(!words.has(PathWord::ServerInfo) && !words.has(PathWord::Action));
        assert_eq!(PathWords::of("/"), PathWords::default());
    }
}
