//! Numbers in sentences.

use std::fmt::Display;

/// Returns a number with its noun, in the plural where it must be: `1 attempt`, `2 attempts`, `20,000 attempts`.
pub(crate) fn counted<N: Display + PartialEq + From<u8>>(count: N, noun: &str) -> String {
    format!("{} {}", number(&count), nouns(&count, noun))
}

/// Returns a noun, in the plural where the count asks for it.
pub(crate) fn nouns<N: PartialEq + From<u8>>(count: &N, noun: &str) -> String {
    format!("{noun}{}", if *count == N::from(1) { "" } else { "s" })
}

/// Returns a number with commas between groups of three digits.
pub(crate) fn number(number: impl Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_and_nouns_a_plural() {
        assert_eq!([number(7), number(4312), number(1_234_567)], ["7", "4,312", "1,234,567"]);
        assert_eq!([counted(1_u64, "frame"), counted(1000_usize, "frame")], ["1 frame", "1,000 frames"]);
    }
}
