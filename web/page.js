"use strict";

const at = (id) => document.getElementById(id);
let library = null;
let worker = null;
let addresses = [];
let told = 0;

/** Unpacks the library, once. */
async function unpacked() {
  if (!library) {
    const text = atob(at("library").textContent);
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    library = await new Response(stream).arrayBuffer();
    at("library").remove();
  }
  return library;
}

/** Gives a blob an address, which lasts until the next files. */
function address(blob) {
  const made = URL.createObjectURL(blob);
  addresses.push(made);
  return made;
}

function download(name, blob) {
  const link = document.createElement("a");
  link.href = address(blob);
  link.download = name;
  link.textContent = name;
  return link;
}

function stop() {
  if (worker) worker.terminate();
  worker = null;
  at("work").hidden = true;
}

function trouble(message) {
  at("trouble").textContent = message;
  at("trouble").hidden = !message;
}

function working(text) {
  trouble("");
  at("status").textContent = text;
  at("bar").removeAttribute("value");
  at("work").hidden = false;
}

const stages = { "finding": "Reading the files", "reading logs": "Reading logs", "reading captures": "Reading captures", "joining": "Joining log and capture" };

const hears = {
  progress({ stage, done, total }) {
    const bar = at("bar");
    if (total > 0) {
      bar.max = total;
      bar.value = Math.min(done, total);
    } else {
      bar.removeAttribute("value");
    }
    // A screen reader is told of stages, and not of each step.
    const text = `${stages[stage] ?? stage} …`;
    if (at("status").textContent !== text) at("status").textContent = text;
  },
  locked() {
    at("work").hidden = true;
    at("status").textContent = "The bundle is encrypted.";
    at("locked").hidden = false;
    at("passphrase").focus();
  },
  report({ attempts, failed, seconds, made }) {
    at("work").hidden = true;
    at("locked").hidden = true;
    at("passphrase").value = "";
    const count = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;
    at("status").textContent = `${count(attempts, "attempt")}, analysed in ${seconds.toFixed(1)} s.`;
    at("headline").textContent = `${count(attempts, "attempt")}, ${failed} failed`;
    const names = { html: "report.html", json: "report.json", markdown: "report.md", csv: "attempts.csv" };
    at("downloads").replaceChildren(
      ...Object.entries(names).map(([format, name]) => {
        const item = document.createElement("li");
        item.append(download(name, made[format]));
        return item;
      }),
    );
    at("report").src = address(made.html);
    at("result").hidden = false;
    at("headline").focus();
  },
  evidence({ name, blob }) {
    at("work").hidden = true;
    at("status").textContent = `${name} is ready.`;
    const link = download(name, blob);
    const item = document.createElement("li");
    item.append(link);
    at("downloads").append(item);
    link.click();
  },
  trouble({ message, ended }) {
    at("work").hidden = true;
    at("status").textContent = "";
    trouble(message);
    if (ended) stop();
    if (!at("locked").hidden) at("passphrase").focus();
  },
};

/** Analyses files; `names` are what was given, of which a folder has many. */
async function begin(names, inputs) {
  if (inputs.length === 0) return;
  // Files of one name may come from several folders, which a browser does not tell.
  const counts = new Map();
  names = names.map((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    if (count === 1) return name;
    const again = inputs.filter(({ path }) => path === name)[1];
    if (again) again.path = `${count}/${name}`;
    return again ? again.path : name;
  });
  stop();
  addresses.forEach((made) => URL.revokeObjectURL(made));
  addresses = [];
  at("result").hidden = true;
  at("locked").hidden = true;
  working("Starting …");
  const mine = ++told;
  const bytes = await unpacked();
  if (mine !== told) return;
  const script = new Blob([at("worker").textContent], { type: "text/javascript" });
  worker = new Worker(address(script));
  worker.onmessage = ({ data }) => hears[data.kind](data);
  worker.onerror = (event) => hears.trouble({ message: `The page cannot run the analysis: ${event.message}`, ended: true });
  worker.postMessage({ kind: "begin", library: bytes, names, inputs, zone: at("zone").value.trim(), hosts: at("hosts").value, ports: at("ports").value });
}

/** Takes what an input element holds; the files of a folder have paths. */
function chosen(input) {
  const inputs = [...input.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  const roots = inputs.map(({ path }) => path.split("/")[0]);
  const names = input.id === "folder" ? [...new Set(roots)] : roots;
  begin(names, inputs);
  input.value = "";
}

/** Takes all files below what was dropped. */
async function dropped(transfer) {
  const inputs = [];
  const entries = [];
  for (const item of transfer.items) {
    // What lies in no file system, such as an attachment that is dragged out of a mail, has no entry.
    const entry = item.webkitGetAsEntry() ?? item.getAsFile();
    if (entry instanceof File) inputs.push({ path: entry.name, file: entry });
    if (entry) entries.push(entry);
  }
  const open = entries.filter((entry) => !(entry instanceof File)).map((entry) => [entry, entry.name]);
  while (open.length > 0) {
    const [entry, path] = open.pop();
    if (entry.isFile) {
      inputs.push({ path, file: await new Promise((take, fail) => entry.file(take, fail)) });
      continue;
    }
    const reader = entry.createReader();
    let some;
    do {
      some = await new Promise((take, fail) => reader.readEntries(take, fail));
      open.push(...some.map((inner) => [inner, `${path}/${inner.name}`]));
    } while (some.length > 0);
  }
  begin(entries.map((entry) => entry.name), inputs);
}

at("files").addEventListener("change", () => chosen(at("files")));
at("folder").addEventListener("change", () => chosen(at("folder")));
at("cancel").addEventListener("click", () => {
  told++;
  stop();
  at("status").textContent = "Cancelled.";
  at("files").focus();
});
at("locked").addEventListener("submit", (event) => {
  event.preventDefault();
  working("Opening …");
  worker.postMessage({ kind: "open", passphrase: at("passphrase").value });
});
at("without").addEventListener("click", () => {
  at("locked").hidden = true;
  working("Reading the files …");
  worker.postMessage({ kind: "without" });
});
at("evidence").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!worker) return trouble("The analysis was ended; give the files again.");
  working("Looking for the evidence …");
  worker.postMessage({ kind: event.submitter?.name || "slice", attempts: at("attempts").value.trim() });
});
const drop = at("drop");
for (const kind of ["dragenter", "dragover"]) {
  addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
}
for (const kind of ["dragleave", "drop"]) addEventListener(kind, () => drop.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  dropped(event.dataTransfer).catch((error) => trouble(`What was dropped cannot be read: ${error.message}`));
});
