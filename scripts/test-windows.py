"""What scripts/test-windows checks: `test-windows.py PROGRAM PLACE`, the program of this system, and the folder with that of
Windows."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

PROGRAM, PLACE = sys.argv[1], pathlib.Path(sys.argv[2])
WORK = PLACE / "work"
EXE = str(PLACE / "program/mdmlog.exe")
CASES = pathlib.Path("testdata/cases").resolve()
FIVE = CASES / "five-outcomes/bundle.tar"
passed = failed = skipped = 0


def windows(*words, cwd=WORK, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(["wine", EXE, *words], cwd=cwd, capture_output=True, timeout=300, **options)


def linux(*words, cwd=WORK):
    return subprocess.run([PROGRAM, *words], cwd=cwd, capture_output=True, stdin=subprocess.DEVNULL, timeout=300)


def check(what, holds, *about):
    global passed, failed
    if holds:
        passed += 1
        print(f"  {what}", flush=True)
        return
    failed += 1
    print(f"test-windows: FAILED: {what}\n" + "\n".join(str(one)[:2000] for one in about), flush=True)


def skip(what, why):
    global skipped
    skipped += 1
    print(f"test-windows: SKIPPED: {what} ({why})", file=sys.stderr)


def drive(path):
    """Returns a path of this system as wine shows it."""
    return "Z:" + str(path).replace("/", "\\")


def slashes(report):
    """Returns a report with the slashes of this system in paths, which JSON escapes on Windows."""
    return report.replace(b"\\\\", b"/")


# The same bytes for every case.
for case in sorted(path for path in CASES.iterdir()):
    words = ["analyze", *json.loads((case / "truth.json").read_text())["arguments"], "--format", "json"]
    ours, theirs = linux(*words, cwd=case), windows(*words, cwd=case)
    same = theirs.stdout == ours.stdout or slashes(theirs.stdout) == slashes(ours.stdout)
    check(f"{case.name}: the same report", same and theirs.returncode == ours.returncode == 0, theirs.stderr)

# All that the program makes is the same.
for form in ["text", "ndjson", "html", "markdown", "csv", "ecs", "jira", "servicenow"]:
    words = ["analyze", "bundle.tar", "--format", form, "--color", "never"]
    ours, theirs = linux(*words, cwd=FIVE.parent), windows(*words, cwd=FIVE.parent)
    check(f"--format {form}: the same bytes", theirs.stdout == ours.stdout and ours.stdout, theirs.stderr)
for words in [
    ["slice", "bundle.tar", "-n", "all", "-o"],
    ["extract", "bundle.tar", "-n", "all", "-o"],
    ["redact", "bundle.tar", "--redact-key", "k", "-o"],
]:
    name = words[0]
    ours = linux(*words, str(WORK / f"{name}.ours"), cwd=FIVE.parent)
    theirs = windows(*words, drive(WORK / f"{name}.theirs"), cwd=FIVE.parent)
    same = (WORK / f"{name}.ours").read_bytes() == (WORK / f"{name}.theirs").read_bytes()
    check(f"{name}: the same file", same and ours.returncode == theirs.returncode == 0, theirs.stderr)

# Paths.
shutil.copy(FIVE, WORK / "bundle.tar")
for what, path in [
    ("with a drive", drive(WORK / "bundle.tar")),
    ("with backslashes", ".\\bundle.tar"),
    ("with slashes", drive(WORK / "bundle.tar").replace("\\", "/")),
    ("in the verbatim form", "\\\\?\\" + drive(WORK / "bundle.tar")),
]:
    ran = windows("analyze", path, "--format", "json")
    report = json.loads(ran.stdout or b"{}")
    check(f"a path {what}", report.get("summary", {}).get("attempts") == 5 and report["inputs"][0]["path"].startswith(path), ran)
ran = windows("analyze", "\\\\server.invalid\\share\\bundle.tar")
check("a share that is not there is a sentence", ran.returncode == 2 and b"server.invalid" in ran.stderr, ran)
deep = WORK / "/".join(["a-folder-with-a-long-name-" + "x" * 60] * 5)
deep.mkdir(parents=True)
shutil.copy(FIVE, deep / "bundle.tar")
ran = windows("analyze", drive(deep / "bundle.tar"), "-o", drive(deep / "report.json"))
check(f"a path of {len(drive(deep))} characters is read and written", (deep / "report.json").stat().st_size > 50_000, ran)
(WORK / "ünï").mkdir()
shutil.copy(FIVE, WORK / "ünï/bündel.tar")
ran = windows("analyze", "ünï\\bündel.tar", "--format", "json")
check("a path beyond ASCII", json.loads(ran.stdout)["inputs"][0]["path"].startswith("ünï\\bündel.tar!"), ran)

# No shell makes names of a pattern.
shutil.copy(FIVE, WORK / "other.tar")
ran = windows("inspect", "*.tar", "--format", "json")
check("a pattern stands for files", b"bundle.tar" in ran.stdout and b"other.tar" in ran.stdout, ran)
(WORK / "other.tar").unlink()

# Streams.
with FIVE.open("rb") as file:
    ran = windows("analyze", "-", "--format", "json", stdin=file)
check("standard input is not taken for text", json.loads(ran.stdout)["summary"]["attempts"] == 5, ran)
ran = windows("analyze", "bundle.tar", "--format", "text")
check("lines end in a line feed alone", b"\r" not in ran.stdout and b"\x1b" not in ran.stdout, ran)
shutil.copy(CASES / "encrypted-bundle/bundle.tar.gpg", WORK)
(WORK / "passphrase.txt").write_bytes(b"correct horse\r\n")
without = {name: value for name, value in os.environ.items() if name != "MDMLOG_PASSPHRASE"}
ran = windows("analyze", "bundle.tar.gpg", "--passphrase-file", "passphrase.txt", "--format", "json", env=without)
check("a passphrase that Notepad wrote opens a bundle", json.loads(ran.stdout or b"{}").get("attempts"), ran)
pipe = f"wine '{EXE}' analyze bundle.tar --format json 2> err.txt | head -c 100 > /dev/null; echo ${{PIPESTATUS[0]}}"
ran = subprocess.run(["bash", "-c", pipe], cwd=WORK, capture_output=True, timeout=300)
check("a reader that goes away ends nothing", ran.stdout.strip() == b"0" and not (WORK / "err.txt").read_bytes(), ran)

# Devices and outputs.
for device in ["NUL", "nul", drive(WORK / "NUL")]:
    ran = windows("analyze", "bundle.tar", "-o", device)
    check(f"-o {device} takes all", ran.returncode == 0 and not any(path.name.lower() == "nul" for path in WORK.iterdir()), ran)
(WORK / "report.json").write_text("old")
ran = windows("analyze", "bundle.tar", "-o", "report.json")
check("-o replaces a file", json.loads((WORK / "report.json").read_text())["summary"]["attempts"] == 5, ran)
(WORK / "report.json").write_text("old")
ran = windows("analyze", "nothing.tar", "-o", "report.json")
check("without a result the old file stays", ran.returncode == 2 and (WORK / "report.json").read_text() == "old", ran)
ran = windows("analyze", "bundle.tar", "-o", "bundle.tar")
check("an input is not written over", ran.returncode == 2 and (WORK / "bundle.tar").read_bytes() == FIVE.read_bytes(), ran)
ran = windows("analyze", "bundle.tar", "-o", "BUNDLE.TAR")
check("nor under another spelling", (WORK / "bundle.tar").read_bytes() == FIVE.read_bytes(), ran)


def held(name):
    holder = subprocess.Popen(["wine", str(PLACE / "program/hold.exe"), name], cwd=WORK, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    check(f"{name} is held by another program", holder.stdout.readline().strip() == b"held")
    return holder


def release(holder):
    holder.stdin.close()
    holder.wait(timeout=60)


holder = held("bundle.tar")
ran = windows("analyze", "bundle.tar")
check("an input that another program has for itself is a sentence", ran.returncode == 2 and b"bundle.tar cannot be read" in ran.stderr, ran)
ran = windows("analyze", "bundle.tar", drive(CASES / "log-only/bundle.tar"), "--format", "json")
check("and costs no other input", ran.returncode == 0 and b"bundle.tar cannot be read" in ran.stderr, ran)
release(holder)
holder = held("report.json")
ran = windows("analyze", "bundle.tar", "-o", "report.json")
release(holder)
whole = (WORK / "report.json").read_text() == "old" or json.loads((WORK / "report.json").read_text())
check("an output that another program has for itself is whole or as it was", whole and (ran.returncode == 0 or b"report.json" in ran.stderr), ran)

# More than is held in memory goes to temporary files, which are mapped and gone afterwards.
shutil.copy(CASES / "tar-gz/bundle.tar.gz", WORK)
temporary = WORK / "temporary"
temporary.mkdir()
environment = {**os.environ, "TMP": drive(temporary), "TEMP": drive(temporary)}
ran = windows("analyze", "bundle.tar.gz", "--max-memory", "0", "--format", "json", env=environment)
ours = linux("analyze", "bundle.tar.gz", "--format", "json")
check("what is unpacked to temporary files gives the same report", ran.stdout == ours.stdout, ran)
check("and leaves none", not list(temporary.iterdir()))

# Ctrl-C, while standard input is waited for.
words = f'"{drive(EXE)}" analyze - -o interrupted.json'
ran = subprocess.run(["wine", str(PLACE / "program/press.exe"), "said.txt", words], cwd=WORK, capture_output=True, timeout=120)
said = (WORK / "said.txt").read_bytes() if (WORK / "said.txt").exists() else b""
if ran.returncode in (98, 99):
    skip("Ctrl-C", "wine makes no console here")
else:
    check("Ctrl-C ends it with a sentence", ran.returncode == 130 and b"interrupted; nothing was written" in said, ran, said)
left = [path.name for path in WORK.iterdir() if path.name.startswith(".mdmlog") or path.name == "interrupted.json"]
check("nothing is left half written", not left, left)

skip("a mapped file that is cut", "Windows does not let it be cut, wine does")
skip("colours of a console, a share that goes away while it is read", "wine has neither")
print(f"test-windows: {passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
