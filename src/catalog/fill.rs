//! Writes what is known of an attempt into a text. Names and addresses were chosen by strangers, and what stands in backticks is
//! copied into a command line: there they stand only where no shell can see more in them than a word. They are written as they are,
//! since who writes the report spells out what is hidden, and redaction looks for the original.

use super::context::{Blank, Context};

/// Writes out the blanks of a text. What is written in is not looked at again, so that a name with braces stays a name. In a
/// command, a name that is more than a word to a shell is named beside it.
pub fn fill(template: &str, context: &Context<'_>) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let parts: Vec<&str> = template.split('`').collect();
    for (index, part) in parts.iter().enumerate() {
        // The last of an odd number of backticks encloses nothing.
        let is_command = index % 2 == 1 && index + 1 < parts.len();
        if index % 2 == 1 {
            text.push('`');
        }
        if !is_command {
            write_out(part, &mut text, |blank| context.words(blank));
            continue;
        }
        let mut beside = Vec::new();
        write_out(part, &mut text, |blank| {
            let placeholder = blank.name().to_ascii_uppercase();
            match context.value(blank) {
                Some(value) if is_one_word(&value) => value,
                Some(value) => {
                    beside.push(format!(" ({placeholder} stands for \"{value}\")"));
                    placeholder
                }
                None => placeholder,
            }
        });
        text.push('`');
        beside.dedup();
        text.extend(beside);
    }
    text
}

/// Writes a part of a text, with what stands for its blanks.
fn write_out(part: &str, text: &mut String, mut words: impl FnMut(Blank) -> String) {
    let mut rest = part;
    while let Some((before, from)) = rest.split_once('{') {
        text.push_str(before);
        let blank = from.split_once('}').and_then(|(name, after)| Some((Blank::named(name)?, after)));
        rest = match blank {
            Some((blank, after)) => {
                text.push_str(&words(blank));
                after
            }
            None => {
                text.push('{');
                from
            }
        };
    }
    text.push_str(rest);
}

/// Returns whether a shell takes it for one word, and the command does not take it for an option.
fn is_one_word(value: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'_' | b'-');
    !value.is_empty() && !value.starts_with('-') && value.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::report::Server;

    fn filled(template: &str, host: &str) -> String {
        let server = Server { host: Some(host.to_owned()), port: Some(443), ..Server::default() };
        fill(template, &Context { server: Some(&server), ..Context::default() })
    }

    #[test]
    fn blanks_are_filled_with_what_is_known_and_other_braces_stay() {
        assert_eq!(filled("{host}: `nslookup {host}` {x} {", "a.example"), "a.example: `nslookup a.example` {x} {");
        assert_eq!(filled("{host}", "{host}"), "{host}");
        assert_eq!(filled("`{host}` ` {host}", "a b"), "`HOST` (HOST stands for \"a b\") ` a b");
        assert_eq!(fill("`nslookup {host}`, {server}", &Context::default()), "`nslookup HOST`, the MDM server");
    }

    #[test]
    fn a_host_that_is_more_than_a_word_to_a_shell_stands_beside_the_command() {
        for host in
            ["$(reboot).example", "-oProxy.example", "a b", "a;b", "x`id`.example", "a\nb", "", "a'b", "ä.example"]
        {
            let text = filled("`traceroute {host}`: look", host);
            assert_eq!(text, format!("`traceroute HOST` (HOST stands for \"{host}\"): look"));
        }
        assert_eq!(filled("`ping {host}`", "2001:db8::1"), "`ping 2001:db8::1`");
    }
}
