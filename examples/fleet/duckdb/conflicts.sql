-- Where do log and capture disagree? These verdicts want a person; the evidence says where to look.
SELECT
    customer,
    bundle,
    attempt,
    started_at,
    outcome,
    detail,
    confidence,
    conflict,
    list(source || ' ' || coalesce(line, frame) || ': ' || what ORDER BY source DESC, coalesce(line, frame), what) AS evidence
FROM attempts
JOIN (SELECT run, attempt, source, line, frame, what FROM evidence) USING (run, attempt)
WHERE conflict IS NOT NULL
GROUP BY ALL
ORDER BY customer, bundle, attempt;
