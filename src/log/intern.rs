//! Keeps texts once that come again and again: hosts, threads, the sentences of a component.

use std::sync::Arc;

use crate::model::fast_map::FastSet;

/// More different texts than a node's threads, servers and sentences have; later ones are kept for themselves.
const MAX_TEXTS: usize = 1 << 14;
/// Longer texts are of one occasion.
const MAX_LENGTH: usize = 512;

/// The texts that are shared.
#[derive(Default)]
pub(super) struct Interner {
    known: FastSet<Arc<str>>,
}

impl Interner {
    /// Returns the text, shared with whoever asked for the same one before.
    pub(super) fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.known.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = text.into();
        if self.known.len() < MAX_TEXTS && text.len() <= MAX_LENGTH {
            self.known.insert(Arc::clone(&shared));
        }
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_kept_once_and_memory_is_bounded() {
        let mut interner = Interner::default();
        assert!(Arc::ptr_eq(&interner.share("h.example.com"), &interner.share("h.example.com")));
        for number in 0..2 * MAX_TEXTS {
            assert_eq!(&*interner.share(&number.to_string()), number.to_string());
        }
        assert!(interner.known.len() <= MAX_TEXTS);
    }
}
