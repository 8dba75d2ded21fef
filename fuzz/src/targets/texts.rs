//! Logs and key logs.

use mdmlog::capture::secrets::{Secrets, looks_like_keylog};
use mdmlog::log::{LogPart, looks_like_log, read_log};
use mdmlog::progress::Progress;

/// The data is a log, and once more a log of two parts.
pub fn log_records(data: &[u8]) {
    let _ = looks_like_log(data);
    let facts = read_log(&[LogPart { input: 0, bytes: data }], &Progress::default());
    let _ = format!("{facts:?}");
    let (first, second) = data.split_at(data.len() / 2);
    let parts = [LogPart { input: 1, bytes: second }, LogPart { input: 0, bytes: first }];
    let _ = read_log(&parts, &Progress::default());
}

/// Each line is the message of a record of the MDM component; its first byte chooses thread and logger.
pub fn log_events(data: &[u8]) {
    const LOGGERS: [&str; 6] = [
        "api.MdmServerInfoApi",
        "apiimpl.MDMVerifyServer",
        "util.MdmRESTClient",
        "apiimp]MdmClient",
        "cache.MdmServersCache",
        "util.MdmHttpClient",
    ];
    let mut log = Vec::new();
    for (number, line) in data.split(|byte| *byte == b'\n').enumerate() {
        let Some((choice, message)) = line.split_first() else { continue };
        let (thread, logger) = (choice % 3, LOGGERS[usize::from(choice / 3) % LOGGERS.len()]);
        let (minute, second, milli) = (number / 60_000 % 60, number / 1000 % 60, number % 1000);
        log.extend(
            format!("2023-08-15 10:{minute:02}:{second:02},{milli:03} DEBUG  [pool-{thread}][[]] cisco.cpm.mdm.{logger} -:::- ")
                .bytes(),
        );
        // A message may have lines of its own.
        log.extend(message.iter().map(|byte| if *byte == 0x0b { b'\n' } else { *byte }));
        log.push(b'\n');
    }
    let facts = read_log(&[LogPart { input: 0, bytes: &log }], &Progress::default());
    let _ = format!("{facts:?}");
}

/// The data is a key log.
pub fn keylog(data: &[u8]) {
    let _ = looks_like_keylog(data);
    let (secrets, warnings) = Secrets::parse(data, Some(0));
    let mut all = Secrets::default();
    all.extend(secrets);
    let _ = format!("{all:?} {warnings:?}");
}
