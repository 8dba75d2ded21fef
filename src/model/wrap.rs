//! Breaks prose into lines, for a terminal.

/// Breaks a line at spaces so that it fits `width` columns; lines after the first are indented. A word longer than the
/// line stays whole, and spaces that the line begins with or has in a row stay as they are.
pub(crate) fn wrapped(line: &str, width: usize, indent: usize) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let lead = line.len() - line.trim_start_matches(' ').len();
    let (spaces, words) = line.split_at(lead);
    out.push_str(spaces);
    let mut column = lead;
    // Deep indents must leave some room for words.
    let width = width.max(indent + 20);
    for (index, word) in words.split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 && column + 1 + length > width && !word.is_empty() {
            while out.ends_with(' ') {
                out.pop();
            }
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent));
            column = indent;
        } else if index > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_spaces_and_later_ones_are_indented() {
        assert_eq!(wrapped("  - one two three four five six", 24, 4), "  - one two three four\n    five six");
    }

    #[test]
    fn a_long_word_stays_whole() {
        let word = "x".repeat(50);
        assert_eq!(wrapped(&format!("a {word} b"), 30, 2), format!("a\n  {word}\n  b"));
    }

    #[test]
    fn spaces_in_a_row_stay() {
        assert_eq!(wrapped("  a   b", 80, 0), "  a   b");
        assert_eq!(wrapped("", 80, 0), "");
    }
}
