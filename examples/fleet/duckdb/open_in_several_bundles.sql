-- Which failures are open in more than one bundle? One ticket will do for each: the fingerprint is its key.
SELECT
    fingerprint,
    outcome,
    detail,
    server_host,
    count(DISTINCT bundle) AS bundles,
    list(DISTINCT customer ORDER BY customer) AS customers,
    min(first_at) AS first_at,
    max(last_at) AS last_at
FROM incidents
WHERE resolved_by IS NULL
GROUP BY ALL
HAVING bundles > 1
ORDER BY bundles DESC, last_at DESC, fingerprint;
