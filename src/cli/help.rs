//! What help and man pages say besides the options. A line without indentation that ends in a colon heads a section, which
//! becomes one of the man page.

use clap::builder::StyledStr;

macro_rules! exit_status {
    () => {
        "\
Exit status:
  0    The input was analysed, whatever was found in it.
  1    An attempt has an outcome that --fail-on names.
  2    Wrong usage, nothing could be read, or the report could not be written.
  130  Interrupted.
"
    };
}

/// Below the short help of every command that has more to say.
pub const SEE: &str = "`--help` says more, with examples.";

/// Of the program.
pub const PROGRAM: &str = concat!(
    "\
Examples:
  Analyse a support bundle:
      mdmlog analyze bundle.tar
  See what lies in it:
      mdmlog inspect bundle.tar
  Cut the packets, and the log records, of attempt 3 out of it:
      mdmlog slice bundle.tar --attempt 3 -o attempt3.pcapng
      mdmlog extract bundle.tar --attempt 3
  See what is resolved, new or unchanged since an earlier bundle:
      mdmlog diff before.tar bundle.tar
  Hold a report against the bundle that it was made of:
      mdmlog verify report.json bundle.tar
  Look up what an outcome means and what to do:
      mdmlog explain syn_timeout

",
    exit_status!()
);

/// Of `analyze`.
pub const ANALYZE: &str = concat!(
    "\
Examples:
  A support bundle, as it comes:
      mdmlog analyze bundle.tar
  A log and a capture, the appliance's time zone known, each attempt step by step:
      mdmlog analyze ise-psc.log TCPDump.pcap --log-timezone Europe/Paris -v
  From a pipe, for another program:
      ssh host cat bundle.tar.gz | mdmlog analyze - | jq '.attempts[].outcome'
  The body of a ticket, with pseudonyms for what tells of the customer:
      mdmlog analyze bundle.tar --format markdown --redact -o ticket.md
  In a script, stop when the name does not resolve or the server refuses the user:
      mdmlog analyze bundle.tar -q -o report.json --fail-on dns_failure,http_401

",
    exit_status!(),
    "
Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
  MDMLOG_REDACT_KEY        Key of the pseudonyms of --redact.
  NO_COLOR                 No colours, when set to anything but nothing.
  CLICOLOR_FORCE           Colours even where there is no terminal.
  COLUMNS                  Width of text, when the terminal does not tell.
"
);

/// Of `inspect`.
pub const INSPECT: &str = "\
Examples:
  What a bundle holds:
      mdmlog inspect bundle.tar
  The captures that an analysis would use, for another program:
      mdmlog inspect bundle.tar -f json | jq -r '.members[] | select(.used and .kind == \"pcap\") | .path'

Exit status:
  0    Something was there, used or not.
  2    Wrong usage, nothing was there, or the list could not be written.
  130  Interrupted.

Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
";

/// Of `slice`.
pub const SLICE: &str = "\
Examples:
  Open the packets of attempt 5 in Wireshark:
      mdmlog slice bundle.tar --attempt 5 -o attempt5.pcapng && wireshark attempt5.pcapng
  Those of several attempts, or of all, in one file:
      mdmlog slice bundle.tar -n 1,2,5 -o attempts.pcapng
      mdmlog slice bundle.tar -n all -o attempts.pcapng
  The packets that carry a comment, as tshark shows them:
      mdmlog slice bundle.tar -n 5 | tshark -r - -Y frame.comment -T fields -e frame.number -e frame.comment
  With pseudonyms for addresses and names, for a vendor:
      mdmlog slice bundle.tar -n 5 --redact -o attempt5.pcapng
  With the secrets of its TLS session, for a colleague who may read them:
      mdmlog slice bundle.tar -n 5 --keylog keys.log --secrets -o attempt5.pcapng

Exit status:
  0    The packets were written.
  2    Wrong usage, no such attempt, no packets of it, or the file could not be written.
  130  Interrupted.

Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
  MDMLOG_REDACT_KEY        Key of the pseudonyms of --redact.
";

/// Of `extract`.
pub const EXTRACT: &str = "\
Examples:
  Read what the log says of attempt 3:
      mdmlog extract bundle.tar --attempt 3 | less
  Keep it for a ticket:
      mdmlog extract bundle.tar -n 3 -o attempt3.log

