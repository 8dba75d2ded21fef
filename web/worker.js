// Runs the library beside the page, which stays awake meanwhile. Files are read here, a slice at a time.
"use strict";

const reader = new FileReaderSync();
let files = [];
let desk = null;

self.mdmlogRead = (number, from, into) => {
  const file = files[number];
  const slice = file.slice(from, Math.min(file.size, from + into.length));
  let bytes;
  try {
    bytes = new Uint8Array(reader.readAsArrayBuffer(slice));
  } catch (error) {
    throw `${error.name}: it was changed or moved since it was chosen, or may not be read`;
  }
  into.set(bytes);
  return bytes.length;
};

self.mdmlogProgress = (stage, done, total) => postMessage({ kind: "progress", stage, done, total });

const formats = { json: "application/json", html: "text/html;charset=utf-8", markdown: "text/markdown;charset=utf-8", csv: "text/csv;charset=utf-8" };

const does = {
  async begin({ library, names, inputs, zone, hosts, ports }) {
    await wasm_bindgen({ module_or_path: await WebAssembly.compile(library) });
    files = inputs.map((input) => input.file);
    desk = new wasm_bindgen.Desk(names);
    inputs.forEach((input, number) => desk.add(input.path, input.file.size, number));
    desk.set_zone(zone);
    desk.set_servers(hosts, ports);
    return this.analyze();
  },
  open({ passphrase }) {
    desk.set_passphrase(passphrase);
    return this.analyze();
  },
  without() {
    return this.analyze(true);
  },
  /** Analyses what is on the desk; where a bundle is encrypted, the page asks first, unless `anyway`. */
  analyze(anyway = false) {
    const started = performance.now();
    let analysis;
    try {
      analysis = desk.analyze();
    } catch (error) {
      if (desk.asked() && !anyway && typeof error === "string") return { kind: "locked" };
      throw error;
    }
    if (desk.asked() && !anyway) return { kind: "locked" };
    const seconds = (performance.now() - started) / 1000;
    const made = {};
    for (const [format, type] of Object.entries(formats)) made[format] = new Blob([analysis.render(format)], { type });
    const done = { kind: "report", attempts: analysis.attempts(), failed: analysis.failed(), seconds, made };
    analysis.free();
    return done;
  },
  slice({ attempts }) {
    const name = `attempts-${attempts}.pcapng`;
    return { kind: "evidence", name, blob: new Blob([desk.slice(attempts)], { type: "application/octet-stream" }) };
  },
  records({ attempts }) {
    const name = `attempts-${attempts}.log`;
    return { kind: "evidence", name, blob: new Blob([desk.records(attempts)], { type: "text/plain;charset=utf-8" }) };
  },
};

self.onmessage = async ({ data }) => {
  try {
    postMessage(await does[data.kind](data));
  } catch (error) {
    // What the library says is text; anything else ended it, and for want of memory as a rule.
    const message = typeof error === "string" ? error : `The analysis broke off (${error.message}). If the files are large, there was not enough memory for them in a page: use the program.`;
    postMessage({ kind: "trouble", message, ended: typeof error !== "string" });
  }
};
