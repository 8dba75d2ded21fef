//! Messages of DNS (RFC 1035) with other names and addresses, byte for byte as long as they were.

use super::bytes::{put_address, u16_at};
use crate::redact::StandIns;

/// Length of a header.
const HEADER: usize = 12;

/// Puts other names and addresses into a message. What cannot be read from some place on is taken out.
pub(super) fn disguise(message: &mut [u8], stand_ins: &StandIns<'_>) {
    let known = walk(message, stand_ins).unwrap_or_else(|read| read);
    message.get_mut(known..).unwrap_or_default().fill(0);
}

/// Returns how far the message was read: as an error where it goes on in a way that is none of DNS, or is cut off.
fn walk(message: &mut [u8], stand_ins: &StandIns<'_>) -> Result<usize, usize> {
    let count = |message: &[u8], at| u16_at(message, at).unwrap_or_default();
    let questions = count(message, 4);
    let records = [6, 8, 10].map(|at| u32::from(count(message, at))).iter().sum::<u32>();
    let mut at = HEADER.min(message.len());
    for _ in 0..questions {
        at = name(message, at, stand_ins)?;
        at = behind(message, at, 4)?;
    }
    for _ in 0..records {
        at = name(message, at, stand_ins)?;
        let kind = count(message, at);
        let length = usize::from(count(message, at + 8));
        at = behind(message, at, 10)?;
        let end = (at + length).min(message.len());
        data(message, kind, at, end, stand_ins);
        at = behind(message, at, length)?;
    }
    Ok(at)
}

fn behind(message: &[u8], at: usize, length: usize) -> Result<usize, usize> {
    if at + length <= message.len() { Ok(at + length) } else { Err(message.len()) }
}

/// Puts other labels into the name that begins here, up to its end or a pointer, which leads to labels that were seen.
fn name(message: &mut [u8], mut at: usize, stand_ins: &StandIns<'_>) -> Result<usize, usize> {
    loop {
        let Some(&length) = message.get(at) else { return Err(message.len()) };
        match length {
            0 => return Ok(at + 1),
            1..=63 => {
                let end = (at + 1 + usize::from(length)).min(message.len());
                if let Some(label) = message.get_mut(at + 1..end) {
                    relabel(label, stand_ins);
                }
                at = behind(message, at, 1 + usize::from(length))?;
            }
            0xc0.. => return behind(message, at, 2),
            _ => return Err(at),
        }
    }
}

fn relabel(label: &mut [u8], stand_ins: &StandIns<'_>) {
    let text: String = label.iter().map(|byte| if byte.is_ascii() { char::from(*byte) } else { 'x' }).collect();
    // A label may have dots of its own, which a name in a text could not.
    let stand_in = if text.contains('.') { stand_ins.word(&text) } else { stand_ins.host(&text) };
    if stand_in.len() == label.len() {
        label.copy_from_slice(stand_in.as_bytes());
    } else {
        label.fill(b'x');
    }
}

/// Puts other names and addresses into the data of a record.
fn data(message: &mut [u8], kind: u16, at: usize, end: usize, stand_ins: &StandIns<'_>) {
    // A name within the data must not be read beyond it.
    let Some(rest) = message.get_mut(..end) else { return };
    let named = |rest: &mut [u8], at: usize| name(rest, at, stand_ins).unwrap_or(end);
    match kind {
        // A and AAAA.
        1 => put_address(rest, at, false, stand_ins),
        28 => put_address(rest, at, true, stand_ins),
        // NS, CNAME, PTR, DNAME.
        2 | 5 | 12 | 39 => drop(named(rest, at)),
        // SOA: two names.
        6 => {
            let next = named(rest, at);
            named(rest, next);
        }
        // MX and SRV.
        15 => drop(named(rest, at + 2)),
        33 => drop(named(rest, at + 6)),
        // TXT: strings with their lengths.
        16 | 99 => {
            let mut next = at;
            while let Some(&length) = rest.get(next) {
                let until = (next + 1 + usize::from(length)).min(end);
                rest.get_mut(next + 1..until).unwrap_or_default().fill(b'x');
                next += 1 + usize::from(length);
            }
        }
        // OPT: options with code and length (RFC 6891, section 6.1.2); cookies and subnets are someone's.
        41 => {
            let mut next = at;
            while let Some(length) = u16_at(rest, next + 2) {
                let until = (next + 4 + usize::from(length)).min(end);
                // An empty cookie would be malformed; padding is what means nothing (RFC 7830).
                if let Some(code) = rest.get_mut(next..next + 2) {
                    code.copy_from_slice(&[0, 12]);
                }
                rest.get_mut(next + 4..until).unwrap_or_default().fill(0);
                next += 4 + usize::from(length);
            }
        }
        // SVCB and HTTPS: a priority, a name, and parameters, of which two are addresses (RFC 9460, section 7.3).
        64 | 65 => {
            let mut next = named(rest, at + 2);
            while let (Some(key), Some(length)) = (u16_at(rest, next), u16_at(rest, next + 2)) {
                let until = (next + 4 + usize::from(length)).min(end);
                let step = match key {
                    4 => 4,
                    6 => 16,
                    _ => usize::MAX,
                };
                let mut place = next + 4;
                while step < usize::MAX && place + step <= until {
                    put_address(rest, place, step == 16, stand_ins);
                    place += step;
                }
                next += 4 + usize::from(length);
            }
        }
        _ => rest.get_mut(at..end).unwrap_or_default().fill(0),
    }
}
