"""Fills the templates in `packaging` for a release: `manifests.py VERSION DIST REPOSITORY`, with the sums of what lies in DIST. A manifest
whose package is not there is left out. `cargo binstall` gets a Cargo.toml with the address of the repository, which that of the project does
not have."""

import pathlib
import re
import sys

VERSION, DIST, REPOSITORY = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3].rstrip("/")
if not REPOSITORY:
    REPOSITORY = "https://example.invalid/mdmlog"
    print("scripts/manifests.py: MDMLOG_REPOSITORY is not set: the manifests name an address that does not exist", file=sys.stderr)

sums = dict(reversed(line.split(maxsplit=1)) for line in (DIST / "SHA256SUMS").read_text().splitlines())
values = {"VERSION": VERSION, "REPOSITORY": REPOSITORY, "DOWNLOADS": f"{REPOSITORY}/releases/download/v{VERSION}"}


def value(match):
    word = match.group(1)
    if word.startswith("SHA256:"):
        return sums[word.removeprefix("SHA256:").replace("VERSION", VERSION)]
    return values[word]


templates = pathlib.Path("packaging")
for template in sorted(path for path in templates.rglob("*") if path.is_file()):
    target = DIST / "manifests" / template.relative_to(templates)
    try:
        text = re.sub(r"@([A-Za-z0-9_:.\-]+)@", value, template.read_text())
    except KeyError as missing:
        print(f"scripts/manifests.py: SKIPPED: {template} ({missing} was not built)", file=sys.stderr)
        continue
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)

manifest = pathlib.Path("Cargo.toml").read_text()
if not re.search(r"^repository = ", manifest, re.M):
    manifest = re.sub(r"^(license = .*)$", rf'\1\nrepository = "{REPOSITORY}"', manifest, count=1, flags=re.M)
target = DIST / "manifests/binstall/Cargo.toml"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(manifest)
