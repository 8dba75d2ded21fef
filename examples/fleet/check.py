#!/usr/bin/env python3
"""Checks the examples of this folder with the bundles of testdata: `scripts/test-fleet` runs it.

The tables are made twice, by the program alone and by the Spark job, must hold what the JSON reports hold, and every question
must get the same answer from both.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import duckdb

from spark_fleet import escaped

HERE = Path(__file__).resolve().parent
CASES = HERE.parent.parent / "testdata" / "cases"
QUESTIONS = sorted(path.stem for path in (HERE / "duckdb").glob("*.sql") if path.stem != "tables")


def lay_out(folder):
    """CUSTOMER/BUNDLE: a customer for each case; two that sent the same, one odd name, and bundles that are none."""
    for case in sorted(CASES.iterdir()):
        for bundle in case.glob("bundle*"):
            customer = folder / case.name
            customer.mkdir(parents=True)
            if bundle.is_dir():
                shutil.copytree(bundle, customer / bundle.name)
            else:
                shutil.copy(bundle, customer / bundle.name)
    for customer in ["007", "Müller & Söhne [a=b] 100%"]:
        (folder / customer).mkdir()
        shutil.copy(CASES / "five-outcomes" / "bundle.tar", folder / customer / "a bundle.tar")
    (folder / "broken").mkdir()
    (folder / "broken" / "noise.tar").write_bytes(bytes(range(256)) * 64)
    (folder / "broken" / "empty.tar").touch()


def analyse(program, bundles, fleet):
    """The program alone, as a shell would call it; gives the JSON reports of the bundles that can be analysed."""
    reports = {}
    for number, bundle in enumerate(sorted(bundles.glob("*/*"))):
        tables = fleet / f"customer={escaped(bundle.parent.name)}" / str(number)
        ran = subprocess.run([program, "analyze", "-q", bundle, "--format", "parquet", "-o", tables], capture_output=True)
        if ran.returncode == 0:
            report = subprocess.run([program, "analyze", "-q", bundle], capture_output=True, check=True).stdout
            reports[(bundle.parent.name, str(bundle))] = json.loads(report)
    return reports


def ask(fleet, question, before=""):
    engine = duckdb.connect()
    engine.execute("SET VARIABLE fleet = $fleet", {"fleet": str(fleet)})
    engine.execute((HERE / "duckdb" / "tables.sql").read_text())
    engine.execute(before)
    answer = engine.execute((HERE / "duckdb" / f"{question}.sql").read_text())
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row)) for row in answer.fetchall()]


def check_tables(fleet, reports):
    """What is in the tables is what is in the reports."""
    engine = duckdb.connect()
    engine.execute("SET VARIABLE fleet = $fleet", {"fleet": str(fleet)})
    engine.execute((HERE / "duckdb" / "tables.sql").read_text())
    expected = Counter(
        (customer, bundle, attempt["outcome"], attempt["detail"])
        for (customer, bundle), report in reports.items()
        for attempt in report["attempts"]
    )
    found = engine.execute("SELECT customer, bundle, outcome, detail FROM attempts").fetchall()
    assert Counter(found) == expected, f"{fleet}: {(Counter(found) - expected) + (expected - Counter(found))}"
    for table, count in [
        ("incidents", sum(len(report["incidents"]) for report in reports.values())),
        ("evidence", sum(len(attempt["evidence"]) for report in reports.values() for attempt in report["attempts"])),
    ]:
        rows = engine.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        # The same evidence of two tries is one row to the view.
        assert 0.95 * count <= rows <= count, f"{fleet}: {rows} rows of {table}, expected {count}"


def check_answers(fleet, reports):
    answers = {question: ask(fleet, question) for question in QUESTIONS}
    attempts = [attempt for report in reports.values() for attempt in report["attempts"]]
    failed = [attempt for attempt in attempts if attempt["outcome"] not in ("success", "unknown")]
    incidents = [incident for report in reports.values() for incident in report["incidents"]]

    weeks = answers["failures_per_week"]
    assert sum(row["failed"] for row in weeks) == len(failed) > 0

    times = answers["time_to_resolution"]
    assert sum(row["incidents"] for row in times) == len(incidents)
    assert sum(row["resolved"] for row in times) == sum(incident["resolved_by"] is not None for incident in incidents) > 0

    # Three customers sent what is in five-outcomes, and nothing in it was resolved.
    shared = answers["open_in_several_bundles"]
    several = {row["fingerprint"]: row["customers"] for row in shared}
    for incident in reports[next(key for key in reports if key[0] == "five-outcomes")]["incidents"]:
        assert {"007", "five-outcomes", "Müller & Söhne [a=b] 100%"} <= set(several[incident["fingerprint"]])

    conflicts = answers["conflicts"]
    assert len(conflicts) == sum(attempt["conflict"] is not None for attempt in attempts)
    assert all(row["evidence"] for row in conflicts)

    # No case has a resolver that changes, so one is made of an incident that has none.
    changed = """
        CREATE OR REPLACE TEMP TABLE real AS FROM incidents;
        CREATE OR REPLACE TEMP VIEW incidents AS SELECT * REPLACE (
            ['resolver'] AS changed,
            '[{"what":"resolver","before":"192.0.2.53","after":"192.0.2.54"}]' AS changes_json
        ) FROM real WHERE customer = 'five-outcomes'
    """
    (row,) = ask(fleet, "dns_failure_after_resolver_change", changed)
    assert (row["customer"], row["detail"]) == ("five-outcomes", "nxdomain"), row
    assert (row["resolver_before"], row["resolver_after"]) == ("192.0.2.53", "192.0.2.54"), row
    return answers


def main():
    program = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        bundles, alone, spark = (Path(scratch) / name for name in ["bundles", "alone", "spark"])
        lay_out(bundles)
        reports = analyse(program, bundles, alone)
        assert reports
        check_tables(alone, reports)
        answers = check_answers(alone, reports)

        job = [sys.executable, HERE / "spark_fleet.py", "--bundles", bundles, "--output", spark, "--mdmlog", program]
        # Twice: what is there is replaced, and nothing is left beside it.
        for _ in range(2):
            ran = subprocess.run(job, capture_output=True, text=True)
            assert ran.returncode == 0, ran.stderr
            assert f"analysed={len(reports)}" in ran.stdout, ran.stdout
        assert {path.name for path in spark.iterdir()} == {"attempts", "bundles", "evidence", "incidents", "inputs"}
        check_tables(spark, reports)
        for question, answer in check_answers(spark, reports).items():
            assert answer == answers[question], f"{question}: {answer} from Spark, {answers[question]} from the program"

        told = duckdb.execute(f"SELECT bundle, status, exit_status, message FROM '{spark}/bundles/*.parquet'").fetchall()
        assert len(told) == len(list(bundles.glob("*/*")))
        for bundle, status, code, message in told:
            failed = not any(bundle == known for _, known in reports)
            assert (status, code) == (("failed", 2) if failed else ("analysed", 0)), (bundle, status, code, message)
            assert message or not failed, bundle
        for question in QUESTIONS:
            print(f"{question}: {len(answers[question])} rows")
    print(f"fleet: {len(reports)} of {len(told)} bundles analysed, the same by the program alone and by Spark")


if __name__ == "__main__":
    main()
