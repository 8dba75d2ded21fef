-- Which servers fail how often, week by week?
SELECT
    date_trunc('week', started_at)::DATE AS week,
    server_host,
    server_port,
    count(*) AS attempts,
    count(*) FILTER (outcome NOT IN ('success', 'unknown')) AS failed,
    round(100.0 * failed / count(*), 1) AS failed_percent,
    list(DISTINCT outcome ORDER BY outcome) FILTER (outcome NOT IN ('success', 'unknown')) AS how
FROM attempts
GROUP BY ALL
HAVING failed > 0
ORDER BY week, failed DESC, server_host, server_port;
