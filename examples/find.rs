use mdmlog::input::*;
use std::path::PathBuf;
fn main() {
    let paths: Vec<PathBuf> = std::env::args_os().skip(1).map(Into::into).collect();
    let mut options = InputOptions::default();
    if let Ok(p) = std::env::var("MDMLOG_PASSPHRASE") {
        options.passphrase = PassphraseSource::Given(mdmlog::options::Passphrase::new(p));
    }
    let start = std::time::Instant::now();
    let found = find(&paths, &options, &Default::default());
    eprintln!("{:?}", start.elapsed());
    for item in &found.items {
        println!("ITEM {:?} {:?} {}", item.path, item.kind, item.data.len());
    }
    if std::env::var("SUM").is_ok() {
        let t: usize = found.items.iter().map(|i| memchr::memchr_iter(b'\n', &i.data).count()).sum();
        eprintln!("{t} {:?}", start.elapsed());
    }
    for m in found.listing.iter().take(50) {
        println!("  {:?} {} {:?} {:?} used={} {:?}", m.path, m.kind.as_str(), m.wrapping, m.bytes, m.used, m.note);
    }
    for w in &found.warnings {
        println!("WARN {:?} {} {}", w.input, w.code, w.message);
    }
    for e in &found.errors {
        println!("ERR {} {}", e.code, e.message);
    }
    println!("{:?}", groups(&found.items));
    for w in found.check_unchanged() {
        println!("CHANGED {}", w.message);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    for l in status.lines().filter(|l| l.starts_with("Rss") || l.starts_with("VmHWM")) {
        eprintln!("{l}");
    }
}
