"""Lists the crates that are in a program: `parts.py TARGET SBOM NOTICES` writes a bill of materials (CycloneDX 1.5, JSON) and the
licences of all of them. Crates that only help to build are no parts of it."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys
import uuid
from datetime import datetime, timezone

TARGET, SBOM, NOTICES = sys.argv[1:]

metadata = json.loads(
    subprocess.run(
        ["cargo", "metadata", "--locked", "--format-version", "1", "--filter-platform", TARGET],
        check=True,
        capture_output=True,
    ).stdout
)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]


def needs(node):
    """Returns what a crate is linked with: no crates of tests and build scripts, and no macros."""
    for dependency in nodes[node]["deps"]:
        linked = any(kind["kind"] is None for kind in dependency["dep_kinds"])
        macro = any("proc-macro" in target["kind"] for target in packages[dependency["pkg"]]["targets"])
        if linked and not macro:
            yield dependency["pkg"]


found, waiting = {}, [root]
while waiting:
    node = waiting.pop()
    if node not in found:
        found[node] = sorted(needs(node), key=lambda one: (packages[one]["name"], packages[one]["version"]))
        waiting.extend(found[node])

checksums = {}
name = version = None
for line in pathlib.Path("Cargo.lock").read_text().splitlines():
    key, _, value = line.partition(" = ")
    if key == "name":
        name = value.strip('"')
    elif key == "version":
        version = value.strip('"')
    elif key == "checksum":
        checksums[name, version] = value.strip('"')


def reference(node):
    package = packages[node]
    return f"pkg:cargo/{package['name']}@{package['version']}"


def component(node):
    package = packages[node]
    entry = {
        "type": "application" if node == root else "library",
        "bom-ref": reference(node),
        "name": package["name"],
        "version": package["version"],
        "scope": "required",
        "purl": reference(node),
    }
    if package.get("description"):
        entry["description"] = " ".join(package["description"].split())
    if package.get("license"):
        # `MIT/Apache-2.0` is how it was written before SPDX.
        entry["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum := checksums.get((package["name"], package["version"])):
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if package.get("repository"):
        entry["externalReferences"] = [{"type": "vcs", "url": package["repository"]}]
    return entry


order = sorted(found, key=lambda node: (packages[node]["name"], packages[node]["version"]))
others = [node for node in order if node != root]
moment = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc)
main = component(root)
del main["scope"]
main["properties"] = [{"name": "cargo:target", "value": TARGET}]
bill = {
    "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "version": 1,
    "metadata": {"timestamp": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": main},
    "components": [component(node) for node in others],
    "dependencies": [{"ref": reference(node), "dependsOn": [reference(one) for one in found[node]]} for node in order],
}
# The number depends on the content, so that the same program has the same one.
digest = hashlib.sha256(json.dumps(bill, sort_keys=True).encode()).digest()
bill["serialNumber"] = f"urn:uuid:{uuid.UUID(bytes=digest[:16], version=4)}"
pathlib.Path(SBOM).write_text(json.dumps(bill, indent=1) + "\n")

# A text that many crates have stands once.
texts = {}
for node in others:
    package = packages[node]
    folder = pathlib.Path(package["manifest_path"]).parent
    for path in sorted(folder.iterdir()):
        stem = path.name.upper()
        if path.is_file() and stem.startswith(("LICEN", "COPYING", "NOTICE", "UNLICENSE", "COPYRIGHT")):
            text = path.read_text(errors="replace").strip()
            texts.setdefault(" ".join(text.split()), (text, []))[1].append(f"{package['name']} {package['version']}")
with open(NOTICES, "w") as out:
    out.write("mdmlog contains these crates, under the licences named behind them; the texts follow.\n\n")
    for node in others:
        package = packages[node]
        out.write(f"{package['name']} {package['version']}: {package.get('license') or 'see its licence file'}\n")
    for text, owners in texts.values():
        out.write("\n" + "=" * 100 + "\n" + ", ".join(owners) + "\n" + "=" * 100 + "\n\n" + text + "\n")
print(f"{SBOM}: {len(others)} crates")
