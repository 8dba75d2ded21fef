//! Makes `mdmlog.html` of the library as WebAssembly and of the files beside this crate: `mdmlog-pack LIBRARY.wasm PAGE.html`.
//!
//! All is in one file that loads nothing. The library is compressed and written in base64. A policy in the page names each
//! script and style by its hash, those of the report as well, which is shown inside of the page under the same policy.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};
use wasm_bindgen_cli_support::Bindgen;

const PAGE: &str = include_str!("../../page.html");
const STYLE: &str = include_str!("../../page.css");
const SCRIPT: &str = include_str!("../../page.js");
const WORKER: &str = include_str!("../../worker.js");

/// The styles and scripts of the HTML report.
const REPORT_STYLE: &str = include_str!("../../../src/render/html/style.css");
const REPORT_SCRIPTS: [&str; 2] = [
    concat!(include_str!("../../../src/render/html/filters.js"), include_str!("../../../src/render/html/script.js")),
    concat!(include_str!("../../../src/render/html/filters.js"), include_str!("../../../src/render/html/large.js")),
];

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(library), Some(page), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        bail!("usage: mdmlog-pack LIBRARY.wasm PAGE.html");
    };
    let mut bindgen = Bindgen::new();
    let mut bound = bindgen
        .input_path(&library)
        .no_modules(true)?
        .typescript(false)
        .generate_output()
        .with_context(|| format!("cannot bind {}", library.display()))?;
    let glue = bound.js().to_owned();
    let wasm = bound.wasm_mut().emit_wasm();
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    packed.write_all(&wasm)?;
    let packed = packed.finish()?;

    let worker = format!("{glue}\n{WORKER}");
    if worker.contains("</script") || SCRIPT.contains("</script") {
        bail!("a script would end before its end");
    }
    let scripts = [SCRIPT].iter().chain(&REPORT_SCRIPTS).map(|text| source(text)).collect::<Vec<_>>().join(" ");
    let styles = [STYLE, REPORT_STYLE].iter().map(|text| source(text)).collect::<Vec<_>>().join(" ");
    let policy = format!(
        "default-src 'none'; connect-src 'none'; script-src {scripts} 'wasm-unsafe-eval'; style-src {styles}; worker-src blob:; \
         frame-src blob:; base-uri 'none'; form-action 'none'"
    );
    let mut text = PAGE.to_owned();
    for (place, content) in [
        ("@@policy@@", policy.as_str()),
        ("@@version@@", env!("CARGO_PKG_VERSION")),
        ("@@style@@", STYLE),
        ("@@worker@@", &worker),
        ("@@script@@", SCRIPT),
        ("@@library@@", &STANDARD.encode(&packed)),
    ] {
        if text.matches(place).count() != 1 {
            bail!("page.html must have {place} once");
        }
        text = text.replace(place, content);
    }
    fs::write(&page, &text).with_context(|| format!("cannot write {}", page.display()))?;
    println!(
        "{}: {} bytes, of which the library {} (compressed {})",
        page.display(),
        text.len(),
        wasm.len(),
        packed.len()
    );
    Ok(())
}

/// Returns how a policy names a text.
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
