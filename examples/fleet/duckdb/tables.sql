-- The tables of all bundles as views. Say first where they are: SET VARIABLE fleet = 'path/to/fleet';
--
-- They may lie there as the program writes them (customer=NAME/.../attempts.parquet) or as the Spark job does
-- (attempts/customer=NAME/...). A bundle that was analysed twice with the same result is counted once.
SET TimeZone = 'UTC';
SET VARIABLE files = (SELECT list(file) FROM glob(getvariable('fleet') || '/**/*.parquet'));
SET VARIABLE attempts_files = list_filter(getvariable('files'), lambda file: regexp_matches(file, '/attempts(\.parquet$|/)'));
SET VARIABLE incidents_files = list_filter(getvariable('files'), lambda file: regexp_matches(file, '/incidents(\.parquet$|/)'));
SET VARIABLE evidence_files = list_filter(getvariable('files'), lambda file: regexp_matches(file, '/evidence(\.parquet$|/)'));

CREATE OR REPLACE TEMP MACRO read_tables(files) AS TABLE
    FROM read_parquet(files, union_by_name = true, hive_partitioning = true, hive_types_autocast = false);

CREATE OR REPLACE TEMP VIEW attempts AS
    SELECT DISTINCT ON (run, attempt) * FROM read_tables(getvariable('attempts_files'));
CREATE OR REPLACE TEMP VIEW incidents AS
    SELECT DISTINCT ON (run, incident) * FROM read_tables(getvariable('incidents_files'));
CREATE OR REPLACE TEMP VIEW evidence AS
    SELECT DISTINCT * FROM read_tables(getvariable('evidence_files'));
