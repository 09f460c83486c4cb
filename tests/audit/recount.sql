-- A second implementation of TE-2, BD-1, MT-1 and NCC-1, over the tables of an export; for DuckDB.
-- Parameters: $t the moment asked about, $known what was known by then, $start the first day of the plan.
-- Written from the text of the programme files and of the law, not from the product's code.

-- What counts: entries known by then, neither voids nor voided.
CREATE OR REPLACE TEMP TABLE known AS
SELECT *, coded::JSON AS said FROM entries WHERE recorded_at <= $known;
CREATE OR REPLACE TEMP TABLE e AS
SELECT * FROM known
WHERE kind <> 'voided' AND entry NOT IN (SELECT voids FROM known WHERE voids IS NOT NULL);

-- Working days numbered, so that "n working days after" is a look-up.
CREATE OR REPLACE TEMP TABLE wd AS
SELECT day, row_number() OVER (ORDER BY day) AS n FROM days WHERE working = 1;
CREATE OR REPLACE TEMP MACRO after_workdays(d, k) AS
  (SELECT w.day FROM wd w WHERE w.n = (SELECT count(*) FROM wd x WHERE x.day <= d) + k);
CREATE OR REPLACE TEMP MACRO end_of(d) AS CAST(d AS TIMESTAMP) + INTERVAL 86399 SECOND;

-- One case each: its opening, when it was received, and to the minute or not.
CREATE OR REPLACE TEMP TABLE o AS
SELECT subject, programme, occurred_at AS opened,
  coalesce(try_cast(said->>'received_at' AS TIMESTAMP), occurred_at) AS received,
  CASE WHEN said->>'received_at' IS NULL THEN precision
       ELSE coalesce(said->>'received_at_precision', CASE WHEN length(said->>'received_at') > 10 THEN 'minute' ELSE 'day' END)
  END AS received_precision,
  said->>'emergency' = 'true' AS emergency, said->>'level' AS level, try_cast(said->>'age' AS INT) AS age,
  said->>'age_group' AS age_group, said->>'detected' AS detected
FROM e WHERE of = 'case' AND kind = 'opened';

CREATE OR REPLACE TEMP TABLE excluded AS
SELECT o.subject, arg_max(e.said->>'fact', (e.occurred_at, e.entry)) = 'excluded' AS yes
FROM o JOIN e USING (subject)
WHERE e.kind = 'told' AND e.said->>'fact' IN ('excluded', 'included') AND e.said->>'detected' IS NOT DISTINCT FROM o.detected
  AND e.occurred_at <= $t GROUP BY o.subject;

-- The last decision on each entry.
CREATE OR REPLACE TEMP TABLE decision AS
SELECT subject, said->>'on' AS entry, arg_max(said->>'outcome', (occurred_at, entry)) AS outcome,
  arg_max(occurred_at, (occurred_at, entry)) AS decided, arg_max(precision, (occurred_at, entry)) AS precision
FROM e WHERE kind = 'decided' GROUP BY subject, said->>'on';
CREATE OR REPLACE TEMP TABLE approved AS
SELECT e.subject, e.kind, e.entry, e.said, e.occurred_at, d.decided, d.precision
FROM e JOIN decision d ON d.subject = e.subject AND d.entry = e.entry WHERE d.outcome = 'approved';

-- ------------------------------------------------------------------------------------------------ promises
-- Every promise of a case: when it arose, when it is due, when it was kept. `late_counts`: done late still counts.
CREATE OR REPLACE TEMP TABLE protected AS
SELECT subject, min(occurred_at) AS done FROM e WHERE kind = 'protected' GROUP BY subject;

CREATE OR REPLACE TEMP TABLE promise AS
WITH first_of AS (SELECT subject, kind, min(occurred_at) AS done FROM e GROUP BY subject, kind),
closed_low AS (
  SELECT subject, min(decided) AS done FROM approved
  WHERE kind = 'closed' AND said->>'reason' = 'NGUY_CO_THAP' GROUP BY subject),
proven AS (
  SELECT subject, min(occurred_at) AS done FROM e
  WHERE kind = 'served' AND (said->>'proof' IS NULL OR said->>'proof' <> 'none') GROUP BY subject),
