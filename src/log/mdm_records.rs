//! The records of the MDM component as they stand in the file, with the parts that those want to know who write them out again.

use std::ops::Range;

use super::record;

/// A record of the MDM component in its file, with what of it names a thread and a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MdmRecord {
    /// All of it, up to the next record.
    pub(crate) bytes: Range<usize>,
    pub(crate) thread: Range<usize>,
    pub(crate) logger: Range<usize>,
    /// Where its message begins.
    pub(crate) message: usize,
}

/// Returns the records of the MDM component.
pub(crate) fn mdm_records(text: &[u8]) -> Vec<MdmRecord> {
    let mut found: Vec<MdmRecord> = Vec::new();
    let mut open: Option<MdmRecord> = None;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let begins = if rest.len() < record::SECONDS { None } else { record::start(rest) };
        if let Some(start) = begins {
            found.extend(open.take().map(|record| MdmRecord { bytes: record.bytes.start..at, ..record }));
            let line = rest.get(start..length).unwrap_or_default();
            let line = line.trim_ascii_end();
            open = record::header(line).ok().filter(|(_, header)| header.is_mdm()).and_then(|(message, header)| {
                let begin = at + start;
                // The parts are slices of the line.
                let place = |part: &[u8]| {
                    let start = begin + part.as_ptr().addr().checked_sub(line.as_ptr().addr())?;
                    Some(start..start + part.len())
                };
                Some(MdmRecord {
                    bytes: begin..begin,
                    thread: place(header.thread).unwrap_or(begin..begin),
                    logger: place(header.logger)?,
                    message: begin + line.len() - message.len(),
                })
            });
        }
        at += length;
    }
    found.extend(open.map(|record| MdmRecord { bytes: record.bytes.start..text.len(), ..record }));
    found
}
