-- NCC-1: families on file and not closed; this year's last word on how they live; the list of the province.
-- A file not complete after ten working days is charged to the commune that held it then, any other to who holds it at t.
CREATE OR REPLACE TABLE ncc_item AS
WITH family AS (
    SELECT subject, happened, precision FROM opening o
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
), complete AS (
    SELECT subject, min(happened) AS entitled FROM e WHERE kind = 'entitled' AND programme = 'NCC' GROUP BY 1
), filed AS (
    SELECT f.subject, CASE WHEN (c.entitled IS NULL OR c.entitled > p.t) AND w.due < p.t THEN w.due ELSE p.t END AS moment
    FROM family f CROSS JOIN asked p LEFT JOIN complete c USING (subject)
    LEFT JOIN after_workdays w ON w.day = CAST(f.happened AS DATE) AND w.days = 10 AND f.precision NOT IN ('month', 'year')
)
SELECT holder(subject, moment) AS unit, level
FROM filed LEFT JOIN said USING (subject) WHERE subject NOT IN (SELECT subject FROM excluded);
SELECT count(*) FILTER (WHERE level IN ('CAO_HON', 'BANG')) AS numerator, listed('NCC1.families') AS denominator,
       count(*) FILTER (WHERE level = 'THAP_HON') AS below,
       count(*) AS system
FROM ncc_item;
