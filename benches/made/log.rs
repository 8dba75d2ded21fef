//! `ise-psc.log`, on a clock in the zone -06:00.

use std::io::{self, Write};

use super::{Attempt, BEGIN, PERIOD, random};

const ZONE: u64 = 6 * 3_600_000;

/// What other components write.
const OTHERS: [&str; 8] = [
    "INFO   [Timer-3][[]] cisco.mnt.common.utility.AlarmMessageDiskQueue -:::- root exists",
    "INFO   [Timer-11][[]] cisco.mnt.common.utility.AlarmMessageDiskQueue -:::- Inside dequeue",
    "INFO   [admin-http-pool71][[]] cpm.admin.infra.spring.ISEAdminControllerUtils --:admin:-- mapping found",
    "DEBUG  [Thread-59][[]] cisco.cpm.posture.runtime.PostureManager -:::- session attribute 404 not found",
    "DEBUG  [ForkJoinPool-2][[]] cisco.profiler.infrastructure.probemgr.Forwarder -:::- endpoint",
    "INFO   [pxgrid-7][[]] cpm.pxgrid.client.StompPubsubClient -:::- heartbeat",
    "DEBUG  [RMQ-4][[]] cpm.nsf.session.impl.SessionCache -:::- UpdateSession",
    "\tat java.util.concurrent.ThreadPoolExecutor.runWorker(ThreadPoolExecutor.java:1149)",
];

/// Milliseconds of UTC as the log shows them; only what differs from the time before is written anew.
struct Clock {
    text: [u8; 23],
    second: u64,
}

impl Clock {
    fn show(&mut self, millis: u64) -> &[u8] {
        let local = millis - ZONE;
        if local / 1000 != self.second {
            self.second = local / 1000;
            let (day, within) = (self.second / 86_400, self.second % 86_400);
            let (year, month, date) = civil(day);
            let (hour, minute, second) = (within / 3600, within / 60 % 60, within % 60);
            let text = format!("{year:04}-{month:02}-{date:02} {hour:02}:{minute:02}:{second:02},");
            self.text[..20].copy_from_slice(text.as_bytes());
        }
        let digits = [local / 100 % 10, local / 10 % 10, local % 10];
        self.text[20..].copy_from_slice(&digits.map(|digit| b'0' + digit as u8));
        &self.text
    }
}

/// Year, month and day of a day since 1970 (Howard Hinnant, `chrono`-compatible low-level date algorithms).
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, date)
}

pub fn write(out: &mut impl Write, size: u64, distance: u64) -> io::Result<()> {
    let mut clock = Clock { text: [b' '; 23], second: 0 };
    let mut written = 0;
    let mut text = Vec::new();
    let mut lines = 0_usize;
    for number in 0.. {
        text.clear();
        let attempt = Attempt::new(number);
        attempt_lines(&mut text, &mut clock, &attempt)?;
        let own = std::mem::take(&mut text);
        let others = distance.saturating_sub(own.len() as u64) / 100;
        let begin = BEGIN + number * PERIOD;
        let mut told = false;
        for line in 0..others {
            let now = begin + PERIOD * line / others;
            if !told && now >= attempt.start + attempt.takes {
                told = true;
                text.extend(&own);
            }
            let other = OTHERS[(random::of(lines as u64) % 8) as usize];
            if !other.starts_with('\t') {
                text.extend(clock.show(now / 1000));
                text.push(b' ');
            }
            text.extend(other.as_bytes());
            text.push(b'\n');
            lines += 1;
            if text.len() > 1 << 20 {
                out.write_all(&text)?;
                written += text.len() as u64;
                text.clear();
                if written >= size {
                    return Ok(());
                }
            }
        }
        if !told {
            text.extend(&own);
        }
        out.write_all(&text)?;
        written += text.len() as u64;
        if written >= size {
            return Ok(());
        }
        text = own;
    }
    Ok(())
}

