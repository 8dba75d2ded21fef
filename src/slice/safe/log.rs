//! The records of a log that are read, with pseudonyms in their words. Times, levels and classes stay as they are, so that the records
//! are read as the originals are.

use crate::log::mdm_records;
use crate::redact::StandIns;

/// Returns the records of the MDM component.
pub(super) fn disguised(text: &[u8], stand_ins: &StandIns<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    for record in mdm_records(text) {
        let part =
            |from: usize, to: usize| String::from_utf8_lossy(text.get(from..to).unwrap_or_default()).into_owned();
        let mut line = String::new();
        if record.thread.is_empty() {
            line += &part(record.bytes.start, record.logger.start);
        } else {
            line += &part(record.bytes.start, record.thread.start);
            line += &stand_ins.text(&part(record.thread.start, record.thread.end));
            line += &stand_ins.text(&part(record.thread.end, record.logger.start));
        }
        line += &part(record.logger.start, record.logger.end);
        line += &stand_ins.text(&part(record.logger.end, record.message));
        // A credential may go over several lines, what is no one's may not.
        let message = crate::model::sanitize::without_secrets(&part(record.message, record.bytes.end)).into_owned();
        for words in message.split_inclusive('\n') {
            line += &stand_ins.text(words);
        }
        if !line.ends_with('\n') {
            line.push('\n');
        }
        out.extend(line.into_bytes());
    }
    out
}
