-- BD-1: with a file (consent and an assessment of needs, fifteen days) and supported (a stated need served, forty-five
-- days to say so). Judged by supported of those with a file; supported of all detected stands beside it.
-- Charged as in TE-2: to the commune that held the file when the first missed promise was due, else at t.
CREATE OR REPLACE TABLE bd_item AS
WITH p AS (SELECT * FROM asked),
o AS (
    SELECT o.*, least(received, happened) AS arises, item = 0 AS first_one FROM opening o, p
    WHERE programme = 'BD' AND received <= p.t AND received >= p.start
      AND coalesce(c->>'age_group', '') NOT IN ('DUOI_16', 'TU_16_17') AND coalesce(CAST(c->>'age' AS INT), 99) >= 18
),
answer AS (
    SELECT o.subject, o.item, x.kind, x.happened, x.precision
    FROM o JOIN e x ON x.subject = o.subject AND x.kind IN ('consented', 'assessed')
      AND (o.first_one OR CASE WHEN x.precision = 'minute' AND o.precision = 'minute' THEN x.happened >= o.happened
                               ELSE CAST(x.happened AS DATE) >= CAST(o.happened AS DATE) END)
),
moment AS (
    SELECT subject, item, min(happened) FILTER (WHERE kind = 'consented') AS consented, min(happened) FILTER (WHERE kind = 'assessed') AS assessed,
           arg_min(precision, happened) FILTER (WHERE kind = 'consented') AS p1, arg_min(precision, happened) FILTER (WHERE kind = 'assessed') AS p2
    FROM answer GROUP BY 1, 2
),
need AS (
    SELECT DISTINCT x.subject, b.item, n.key AS need
    FROM e x JOIN belongs b USING (subject, entry), json_each(x.c->'needs') n
    WHERE x.kind = 'assessed' AND x.programme = 'BD' AND json_type(x.c->'needs') = 'OBJECT' AND n.value->>'$' = 'yes'
),
served AS (
    SELECT n.subject, n.item, min(x.happened) AS served
    FROM need n JOIN e x ON x.subject = n.subject AND x.kind = 'served' AND coalesce(x.c->>'proof', 'none') NOT IN ('none', '')
      AND list_contains(CAST(x.c->'needs' AS VARCHAR[]), n.need)
    GROUP BY 1, 2
),
q AS (
    SELECT o.subject, o.item, later(later(m.consented, m.assessed), o.arises) AS filed, later(s.served, o.arises) AS supported,
           CASE WHEN m.consented > m.assessed THEN p1 ELSE p2 END IN ('month', 'year') AS blurred,
           CASE WHEN o.received_precision NOT IN ('month', 'year') THEN CAST(o.received AS DATE) + 15 + TIME '23:59:59' END AS due15,
           CASE WHEN o.received_precision NOT IN ('month', 'year') THEN CAST(o.received AS DATE) + 45 + TIME '23:59:59' END AS due45
    FROM o LEFT JOIN moment m USING (subject, item) LEFT JOIN served s USING (subject, item)
    WHERE NOT coalesce((SELECT excluded FROM case_excluded x WHERE x.subject = o.subject AND x.item = o.item), false)
),
judged AS (
    SELECT q.subject, due15, due45, CASE WHEN filed <= p.t THEN CASE WHEN blurred OR due15 IS NULL THEN 'u' WHEN filed > due15 THEN 'x' ELSE 'm' END
                WHEN due15 IS NULL THEN 'u' WHEN due15 < p.t THEN 'x' ELSE 'n' END AS file,
           CASE WHEN supported <= p.t THEN 'm' WHEN due45 IS NULL THEN 'u' WHEN due45 < p.t THEN 'x' ELSE 'n' END AS support
    FROM q, p
),
case_letter AS (
    SELECT holder(subject, coalesce(least(CASE file WHEN 'x' THEN due15 END, CASE support WHEN 'x' THEN due45 END), p.t)) AS unit, file, support
    FROM judged, p
),
d AS (
    SELECT x.subject, x.c, coalesce((SELECT arg_max(y.c->>'received_at', y.place) FROM e y WHERE y.subject = x.subject AND y.kind = 'told' AND y.c->>'fact' = 'received'), x.c->>'received_at') AS received
    FROM e x WHERE x.ledger = 'detected' AND x.kind = 'detected' AND x.programme = 'BD'
      AND x.subject NOT IN (SELECT subject FROM e WHERE ledger = 'detected' AND kind = 'matched')
),
fact AS (
    SELECT subject, arg_max(c->>'age_group', place) FILTER (WHERE c->>'age_group' IS NOT NULL) AS age_group,
           arg_max(CAST(c->>'age' AS INT), place) FILTER (WHERE c->>'age' IS NOT NULL) AS age
    FROM e WHERE ledger = 'detected' AND kind NOT IN ('decided', 'assigned', 'taken', 'matched', 'duplicate', 'excluded', 'included') GROUP BY 1
),
detected_letter AS (
    SELECT d.c->>'unit' AS unit, CASE WHEN CAST(d.received AS DATE) + 15 + TIME '23:59:59' < p.t THEN 'x' ELSE 'n' END AS file, '-' AS support
    FROM d JOIN fact USING (subject), p
    WHERE CAST(d.received AS TIMESTAMP) BETWEEN p.start AND p.t
      AND coalesce(fact.age_group, '') NOT IN ('DUOI_16', 'TU_16_17') AND coalesce(fact.age, 99) >= 18
      AND NOT EXISTS (SELECT 1 FROM approved a WHERE a.subject = d.subject AND a.kind = 'duplicate' AND a.decided_at <= p.t)
      AND NOT coalesce((SELECT arg_max(out, h) FROM (
               SELECT decided_at AS h, true AS out FROM approved a WHERE a.subject = d.subject AND a.kind = 'excluded'
               UNION ALL SELECT happened, false FROM e y WHERE y.subject = d.subject AND y.kind = 'included') WHERE h <= p.t), false)
),
every AS (SELECT *, file || support AS both_letters FROM (SELECT * FROM case_letter UNION ALL SELECT * FROM detected_letter))
SELECT * FROM every;
SELECT count(*) FILTER (WHERE both_letters = 'mm') AS numerator,
       count(*) FILTER (WHERE file = 'm' AND support IN ('m', 'x', 'u')) AS denominator,
       count(*) FILTER (WHERE both_letters = 'mm') AS second_n,
       count(*) FILTER (WHERE both_letters = 'mm' OR both_letters LIKE '%x%' OR both_letters LIKE '%u%') AS second_d,
       count(*) AS detected
FROM bd_item;
