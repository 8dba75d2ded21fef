-- Which customers' servers no longer resolve since ISE asks another DNS server?
SELECT
    customer,
    server_host,
    detail,
    first_at,
    change.before AS resolver_before,
    change.after AS resolver_after,
    attempts,
    resolved_at
FROM (
    SELECT *, unnest(from_json(changes_json, '[{"what": "VARCHAR", "before": "VARCHAR", "after": "VARCHAR"}]')) AS change
    FROM incidents
    WHERE outcome = 'dns_failure' AND list_contains(changed, 'resolver')
)
WHERE change.what = 'resolver'
ORDER BY customer, first_at;
