//! The log of a policy service node, which asks its MDM server for a device at each authentication; all goes well.

use std::io::{self, Write};

/// From one query to the next, in milliseconds.
const PERIOD: u64 = 36;
/// When the first one begins, in milliseconds of the node's clock on its day.
const BEGIN: u64 = 5 * 3_600_000;
const DAY: u64 = 86_400_000;

/// Writes a log of about so many bytes with a query every `distance` bytes.
pub fn write(out: &mut impl Write, size: u64, distance: u64) -> io::Result<()> {
    let mut text = Vec::new();
    for number in 0.. {
        let start = BEGIN + number * PERIOD;
        let begun = text.len() as u64;
        query(&mut text, number, start)?;
        let mut more = 0;
        while text.len() as u64 - begun < distance {
            let thread = (number + more) % 12;
            let at = start + 4 + more % 30;
            writeln!(
                text,
                "{} INFO   [Timer-{thread}][[]] cisco.mnt.common.utility.AlarmMessageDiskQueue -:::::- alarm.{} deleted",
                stamp(at),
                1_795_713_306_462 + number
            )?;
            more += 1;
        }
        if number * distance >= size {
            return out.write_all(&text);
        }
        if text.len() > 1 << 20 {
            out.write_all(&text)?;
            text.clear();
        }
    }
    Ok(())
}

/// The records of a query at the level TRACE.
fn query(text: &mut Vec<u8>, number: u64, start: u64) -> io::Result<()> {
    let thread = number.wrapping_mul(7) % 40;
    let mac = format!("00{:010X}", number.wrapping_mul(0x9e37_79b9) & 0xff_ffff_ffff);
    let mut line = |at: u64, level: &str, message: &str| {
        writeln!(
            text,
            "{} {level:<6} [PolicyEngineEvaluationThread-{thread}][[]] cisco.cpm.mdm.util.MdmRESTClient -:::::- {message}",
            stamp(at)
        )
    };
    line(start, "DEBUG", "sendGETRequestDom: start HTTP request")?;
    line(start, "DEBUG", "sendGETRequestDomNonComp: start HTTP request")?;
    line(start, "DEBUG", "QueryType is deviceQuery")?;
    let url = "https://mdm.example.com:443/networkIntegrationEndpoint/a1b2c3/ciscoise/v3/devices/?paging=0&querycriteria=macaddress";
    line(start + 1, "INFO", &format!("GET: MDM Server URL: {url}&value={mac}&filter=all"))?;
    line(start + 1, "DEBUG", "Proxy Config in request = []")?;
    line(start + 30, "INFO", "MDM Server Response Code: 200")?;
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ise_api><name>attributes</name><api_version>3</api_version><deviceList><device>\
         <attributes><attribute><name>macaddress</name><value>{mac}</value></attribute></attributes></device></deviceList></ise_api>"
    );
    line(start + 30, "TRACE", &format!("\nResponse data received from the MDM server : {body}"))?;
    line(start + 31, "DEBUG", "sendGETRequestDom: end HTTP request")?;
    line(start + 31, "DEBUG", "sendGETRequestDomNonComp: end HTTP request")
}

/// A time on the node's clock as the log shows it; the day after the last one of July is the first one again.
fn stamp(millis: u64) -> String {
    let (day, within) = (millis / DAY % 31 + 1, millis % DAY);
    let (second, milli) = (within / 1000, within % 1000);
    format!("2026-07-{day:02} {:02}:{:02}:{:02},{milli:03}", second / 3600, second / 60 % 60, second % 60)
}
