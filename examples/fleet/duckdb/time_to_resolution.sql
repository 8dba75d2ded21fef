-- How long does it take until a server is reached again, by kind of failure? Incidents that were open at the end of their
-- bundle have no time; how many these are tells how far the median can be trusted.
SELECT
    outcome,
    detail,
    count(*) AS incidents,
    count(resolved_at) AS resolved,
    round(median(resolution_ms) / 60000, 3) AS median_minutes,
    round(max(resolution_ms) / 60000, 3) AS longest_minutes
FROM incidents
GROUP BY ALL
ORDER BY incidents DESC, outcome, detail;