plan AS (SELECT subject, min(decided) AS done FROM approved WHERE kind = 'planned' GROUP BY subject),
papers AS (
  SELECT subject, max(done) AS done FROM first_of WHERE kind IN ('screened', 'assessed', 'met', 'planned')
  GROUP BY subject HAVING count(*) = 4),
limit_of AS (  -- seven working days from the measure of protection, else from the receipt
  SELECT o.subject, end_of(after_workdays(CAST(coalesce(p.done, o.received) AS DATE), 7)) AS due
  FROM o LEFT JOIN protected p USING (subject)),
needs AS (
  SELECT e.subject, k.need, e.occurred_at AS arises, e.entry,
    row_number() OVER (PARTITION BY e.subject, k.need ORDER BY e.occurred_at, e.entry) AS turn
  FROM e, LATERAL (SELECT unnest(json_keys(e.said->'needs')) AS need) k
  WHERE e.kind = 'assessed' AND e.said->'needs'->>(k.need) = 'yes'),
items AS (
  SELECT a.subject, i.item->>'need' AS need, i.item->>'due' AS due, a.occurred_at, a.entry
  FROM approved a, LATERAL (SELECT unnest(CAST(a.said->'items' AS JSON[])) AS item) i WHERE a.kind = 'planned'),
need_due AS (
  SELECT subject, need, arg_min(due, (occurred_at, entry)) AS due FROM items GROUP BY subject, need),
need_met AS (
  SELECT e.subject, n.need, min(e.occurred_at) AS done
  FROM e, LATERAL (SELECT unnest(CAST(e.said->'needs' AS VARCHAR[])) AS need) n
  WHERE e.kind = 'served' AND e.said->>'proof' NOT IN ('', 'none') GROUP BY e.subject, n.need)
-- children: file, approval, support, needs, the first service, the emergency
SELECT o.subject, 'file' AS criterion, least(o.received, o.opened) AS arises, l.due AS due, false AS no_due,
  least(papers.done, closed_low.done) AS met, false AS blurred, true AS late_counts, NULL::TIMESTAMP AS ended
FROM o JOIN limit_of l USING (subject) LEFT JOIN papers USING (subject) LEFT JOIN closed_low USING (subject)
WHERE o.programme = 'TE'
UNION ALL
SELECT o.subject, 'needs_known', least(o.received, o.opened), l.due, false, least(f.done, c.done), false, true, NULL
FROM o JOIN limit_of l USING (subject) LEFT JOIN (SELECT * FROM first_of WHERE kind = 'assessed') f USING (subject)
LEFT JOIN closed_low c USING (subject) WHERE o.programme = 'TE'
UNION ALL
SELECT o.subject, 'approved', least(o.received, o.opened), l.due, false, least(p.done, c.done), false, false, NULL
FROM o JOIN limit_of l USING (subject) LEFT JOIN plan p USING (subject) LEFT JOIN closed_low c USING (subject)
WHERE o.programme = 'TE'
UNION ALL
SELECT o.subject, 'supported', least(o.received, o.opened), end_of(after_workdays(CAST(o.received AS DATE), 17)), false,
  s.done, false, true, NULL
FROM o LEFT JOIN proven s USING (subject) WHERE o.programme = 'TE'
UNION ALL
SELECT n.subject, 'need', n.arises,
  coalesce(end_of(CAST(d.due AS DATE)), end_of(after_workdays(CAST(n.arises AS DATE), 12))), false, m.done, false, true, NULL
FROM needs n JOIN o USING (subject) LEFT JOIN need_due d ON d.subject = n.subject AND d.need = n.need
LEFT JOIN need_met m ON m.subject = n.subject AND m.need = n.need WHERE n.turn = 1 AND o.programme = 'TE'
UNION ALL  -- the first service: three working days from the plan's start, ten from its approval, the earlier
SELECT p.subject, 'first_service', p.decided,
  least(end_of(after_workdays(CAST(p.said->>'start' AS DATE), 3)), end_of(after_workdays(CAST(p.decided AS DATE), 10))),
  false, s.done, false, false, NULL
FROM (SELECT * FROM approved WHERE kind = 'planned'
      QUALIFY row_number() OVER (PARTITION BY subject ORDER BY decided, entry) = 1) p
