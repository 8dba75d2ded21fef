//! The table of nodes: what the inputs say of those that wrote them.

use super::column::{Builder, Columns};
use super::run::Run;
use crate::model::report::{Node, Report};

#[derive(Clone, Copy)]
struct NodeRow<'r> {
    run: &'r Run,
    number: usize,
    node: &'r Node,
}

/// Returns the columns.
pub(super) fn columns<'r>(report: &'r Report, run: &'r Run) -> Columns<'r> {
    let rows = report.nodes.iter().enumerate().map(|(number, node)| NodeRow { run, number, node });
    let list = |items: &'r Option<Vec<String>>| items.iter().flatten().map(String::as_str).collect();
    Builder::new(rows)
        .text("run", "names the report; never null", |row| Some(&row.run.id))
        .text("bundle", "what was analysed, as it was named; null with `--redact`", |row| row.run.bundle.as_deref())
        .long("node", "number of the node, from 0; never null", |row| Some(row.number))
        .text("hostname", "its host name", |row| row.node.hostname.as_deref())
        .text("version", "version of ISE", |row| row.node.version.as_deref())
        .texts("patches", "patches that are installed", move |row| list(&row.node.patches))
        .text("time_zone", "its time zone as it names it; null with `--redact`", |row| row.node.time_zone.as_deref())
        .boolean("ntp_synchronized", "whether its clock was synchronised by NTP", |row| row.node.ntp_synchronized)
        .long("ntp_offset_ms", "how far its clock was ahead of what NTP tells, in milliseconds", |row| {
            row.node.ntp_offset_ms
        })
        .texts("name_servers", "the DNS servers that it is set to", move |row| list(&row.node.name_servers))
        .text("proxy", "the proxy that it is set to", |row| row.node.proxy.as_deref())
        .finish()
}
