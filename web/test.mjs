// What scripts/test-page checks: `test.mjs PAGE PROGRAM [FILE...]`.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

const [page_, program, ...files] = process.argv.slice(2);
const cases = path.resolve("testdata/cases");
const scratch = mkdtempSync(path.join(tmpdir(), "mdmlog-page-"));
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage"] });

let passed = 0;
let failed = 0;
function check(what, holds, about = "") {
  if (holds) {
    passed++;
    console.log(`  ${what}`);
  } else {
    failed++;
    console.log(`test-page: FAILED: ${what} ${about}`);
  }
}

/** Opens the page; all that it asks the network for and all that the console says is gathered. */
async function open(options = {}) {
  const context = await browser.newContext({ acceptDownloads: true, ...options });
  const page = await context.newPage();
  const requests = [];
  const said = [];
  context.on("request", (request) => {
    if (!request.url().startsWith("blob:") && request.url() !== `file://${page_}`) requests.push(request.url());
  });
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(`file://${page_}`);
  await page.evaluate(() => (document.querySelector("details").open = true));
  return { page, context, requests, said };
}

const settled = "#result:not([hidden]), #trouble:not([hidden]), #locked:not([hidden])";
const patient = { timeout: 600_000 };

async function give(page, input, what) {
  await page.setInputFiles(input, what);
  await page.waitForSelector(settled, { state: "attached", ...patient });
  return page;
}

async function saved(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download", patient), act()]);
  const file = path.join(scratch, download.suggestedFilename());
  await download.saveAs(file);
  return readFileSync(file);
}

const json = (page) => saved(page, () => page.getByRole("link", { name: "report.json" }).click());
const environment = { ...process.env, MDMLOG_PASSPHRASE: "correct horse", COLUMNS: "100" };
const run = (words, cwd) => execFileSync(program, words, { cwd, env: environment, maxBuffer: 1 << 30, stdio: ["ignore", "pipe", "ignore"] });

/** Returns how long the page takes for files, and the program. */
async function speed() {
  for (const file of files) {
    const { page } = await open();
    const megabytes = statSync(file).size / 1e6;
    const started = Date.now();
    await give(page, "#files", file);
    const inPage = (Date.now() - started) / 1000;
    const status = await page.textContent("#status");
    const trouble = await page.textContent("#trouble");
    const begun = Date.now();
    run(["analyze", file, "--format", "json", "-o", path.join(scratch, "speed.json")], scratch);
    const inProgram = (Date.now() - begun) / 1000;
    console.log(
      `${path.basename(file)}: ${megabytes.toFixed(0)} MB; page ${inPage.toFixed(1)} s (${(megabytes / inPage).toFixed(0)} MB/s), ` +
        `program ${inProgram.toFixed(2)} s (${(megabytes / inProgram).toFixed(0)} MB/s); ${status} ${trouble}`,
    );
    await page.context().close();
  }
}

async function reports() {
  const { page, context, requests, said } = await open();
  for (const name of readdirSync(cases).sort()) {
    const folder = path.join(cases, name);
    const { arguments: words } = JSON.parse(readFileSync(path.join(folder, "truth.json"), "utf8"));
    const value = (option) => (words.includes(option) ? words[words.indexOf(option) + 1] : "");
    await page.fill("#zone", value("--log-timezone"));
    await page.fill("#ports", value("--port"));
    const paths = words.filter((word, at) => !word.startsWith("--") && !words[at - 1]?.startsWith("--"));
    const full = paths.map((one) => path.join(folder, one));
    const isFolder = statSync(full[0]).isDirectory();
    await give(page, isFolder ? "#folder" : "#files", isFolder ? full[0] : full);
    if (await page.isVisible("#locked")) {
      await page.fill("#passphrase", "incorrect horse");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#trouble:not([hidden])", patient);
      check(`${name}: a wrong passphrase is said to be wrong`, (await page.textContent("#trouble")) === "The passphrase is wrong.");
      await page.fill("#passphrase", "correct horse");
      await page.keyboard.press("Enter");
      await page.waitForSelector("#result:not([hidden])", patient);
    }
    const trouble = await page.textContent("#trouble");
    if (trouble) {
      check(`${name}: a report`, false, trouble);
      continue;
    }
    const ours = run(["analyze", ...words, "--format", "json"], folder);
    check(`${name}: the same report, byte for byte`, ours.equals(await json(page)));
  }
  check("there was not one request", requests.length === 0, requests);
  check("the console is silent", said.length === 0, said);
  const sent = await page.evaluate(() => Promise.allSettled([fetch("https://192.0.2.1/"), fetch("data:text/plain,x")]));
  check("nothing can be sent", sent.every(({ status }) => status === "rejected") && requests.length === 0, requests);
  await context.close();
}

