//! A component writes the same few sentences again and again. What was looked through for credentials once, and had none, need
//! not be looked through for the next record, nor be kept another time.

use std::cell::RefCell;
use std::sync::Arc;

use super::event::Quote;
use crate::model::fast_map::FastMap;
use crate::model::sanitize;

/// More sentences than a component has that are written for each request.
const MAX_SENTENCES: usize = 64;
/// Longer ones are of one occasion.
const LONGEST: usize = 128;

thread_local! {
    /// Sentences that are quoted as they stand in the log.
    static AS_THEY_STAND: RefCell<FastMap<Box<[u8]>, Arc<str>>> = RefCell::default();
}

/// Quotes a line of a record without its credentials.
pub(super) fn quote(line: &[u8]) -> Quote {
    if line.len() > LONGEST {
        return Quote::Words(sanitize::bytes(line));
    }
    AS_THEY_STAND.with_borrow_mut(|known| {
        if let Some(sentence) = known.get(line) {
            return Quote::Sentence(Arc::clone(sentence));
        }
        let words = sanitize::bytes(line);
        if words.as_bytes() != line || known.len() >= MAX_SENTENCES {
            return Quote::Words(words);
        }
        let sentence: Arc<str> = words.into();
        known.insert(line.into(), Arc::clone(&sentence));
        Quote::Sentence(sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(quote: &Quote) -> &str {
        match quote {
            Quote::Words(words) => words,
            Quote::Sentence(sentence) => sentence,
            Quote::Request(_) => "",
        }
    }

    #[test]
    fn a_sentence_is_quoted_alike_however_often_it_comes() {
        for line in ["MDM Server Response Code: 200", "Proxy Config in request = [http://user:s3cret@192.0.2.8:3128]"] {
            let first = quote(line.as_bytes());
            assert_eq!(words(&first), sanitize::line(line));
            assert_eq!(words(&quote(line.as_bytes())), words(&first));
        }
        for number in 0..2 * MAX_SENTENCES {
            let line = format!("Response {number}");
            assert_eq!(words(&quote(line.as_bytes())), line);
        }
        assert!(AS_THEY_STAND.with_borrow(|known| known.len() <= MAX_SENTENCES));
        assert!(AS_THEY_STAND.with_borrow(|known| known.keys().all(|line| !line.windows(6).any(|w| w == b"s3cret"))));
    }
}
