#!/usr/bin/env python3
"""Analyses many bundles on a Spark cluster and writes the tables of all of them as partitioned Parquet.

    spark-submit spark_fleet.py --bundles /shared/bundles --output /shared/fleet

The bundles lie as BUNDLES/CUSTOMER/BUNDLE, on storage that every worker has at the same path; `mdmlog`, built with `--features
parquet`, is on every worker. What comes out:

    OUTPUT/attempts/customer=NAME/...   likewise incidents, evidence and inputs
    OUTPUT/bundles/...                  one row per bundle: whether it was analysed, and if not, why

Spark says where and when a bundle is analysed, mdmlog how. A bundle that can't be analysed is a row, not a lost job.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from pyspark.sql import SparkSession
from pyspark.sql.types import DoubleType, IntegerType, StringType, StructField, StructType

TABLES = ["attempts", "incidents", "evidence", "inputs"]

BUNDLES = StructType([
    StructField("customer", StringType()),
    StructField("bundle", StringType()),
    StructField("status", StringType()),  # analysed, failed, timeout
    StructField("exit_status", IntegerType()),
    StructField("message", StringType()),  # what the program said, warnings included
    StructField("seconds", DoubleType()),
])


def escaped(name):
    """As Hive and Spark spell a partition's value in a path."""
    return re.sub(r"""[\x00-\x1f\x7f"#%'*/:=?\\{}\[\]^]""", lambda found: f"%{ord(found[0]):02X}", name)


def analyse(bundles, program, threads, timeout, staging):
    """Analyses the bundles of one partition, and says of each what became of it."""
    for customer, bundle, number in bundles:
        # The program writes its tables whole or not at all, so what lies there can be read.
        tables = Path(staging) / f"customer={escaped(customer)}" / f"number={number}"
        command = [*program, "analyze", bundle, "--format", "parquet", "--output", str(tables)]
        command += ["--threads", str(threads), "--progress", "never"]
        status, code, message, began = "failed", None, "", time.monotonic()
        try:
            # A name that begins with a dash is a path all the same: bundles are absolute paths.
            ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout)
            code, message = ran.returncode, ran.stderr.decode("utf-8", "replace")
            if code == 0:
                status = "analysed"
        except subprocess.TimeoutExpired:
            status, message = "timeout", f"not done after {timeout} seconds"
        except OSError as error:
            message = str(error)
        yield customer, bundle, status, code, message.strip()[-4000:], time.monotonic() - began


def find(root):
    """CUSTOMER/BUNDLE below the root, in order."""
    for customer in sorted(path for path in root.iterdir() if path.is_dir()):
        for bundle in sorted(path for path in customer.iterdir() if not path.name.startswith(".")):
            yield customer.name, str(bundle)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--bundles", type=Path, required=True, help="where the bundles lie, as CUSTOMER/BUNDLE")
    parser.add_argument("--output", type=Path, required=True, help="a directory for the tables; those in it are replaced")
    parser.add_argument("--mdmlog", default=["mdmlog"], nargs="+", help="the program on the workers")
    parser.add_argument("--timeout", type=float, default=3600, help="seconds for one bundle")
    return parser.parse_args()


def main():
    args = arguments()
    spark = (
        SparkSession.builder.appName("mdmlog")
        # A bundle that failed would fail again, and a slow one is no faster twice.
        .config("spark.task.maxFailures", "1")
        .config("spark.speculation", "false")
        .config("spark.sql.session.timeZone", "UTC")
        # As mdmlog does: Spark's own way with times loses that they are UTC.
        .config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        # Likewise. Spark's default, Snappy, can't load its library where musl is installed beside glibc.
        .config("spark.sql.parquet.compression.codec", "zstd")
        # A customer may be called 007.
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )
    threads = int(spark.conf.get("spark.task.cpus", "1"))
    bundles = [(*found, number) for number, found in enumerate(find(args.bundles.resolve()))]
    if not bundles:
        sys.exit(f"{args.bundles}: no CUSTOMER/BUNDLE in it")
    args.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".staging-", dir=args.output.resolve()) as staging:
        program, timeout = args.mdmlog, args.timeout
        # A partition for each bundle: Spark gives the next one to whoever is free.
        rows = spark.sparkContext.parallelize(bundles, len(bundles)).mapPartitions(
            lambda part: analyse(part, program, threads, timeout, staging)
        )
        # What became of them is written before it is read again: the program runs once for each bundle.
        told = str(args.output / "bundles")
        spark.createDataFrame(rows, BUNDLES).repartition(max(1, len(bundles) // 10_000)).write.mode("overwrite").parquet(told)
        outcome = {row["status"]: row["count"] for row in spark.read.parquet(told).groupBy("status").count().collect()}
        if outcome.get("analysed"):
            for table in TABLES:
                files = f"{staging}/customer=*/number=*/{table}.parquet"
                (
                    spark.read.option("basePath", staging).option("mergeSchema", True).parquet(files)
                    .drop("number")
                    .repartition("customer")
                    .write.mode("overwrite").partitionBy("customer").parquet(str(args.output / table))
                )
    print(" ".join(f"{status}={count}" for status, count in sorted(outcome.items())))
    spark.stop()
    return 0 if outcome.get("analysed") else 1


if __name__ == "__main__":
    sys.exit(main())
