-- NCC-1: families on file and not closed; this year's last word on how they live; the list of the province.
WITH family AS (
    SELECT subject FROM opening o
    WHERE programme = 'NCC' AND item = 0 AND happened <= (SELECT t FROM asked)
      AND NOT EXISTS (SELECT 1 FROM approved a WHERE a.subject = o.subject AND a.kind = 'closed'
                      AND a.decided_at <= (SELECT t FROM asked) AND a.decided_at >= o.happened)
), excluded AS (
    SELECT subject FROM case_excluded WHERE excluded
), said AS (
    SELECT subject, arg_max(c->>'level', (happened, place)) AS level
    FROM e WHERE kind IN ('rated', 'rechecked') AND programme = 'NCC' AND happened <= (SELECT t FROM asked)
      AND CAST(c->>'year' AS INT) = year((SELECT t FROM asked))
      AND c->>'level' IN ('CAO_HON', 'BANG', 'THAP_HON')
    GROUP BY 1
), judged AS (
    SELECT level FROM family LEFT JOIN said USING (subject) WHERE subject NOT IN (SELECT subject FROM excluded)
)
SELECT count(*) FILTER (WHERE level IN ('CAO_HON', 'BANG')) AS numerator, listed('NCC1.families') AS denominator,
       count(*) FILTER (WHERE level = 'THAP_HON') AS below,
       count(*) AS system
FROM judged;