Exit status:
  0    The records were written.
  2    Wrong usage, no such attempt, no records of it, or the file could not be written.
  130  Interrupted.

Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
";

/// Of `diff`.
pub const DIFF: &str = "\
Examples:
  What the change of last night did:
      mdmlog diff before.tar after.tar
  The same with the report that was kept of the earlier bundle:
      mdmlog diff before.json after.tar
  In a script, stop when something fails that did not:
      mdmlog diff before.json after.json -q -o diff.json --fail-on new
  What to tell ServiceNow of tickets that are resolved:
      mdmlog diff before.json after.json --format servicenow

Exit status:
  0    The two were compared, whatever came of it.
  1    An incident is in a state that --fail-on names.
  2    Wrong usage, a side can't be read, or the result could not be written.
  130  Interrupted.

Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
";

/// Of `verify`.
pub const VERIFY: &str = "\
Examples:
  Hold a report against the bundle that it was made of:
      mdmlog analyze bundle.tar -f json -o report.json
      mdmlog verify report.json bundle.tar
  What no longer holds, for another program:
      mdmlog verify report.json bundle.tar -f json | jq '.broken[]'

Exit status:
  0    Everything that the report cites was read again and says the same.
  1    A line or frame is gone or says something else, a file is another or missing, or a redacted report can't be verified.
  2    Wrong usage, the report can't be read, or the result could not be written.
  130  Interrupted.

Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
";

/// Of `redact`.
pub const REDACT: &str = "\
Examples:
  Make a bundle for a vendor, under a key that only you know:
      mdmlog redact bundle.tar --redact-key @key -o safe.tar
  See that it says the same:
      mdmlog analyze safe.tar

Exit status:
  0    The bundle was written.
  2    Wrong usage, nothing to analyse was there, or the bundle could not be written.
  130  Interrupted.

Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
  MDMLOG_REDACT_KEY        Key of the pseudonyms.
";

/// Of `explain`.
pub const EXPLAIN: &str = "\
Examples:
  List the outcomes and their details:
      mdmlog explain
  One outcome, one kind of it:
      mdmlog explain dns_failure
      mdmlog explain dns_failure/nxdomain
";

/// Of `schema`.
pub const SCHEMA: &str = "\
Examples:
  Keep the contract beside a program that reads reports:
      mdmlog schema > mdmlog-report.schema.json
  The same for one that reads ndjson:
      mdmlog schema --line > mdmlog-line.schema.json
  And for one that reads what `mdmlog verify` writes:
      mdmlog schema --of verification > mdmlog-verification.schema.json
";

/// Of `completions`.
pub const COMPLETIONS: &str = "\
Examples:
  bash:
      mdmlog completions bash > ~/.local/share/bash-completion/completions/mdmlog
  zsh, in a folder of $fpath:
      mdmlog completions zsh > ~/.zfunc/_mdmlog
  fish:
      mdmlog completions fish > ~/.config/fish/completions/mdmlog.fish
  PowerShell, in $PROFILE:
      mdmlog completions powershell | Out-String | Invoke-Expression
";

/// Of `mcp`.
pub const MCP: &str = "\
Examples:
  As the configuration of a client has it:
      {\"mcpServers\": {\"mdmlog\": {\"command\": \"mdmlog\", \"args\": [\"mcp\", \"/cases\"]}}}
  With pseudonyms for what tells of the customer, as what is answered goes to whoever runs the model:
      mdmlog mcp --redact /cases

Environment:
  MDMLOG_PASSPHRASE        Passphrase of encrypted bundles.
";

/// Of `man`.
pub const MAN: &str = "\
Examples:
  Read it at once:
      mdmlog man | man -l -
  Install all pages:
      mdmlog man --dir ~/.local/share/man/man1
";

/// Returns the sections of one of these texts: heading and lines.
pub fn sections(text: Option<&StyledStr>) -> Vec<(String, Vec<String>)> {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.map(ToString::to_string).unwrap_or_default().lines() {
        match (line.strip_suffix(':').filter(|heading| !heading.starts_with(' ')), sections.last_mut()) {
            (Some(heading), _) => sections.push((heading.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    sections
}