JOIN o USING (subject)
LEFT JOIN LATERAL (
  SELECT min(e.occurred_at) AS done FROM e WHERE e.subject = p.subject AND e.kind = 'served'
    AND (e.said->>'proof' IS NULL OR e.said->>'proof' <> 'none')
    AND CASE WHEN e.precision = 'minute' AND (SELECT x.precision FROM e x WHERE x.entry = p.entry) = 'minute'
             THEN e.occurred_at >= p.occurred_at ELSE CAST(e.occurred_at AS DATE) >= CAST(p.occurred_at AS DATE) END) s ON true
WHERE o.programme = 'TE'
UNION ALL  -- twelve hours; an hour's clock needs an hour at both ends
SELECT o.subject, 'emergency', coalesce(CASE WHEN o.emergency THEN least(o.received, o.opened) END, s.done),
  CASE WHEN o.received_precision = 'minute' THEN o.received + INTERVAL 12 HOUR END, o.received_precision <> 'minute',
  p.occurred_at, p.precision <> 'minute' AND o.received_precision = 'minute', false, NULL
FROM o LEFT JOIN (
  SELECT subject, min(occurred_at) AS done FROM e WHERE kind = 'screened' AND said->>'emergency' = 'true' GROUP BY subject) s
  USING (subject)
LEFT JOIN (
  SELECT subject, occurred_at, precision FROM e WHERE kind = 'protected'
  QUALIFY row_number() OVER (PARTITION BY subject ORDER BY occurred_at, entry) = 1) p USING (subject)
WHERE o.programme = 'TE' AND (o.emergency OR s.done IS NOT NULL)
UNION ALL  -- a review once the plan's end has come; a later approved plan or the closure ends it
SELECT p.subject, 'review', p.decided, end_of(CAST(p.said->>'end' AS DATE)), false,
  (SELECT min(e.occurred_at) FROM e WHERE e.subject = p.subject AND e.kind = 'reviewed'
     AND CAST(e.occurred_at AS DATE) >= CAST(p.occurred_at AS DATE)),
  false, false, least(lead(p.decided) OVER (PARTITION BY p.subject ORDER BY p.decided, p.entry),
    (SELECT min(c.decided) FROM approved c WHERE c.subject = p.subject AND c.kind = 'closed'
       AND CAST(c.decided AS DATE) >= CAST(p.occurred_at AS DATE)))
FROM approved p JOIN o USING (subject) WHERE p.kind = 'planned' AND o.programme = 'TE'
UNION ALL  -- those in support: consent and needs in fifteen days; a stated need served in forty-five
SELECT o.subject, 'file', least(o.received, o.opened), end_of(CAST(o.received AS DATE) + 15), false,
  (SELECT max(done) FROM first_of f WHERE f.subject = o.subject AND kind IN ('consented', 'assessed') HAVING count(*) = 2),
  false, false, NULL
FROM o WHERE o.programme = 'BD'
UNION ALL
SELECT o.subject, 'supported', least(o.received, o.opened), end_of(CAST(o.received AS DATE) + 45), false,
  (SELECT min(m.done) FROM need_met m JOIN needs n ON n.subject = m.subject AND n.need = m.need WHERE m.subject = o.subject),
  false, true, NULL
FROM o WHERE o.programme = 'BD';

CREATE OR REPLACE TEMP TABLE judged AS
SELECT subject, criterion, CASE
    WHEN met IS NOT NULL AND greatest(met, arises) <= $t THEN CASE
      WHEN late_counts THEN 'met'
      WHEN blurred OR no_due THEN 'unknown'
      WHEN due IS NOT NULL AND greatest(met, arises) > due THEN 'missed' ELSE 'met' END
    WHEN no_due THEN 'unknown'
    WHEN due IS NOT NULL AND $t > due THEN 'missed' ELSE 'not_due' END AS verdict
FROM promise WHERE arises <= $t AND (ended IS NULL OR ended > $t)
  AND NOT (criterion = 'review' AND (due IS NULL OR $t <= due) AND (met IS NULL OR greatest(met, arises) > $t));

-- ------------------------------------------------------------------------------------------------ figures
CREATE OR REPLACE TEMP TABLE te2 AS
WITH steps(step, criterion) AS (VALUES ('file', 'file'), ('supported', 'supported'), ('appropriate', 'needs_known'),
  ('appropriate', 'need'), ('appropriate', 'review'), ('timely', 'emergency'), ('timely', 'approved'),
  ('timely', 'first_service')),
