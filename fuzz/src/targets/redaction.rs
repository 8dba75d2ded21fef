//! Redaction of a report whose fields and texts are the data's.

use std::sync::LazyLock;

use mdmlog::Report;
use mdmlog::redact::redact;
use mdmlog::render::Format;
use mdmlog::report::Attempt;

use super::archives::{render, report};

/// The first byte of each line chooses the field that the rest of it goes into; what it looks like is up to the data.
pub fn redaction(data: &[u8]) {
    // An attempt with a lookup, a connection and a certificate.
    static REPORT: LazyLock<Report> = LazyLock::new(|| {
        let mut report = report(include_bytes!("../../../testdata/cases/key-log/bundle.tar")).expect("a report");
        report.attempts.truncate(1);
        report
    });
    let mut report = REPORT.clone();
    for line in data.split(|byte| *byte == b'\n') {
        let Some((choice, text)) = line.split_first() else { continue };
        put(&mut report, *choice, &String::from_utf8_lossy(text));
    }
    redact(&mut report, Some(b"key"));
    render(&report, Format::Json);
}

fn put(report: &mut Report, choice: u8, text: &str) {
    match choice % 20 {
        0 => report.inputs.iter_mut().for_each(|input| input.path = text.to_owned()),
        1 => report.warnings.iter_mut().for_each(|warning| warning.message = text.to_owned()),
        2 => report.inputs.iter_mut().for_each(|input| input.warnings = vec![text.to_owned()]),
        choice => report.attempts.iter_mut().for_each(|attempt| put_into_attempt(attempt, choice, text.to_owned())),
    }
}

fn put_into_attempt(attempt: &mut Attempt, choice: u8, text: String) {
    match choice {
        3 => attempt.server.host = Some(text),
        4 => attempt.server.url = Some(text),
        5 => attempt.server.addresses = vec![text],
        6 => attempt.api.path = Some(text),
        7 => attempt.thread = Some(text),
        8 => attempt.diagnosis.summary = text,
        9 => attempt.diagnosis.remedy = vec![text],
        10 => attempt.evidence.iter_mut().for_each(|evidence| evidence.what.clone_from(&text)),
        11 => attempt.steps.iter_mut().for_each(|step| step.what.clone_from(&text)),
        12 => attempt.tries.iter_mut().for_each(|attempted| attempted.url = Some(text.clone())),
        13 => attempt.dns.iter_mut().for_each(|dns| dns.name.clone_from(&text)),
        14 => attempt.flow.iter_mut().for_each(|flow| flow.closed_by = Some(text.clone())),
        _ => {
            let tls = attempt.flow.as_mut().and_then(|flow| flow.tls.as_mut());
            let Some(tls) = tls else { return };
            let Some(certificate) = &mut tls.certificate else { return };
            match choice {
                15 => tls.sni = Some(text),
                16 => certificate.subject = text,
                17 => certificate.issuer = text,
                18 => certificate.names = vec![text],
                _ => certificate.serial = text,
            }
        }
    }
}