/// The records of an attempt; `@` stands for how long after its start each is written, in milliseconds.
fn attempt_lines(text: &mut Vec<u8>, clock: &mut Clock, attempt: &Attempt) -> io::Result<()> {
    let Attempt { number, start, takes, host, found } = attempt;
    let thread = format!("admin-http-pool{}", number % 40);
    let (begin, end) = (start / 1000 - 3, (start + takes) / 1000 + 2);
    let mut line = |at: u64, level: &str, logger: &str, message: &str| {
        text.extend(clock.show(at));
        writeln!(text, " {level:<6} [{thread}][[]] cisco.cpm.mdm.{logger} -:::- {message}")
    };
    line(begin - 18, "DEBUG", "api.MdmServerInfoApi", "inside the method : callMdmServerInfo")?;
    line(begin - 17, "TRACE", "apiimpl.MDMVerifyServer", "Inside MDMVerifyServer.verifyServer")?;
    line(begin - 16, "DEBUG", "apiimpl.MDMVerifyServer", "API version retrieved from MDM server : 3")?;
    line(begin - 16, "DEBUG", "apiimpl.MDMVerifyServer", "apiVersionSb : 3, mdmApiVersion : 1")?;
    line(begin - 5, "DEBUG", "apiimpl.MDMVerifyServer", "MDM Rest API Server Query String : ise_api_version=3")?;
    line(begin - 4, "DEBUG", "apiimpl.MDMVerifyServer", "1. Connecting to the MDM server")?;
    line(begin - 4, "DEBUG", "util.MdmRESTClient", "sendGETRequestDom: start HTTP request")?;
    line(begin - 3, "DEBUG", "util.MdmRESTClient", "sendGETRequestDomNonComp: start HTTP request")?;
    line(begin - 2, "DEBUG", "util.MdmRESTClient", "QueryType is heartbeatQuery")?;
    let url = format!("https://{host}:443/networkIntegrationEndpoint/a1b2c3/ciscoise/mdminfo/?ise_api_version=3");
    line(begin, "INFO", "util.MdmRESTClient", &format!("GET: MDM Server URL: {url}"))?;
    if *found {
        line(end, "INFO", "util.MdmRESTClient", "MDM Server Response Code: 200")?;
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ise_api><name>mdminfo</name><api_version>3</api_version>\
             <api_path>/a1b2c3/ciscoise/v3</api_path><redirect_url>https://{host}/enroll</redirect_url></ise_api>"
        );
        line(end, "DEBUG", "util.MdmRESTClient", &format!("Response data received from the MDM server : {body}"))?;
    } else {
        let reason = "Connection Failed: 404:Not Found: the MDM server is not reachable";
        let message = format!("Error message while connecting to the MDM server : {reason}");
        line(end, "ERROR", "util.MdmRESTClient", &message)?;
    }
    line(end + 2, "DEBUG", "util.MdmRESTClient", "sendGETRequestDom: end HTTP request")?;
    line(end + 2, "DEBUG", "util.MdmRESTClient", "sendGETRequestDomNonComp: end HTTP request")?;
    if !found {
        line(end + 3, "ERROR", "api.MdmClient", "Connection Failed: 404:: the MDM server is not reachable")?;
    }
    let known = |value: &str| if *found { value.to_owned() } else { "null".to_owned() };
    let answer = [
        format!("apiPath: {}", known("/a1b2c3/ciscoise/v3")),
        format!("redirectUrl: {}", known(&format!("https://{host}/enroll"))),
        format!("queryMaxSize: {}", known("1000")),
        format!("apiVersion: {}", known("3")),
        format!("vendor: {}", known("JAMF Software")),
        format!("productName: {}", known("JSS")),
        format!("productVersion: {}", known("10.48.1-t1689600654")),
        "COMMA: ,".to_owned(),
        "errorMsg: null".to_owned(),
        format!("errorOccurred: {}", !found),
    ];
    let message = format!("returning from the method : callMdmServerInfo {{\n  {}\n}}", answer.join("\n  "));
    line(end + 5, "DEBUG", "api.MdmServerInfoApi", &message)
}