case_step AS (
  SELECT o.subject, s.step, CASE max(CASE j.verdict WHEN 'missed' THEN 4 WHEN 'unknown' THEN 3 WHEN 'not_due' THEN 2 WHEN 'met' THEN 1 END)
    WHEN 4 THEN 'missed' WHEN 3 THEN 'unknown' WHEN 1 THEN 'met' ELSE 'not_due' END AS verdict
  FROM o CROSS JOIN (SELECT DISTINCT step FROM steps) s
  LEFT JOIN steps c ON c.step = s.step LEFT JOIN judged j ON j.subject = o.subject AND j.criterion = c.criterion
  WHERE o.programme = 'TE' GROUP BY o.subject, s.step)
SELECT o.subject, CASE WHEN coalesce(x.yes, false) THEN 'excluded'
  WHEN bool_or(c.verdict = 'missed') THEN 'missed' WHEN bool_or(c.verdict = 'unknown') THEN 'unknown'
  WHEN bool_or(c.verdict = 'not_due') THEN 'not_due' ELSE 'met' END AS verdict
FROM o JOIN case_step c USING (subject) LEFT JOIN excluded x USING (subject)
WHERE o.level = 'BI_XAM_HAI' AND (o.age IS NULL OR o.age < 16) AND o.received <= $t AND o.received >= $start
GROUP BY o.subject, x.yes;

CREATE OR REPLACE TEMP TABLE bd1 AS
SELECT o.subject, f.verdict AS file, s.verdict AS support
FROM o JOIN judged f ON f.subject = o.subject AND f.criterion = 'file'
JOIN judged s ON s.subject = o.subject AND s.criterion = 'supported' LEFT JOIN excluded x ON x.subject = o.subject
WHERE o.programme = 'BD' AND coalesce(o.age_group, '') NOT IN ('DUOI_16', 'TU_16_17') AND (o.age IS NULL OR o.age >= 18)
  AND o.received <= $t AND o.received >= $start AND NOT coalesce(x.yes, false);

CREATE OR REPLACE TEMP TABLE mt1 AS
WITH turns AS (
  SELECT e.subject, arg_max(e.kind, (e.occurred_at, e.kind)) AS last FROM e JOIN o USING (subject)
  WHERE o.programme = 'MT' AND e.kind IN ('listed', 'delisted') AND e.occurred_at <= $t GROUP BY e.subject)
SELECT t.subject FROM turns t LEFT JOIN excluded x USING (subject)
WHERE t.last = 'listed' AND NOT coalesce(x.yes, false) AND EXISTS (
  SELECT 1 FROM e s WHERE s.subject = t.subject AND s.kind = 'treatment_started' AND s.occurred_at <= $t
    AND NOT EXISTS (
      SELECT 1 FROM (
        SELECT min(n.occurred_at) AS done FROM e n WHERE n.subject = s.subject AND n.kind = 'treatment_ended'
          AND CASE WHEN n.precision = 'minute' AND s.precision = 'minute' THEN n.occurred_at >= s.occurred_at
                   ELSE CAST(n.occurred_at AS DATE) >= CAST(s.occurred_at AS DATE) END) f
      WHERE year(f.done) < year($t)));

CREATE OR REPLACE TEMP TABLE ncc1 AS
WITH rating AS (
  SELECT subject, occurred_at AS done, said->>'level' AS level FROM e
  WHERE kind IN ('rated', 'rechecked') AND try_cast(said->>'year' AS INT) = year($t)),
last AS (
  SELECT subject, max(done) FILTER (level IN ('CAO_HON', 'BANG')) AS good, max(done) FILTER (level = 'THAP_HON') AS low
  FROM rating GROUP BY subject),
closed AS (SELECT subject, min(decided) AS done FROM approved WHERE kind = 'closed' GROUP BY subject)
SELECT o.subject FROM o JOIN last USING (subject) LEFT JOIN closed c USING (subject) LEFT JOIN excluded x USING (subject)
WHERE o.programme = 'NCC' AND o.opened <= $t AND (c.done IS NULL OR c.done > $t) AND NOT coalesce(x.yes, false)
  AND last.good <= $t AND NOT (last.low IS NOT NULL AND last.low <= $t AND last.low >= last.good)
  AND year(last.good) <= year($t);
