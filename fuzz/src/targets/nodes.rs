//! The files of a bundle that tell of its node.

use mdmlog::node::{
    NodeFile, gather, looks_like_agent_log, looks_like_local_store, looks_like_showtech, looks_like_system_log,
    read_agent_log, read_local_store, read_showtech, read_system_log,
};
use mdmlog::report::InputKind;

/// The data is `iseLocalStore.log`, and the clock of a log.
pub fn local_store(data: &[u8]) {
    let _ = looks_like_local_store(data);
    let store = read_local_store(data);
    let _ = format!("{:?} {store:?}", store.span());
    with_log(data, InputKind::IseLocalStore);
}

/// The data is `showtech.out`, and the clock of a log.
pub fn showtech(data: &[u8]) {
    let _ = looks_like_showtech(data);
    let _ = format!("{:?}", read_showtech(data));
    with_log(data, InputKind::ShowTech);
}

/// The data is `ad_agent.log`.
pub fn agent_log(data: &[u8]) {
    let _ = looks_like_agent_log(data);
    let _ = format!("{:?}", read_agent_log(data));
    with_log(data, InputKind::AdAgentLog);
}

/// The data is `ADE.log`.
pub fn system_log(data: &[u8]) {
    let _ = looks_like_system_log(data);
    let _ = format!("{:?}", read_system_log(data));
    with_log(data, InputKind::SystemLog);
}

/// Puts the file to logs of two nodes, once in the folder of one and once beside both.
fn with_log(data: &[u8], kind: InputKind) {
    let logs = [vec![(2, "pan/ise-psc.log")], vec![(3, "psn/ise-psc.log")]];
    let files = ["pan/x", "ise_show_tech_psn_2026.txt"];
    let files: Vec<NodeFile<'_>> =
        files.iter().zip(0..).map(|(path, input)| NodeFile { input, path, kind, bytes: data }).collect();
    let nodes = gather(&files, &logs);
    let _ = format!("{nodes:?} {:?}", nodes.at("psn/TCPDump.pcap"));
}

/// A first input of a target.
pub fn seed(target: &str) -> Vec<u8> {
    let text = match target {
        "local_store" => {
            "2026-07-01 11:00:00.512 +02:00 0000012346 89003 ERROR External-MDM: Failed to connect to MDM server, MDMServerName=JAMF\\, PRO, \
             EndpointMacAddress=00-26-B4-24-FE-B4,\n2026-10-25 02:00:00:100 +01:00 0000012348 5400 NOTICE Failed-Attempt: Authentication failed, \
             Calling-Station-ID=a, MdmServerReachable=UnReachable, MDMFailureReason=x,\n"
        }
        "showtech" => {
            "*****\nDisplaying running-config ...\nhostname ise-psn1\nclock timezone Europe/Berlin\nip name-server 192.0.2.53 2001:db8::53\n\
             Displaying NTP status ...\nsynchronised to NTP server (192.0.2.123) at stratum 3\nDisplaying proxy ...\nProxy Host : proxy.example.com\n\
             Proxy Port : 3128\nCisco Identity Services Engine\n----------\nVersion      : 3.2.0.542\nCisco Identity Services Engine Patch\n----------\n\
             Version      : 4\n"
        }
        "agent_log" => {
            "28/08/2016 17:23:35,VERBOSE,140204120491776,Finding user\n28/08/2016 17:23:36,WARNING,1,DNS query failed: timed out\n"
        }
        _ => {
            "Aug  5 10:21:07 ise-psn1 debugd[2331]: [4711]:[info] config:network: x\n2026-08-15T10:21:07+02:00 ise-psn1 chronyd[917]: Can't \
             synchronise: no selectable sources\n"
        }
    };
    text.as_bytes().to_vec()
}
