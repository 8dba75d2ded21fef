"""What scripts/test-release checks: `test-release.py TOOLS DIST`, the folder with programs from PyPI, and that with the release."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile

import macho

TOOLS, DIST = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
VERSION = re.search(r'^version = "(.*)"', pathlib.Path("Cargo.toml").read_text(), re.M).group(1)
SCHEMAS = os.environ.get("MDMLOG_SCHEMAS")
# What Windows itself has; anything else would have to lie beside the program.
OF_WINDOWS = re.compile(r"(?i)(kernel32|ntdll|advapi32|bcrypt|bcryptprimitives|ws2_32|userenv|shell32|ole32|user32|msvcrt|api-ms-win-.*)\.dll")
EVERY_PACKAGE = [
    "README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt", "mdmlog.cdx.json", "docs/outcomes.md", "man/mdmlog.1",
    "man/mdmlog-analyze.1", "completions/mdmlog.bash", "completions/_mdmlog", "completions/mdmlog.fish", "completions/mdmlog.ps1",
    "completions/mdmlog.elv", "contrib/lnav/ise-psc.json",
]
passed = failed = skipped = 0


def check(what, wrong):
    global passed, failed
    if wrong:
        failed += 1
        print(f"test-release: FAILED: {what}: {str(wrong)[:2000]}", flush=True)
    else:
        passed += 1
        print(f"  {what}", flush=True)


def skip(what, why):
    global skipped
    skipped += 1
    print(f"test-release: SKIPPED: {what} ({why})", file=sys.stderr, flush=True)


def fails(*words, **options):
    """Returns what a program says where it fails."""
    ran = subprocess.run([str(word) for word in words], capture_output=True, text=True, stdin=subprocess.DEVNULL, **options)
    return (ran.stdout + ran.stderr or f"status {ran.returncode}") if ran.returncode else None


# The sums, and nothing that has none.
sums = dict(reversed(line.split(maxsplit=1)) for line in (DIST / "SHA256SUMS").read_text().splitlines())
files = {path.name: path for path in DIST.iterdir() if path.is_file() and path.name != "SHA256SUMS"}
check("every file has a sum", sorted(set(files) ^ set(sums)))
check("and it is its own", [name for name, path in files.items() if hashlib.sha256(path.read_bytes()).hexdigest() != sums.get(name)])


def unpack(name, folder):
    if name.endswith(".zip"):
        zipfile.ZipFile(DIST / name).extractall(folder)
    else:
        subprocess.run(["tar", "-xzf", DIST / name, "-C", folder], check=True)


def look_at(target, program):
    """Checks what a program wants of its system."""
    if "linux" in target:
        ran = subprocess.run(["ldd", program], capture_output=True, text=True)
        said = ran.stdout + ran.stderr
        check(f"{target}: wants no library", None if re.search("statically linked|not a dynamic", said) else said)
        check(f"{target}: runs", fails(program, "--version"))
    elif "windows" in target:
        if not shutil.which("x86_64-w64-mingw32-objdump"):
            return skip(f"which libraries the program for {target} wants", "Debian's binutils-mingw-w64-x86-64 is not installed")
        listed = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", program], capture_output=True, text=True, check=True).stdout
        wanted = re.findall(r"DLL Name: (\S+)", listed)
        check(f"{target}: wants libraries of Windows alone", [one for one in wanted if not OF_WINDOWS.fullmatch(one)] or not wanted)
    else:
        wrong = macho.check(program, target.split("-")[0])
        check(f"{target}: wants libraries of macOS alone, is signed where it has to be, and is for macOS 11 and later", wrong)
        skip(f"running the program for {target}", "that takes a Mac")


def look_into(name, target, folder):
    unpack(name, folder)
    inside = folder / f"mdmlog-{VERSION}-{target}"
    check(f"{name}: all in one folder", [path.name for path in folder.iterdir() if path != inside])
    program = inside / ("mdmlog.exe" if "windows" in target else "mdmlog")
    missing = [path for path in EVERY_PACKAGE if not (inside / path).is_file() or not (inside / path).stat().st_size]
    check(f"{name}: program, manual, completions, licences and parts", missing or not program.is_file())
    if program.is_file():
        look_at(target, program)
    validate_parts(inside / "mdmlog.cdx.json", name)
    return inside


def validate_parts(path, name):
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError:
        return skip(f"the bill of materials of {name}", "cyclonedx-python-lib is not to be had")
    text = path.read_text()
    error = JsonStrictValidator(SchemaVersion.V1_5).validate_str(text)
    check(f"{name}: {len(json.loads(text)['components'])} crates in a bill of materials as CycloneDX 1.5 has it", error)


def fill(template, target, **values):
    """Returns a template of `cargo binstall` with what it puts in."""
    values |= {"name": "mdmlog", "version": VERSION, "target": target, "bin": "mdmlog", "binary-ext": ".exe" if "windows" in target else ""}
    return re.sub(r"\{ ([a-z-]+) \}", lambda found: values[found.group(1)], template)


def look_up(target, package, packages):
    """Checks that `cargo binstall` finds package and program for a target by the metadata in Cargo.toml."""
    metadata = package["metadata"]["binstall"]
    metadata = metadata | metadata.get("overrides", {}).get(target, {})
    suffix = {"tgz": ".tar.gz", "zip": ".zip"}[metadata["pkg-fmt"]]
    url = fill(metadata["pkg-url"], target, repo=package["repository"], **{"archive-suffix": suffix})
    folder = packages.get(url.rsplit("/", 1)[1])
    found = folder and (folder.parent / fill(metadata["bin-dir"], target)).is_file()
    check(f"binstall: finds the program for {target}", None if found else url)


with tempfile.TemporaryDirectory() as scratch:
    packages = {}
    for name in sorted(files):
        found = re.fullmatch(rf"mdmlog-{re.escape(VERSION)}-([a-z0-9_-]+)\.(tar\.gz|zip)", name)
        if found:
            folder = pathlib.Path(scratch, found.group(1))
            folder.mkdir()
            packages[name] = look_into(name, found.group(1), folder)
    for target in ["x86_64-unknown-linux-musl", "x86_64-pc-windows-gnu", "aarch64-apple-darwin", "x86_64-apple-darwin"]:
        if not any(target in name for name in packages):
            skip(f"the package for {target}", "it was not built")
    if "mdmlog.html" in files:
        page = files["mdmlog.html"].read_text()
        check("mdmlog.html: forbids connections, names no other file", None if "connect-src 'none'" in page and " src=" not in page else "it may load")
    else:
        skip("the page", "it was not built")

    # The manifests name what lies here: by its sum, and the program at its path.
    manifests = DIST / "manifests"
    for path in sorted(path for path in manifests.rglob("*") if path.is_file()):
        text, name = path.read_text(), path.relative_to(manifests)
        named = set(re.findall(r"/(mdmlog-[^/\"\s]+\.(?:tar\.gz|zip))", text)) & set(packages)
        if "sha256" in text.lower() or '"hash"' in text:
            check(f"{name}: names packages by their sums", [one for one in named if sums[one] not in text] or not named)
        check(f"{name}: nothing of the template is left", re.findall(r"@[A-Z][^@\s]*@", text))
    windows = packages.get(f"mdmlog-{VERSION}-x86_64-pc-windows-gnu.zip")
    if windows and manifests.is_dir():
        scoop = json.loads((manifests / "scoop/mdmlog.json").read_text())
        inside = scoop["architecture"]["64bit"]["extract_dir"] + "/" + scoop["bin"]
        nested = re.search(r"RelativeFilePath: (\S+)", (manifests / "winget/mdmlog.mdmlog.installer.yaml").read_text()).group(1)
        for what, path in [("scoop", inside), ("winget", nested)]:
            check(f"{what}: finds the program", None if (windows.parent / path.replace("\\", "/")).is_file() else path)
    manifest = manifests / "binstall/Cargo.toml"
    if manifest.is_file():
        package = tomllib.loads(manifest.read_text())["package"]
        built = [name.removeprefix(f"mdmlog-{VERSION}-").removesuffix(".zip").removesuffix(".tar.gz") for name in packages]
        # Of one package, for both kinds of C library.
        same = {"x86_64-unknown-linux-musl": "x86_64-unknown-linux-gnu", "x86_64-pc-windows-gnu": "x86_64-pc-windows-msvc"}
        for target in [*built, *(same[one] for one in built if one in same)]:
            look_up(target, package, packages)

# The forms that those have who take them.
formula = DIST / "manifests/homebrew/mdmlog.rb"
if not formula.is_file():
    skip("the formula for Homebrew", "it was not made")
elif shutil.which("ruby"):
    check("homebrew: the formula is Ruby", fails("ruby", "-c", formula))
    skip("installing by the formula", "that takes Homebrew")
else:
    skip("the formula for Homebrew", "Debian's ruby is not installed")


def against(what, schema, address, path):
    """Checks a manifest against a schema, which lies in a folder or is fetched."""
    if not path.is_file():
        return skip(what, "it was not made")
    if not (TOOLS / "check-jsonschema").exists():
        return skip(what, "check-jsonschema is not to be had")
    wrong = fails(TOOLS / "check-jsonschema", "--schemafile", pathlib.Path(SCHEMAS, schema) if SCHEMAS else address, path)
    if wrong and "FailedDownloadError" in wrong:
        return skip(what, f"its schema {address} cannot be fetched")
    check(what, wrong)


against(
    "scoop: the manifest fits its schema",
    "scoop.json",
    "https://raw.githubusercontent.com/ScoopInstaller/Scoop/master/schema.json",
    DIST / "manifests/scoop/mdmlog.json",
)
for path in sorted((DIST / "manifests/winget").glob("*.yaml")):
    kind, version = re.search(r"schema=https://aka\.ms/winget-manifest\.(\w+)\.([\d.]+)\.schema\.json", path.read_text()).groups()
    address = f"https://raw.githubusercontent.com/microsoft/winget-cli/master/schemas/JSON/manifests/v{version}/manifest.{kind}.{version}.json"
    against(f"winget: {path.name} fits its schema", f"manifest.{kind}.{version}.json", address, path)
workflows = sorted(pathlib.Path(".github/workflows").glob("*.yml"))
if (TOOLS / "zizmor").exists():
    check("the workflows fit GitHub's schema", fails(TOOLS / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows))
    check("and zizmor finds nothing in them", fails(TOOLS / "zizmor", "--offline", "--quiet", *workflows))
    skip("running the workflows", "that takes GitHub")
else:
    skip("the workflows", "check-jsonschema and zizmor are not to be had")
print(f"test-release: {passed} passed, {failed} failed, {skipped} skipped")
sys.exit(failed > 0)