async function evidence() {
  const { page, context } = await open();
  const folder = path.join(cases, "five-outcomes");
  await give(page, "#files", path.join(folder, "bundle.tar"));
  for (const [format, name] of [["html", "report.html"], ["markdown", "report.md"], ["csv", "attempts.csv"]]) {
    const theirs = await saved(page, () => page.getByRole("link", { name }).click());
    check(`${name} is that of the program`, run(["analyze", "bundle.tar", "--format", format], folder).equals(theirs));
  }
  for (const [button, command] of [["Packets (pcapng)", "slice"], ["Log records", "extract"]]) {
    const file = path.join(scratch, command);
    run([command, "bundle.tar", "-n", "2,4-5", "-o", file], folder);
    await page.fill("#attempts", "2,4-5");
    const theirs = await saved(page, () => page.getByRole("button", { name: button }).click());
    check(`${button} are those of mdmlog ${command}`, readFileSync(file).equals(theirs));
  }
  await page.fill("#attempts", "77");
  await page.getByRole("button", { name: "Log records" }).click();
  await page.waitForSelector("#trouble:not([hidden])", patient);
  check("a number that no attempt has is a sentence", (await page.textContent("#trouble")).includes("no attempt 77"));
  const report = page.frameLocator("#report");
  await report.locator("#filters").waitFor(patient);
  check("the report's own script runs inside of the page", true);
  await context.close();
}

async function trouble() {
  const { page, context } = await open();
  await give(page, "#files", { name: "picture.png", mimeType: "image/png", buffer: Buffer.from("\x89PNG\r\n\x1a\n", "latin1") });
  check("what is of no use is a sentence", (await page.textContent("#trouble")).includes("picture.png seems to be a PNG picture"));
  await page.fill("#zone", "Nowhere/There");
  await page.setInputFiles("#files", path.join(cases, "five-outcomes/bundle.tar"));
  await page.waitForFunction(() => document.getElementById("trouble").textContent.includes("Nowhere"), null, patient);
  check("a zone that does not exist is a sentence", true);
  await page.fill("#zone", "");
  await give(page, "#files", [path.join(cases, "encrypted-bundle/bundle.tar.gpg"), path.join(cases, "log-only/bundle.tar")]);
  await page.getByRole("button", { name: "Go on without it" }).click();
  await page.waitForSelector("#result:not([hidden])", patient);
  check("without the passphrase the rest is analysed", true);
  const text = "</script><img src=x onerror=document.title='run'>";
  await give(page, "#files", { name: `${text}.log`, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.waitForSelector("#trouble:not([hidden])", patient);
  check("names of files run nothing", (await page.title()) === "mdmlog" && (await page.locator("main img").count()) === 0);
  await context.close();
}

/** Drops a file as a person does, and looks at the page as those do who do not see it. */
async function people() {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  for (const colorScheme of ["light", "dark"]) {
    const { page, context } = await open({ colorScheme, viewport: { width: 1100, height: 900 } });
    const rules = async (when) => {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run({ exclude: [["#report"]] }));
      check(`${colorScheme}, ${when}: no barrier that axe knows`, violations.length === 0, JSON.stringify(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])));
    };
    await rules("empty");
    await page.screenshot({ path: `target/page/${colorScheme}-empty.png` });
    const order = [];
    for (let press = 0; press < 6; press++) {
      await page.keyboard.press("Tab");
      order.push(await page.evaluate(() => document.activeElement.id || document.activeElement.localName));
    }
    check(`${colorScheme}: the keyboard reaches all`, order.join() === "files,folder,summary,zone,hosts,ports", order);
    const content = readFileSync(path.join(cases, "five-outcomes/bundle.tar")).toString("base64");
    const transfer = await page.evaluateHandle((content) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(atob(content), (character) => character.charCodeAt(0))], "bundle.tar"));
      return transfer;
    }, content);
    await page.dispatchEvent("#drop", "drop", { dataTransfer: transfer });
    await page.waitForSelector("#result:not([hidden])", patient);
    check(`${colorScheme}: what was dropped is analysed, and the focus is on what came out`, (await page.evaluate(() => document.activeElement.id)) === "headline");
    const status = page.getByRole("status");
    check(`${colorScheme}: a screen reader is told`, (await status.textContent()).startsWith("5 attempts, analysed in"));
    await rules("with a report");
    await page.frameLocator("#report").locator("#filters").waitFor(patient);
    await page.screenshot({ path: `target/page/${colorScheme}.png`, fullPage: true });
    await context.close();
  }
}

try {
  if (files.length > 0) {
    await speed();
  } else {
    await reports();
    await evidence();
    await trouble();
    await people();
    console.log(`test-page: ${passed} passed, ${failed} failed, 0 skipped`);
  }
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}
process.exit(failed > 0 ? 1 : 0);
