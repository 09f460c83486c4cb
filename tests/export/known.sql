-- What counts of it at the time asked about: entries, working days, openings, decisions, reported figures.
-- Neither struck through nor written down later.
CREATE OR REPLACE TABLE e AS
SELECT * FROM e0
WHERE recorded <= (SELECT known FROM asked) AND kind <> 'voided'
  AND entry NOT IN (SELECT voids FROM e0 WHERE voids IS NOT NULL AND recorded <= (SELECT known FROM asked));

-- Working days, numbered.
CREATE OR REPLACE TABLE working AS
WITH days AS (
    SELECT CAST(d AS DATE) AS day FROM generate_series(DATE '2019-01-01', DATE '2026-12-31', INTERVAL 1 DAY) AS g(d)
), said AS (
    SELECT CAST(day AS DATE) AS day, arg_max(working, coalesce(CAST(recorded_at AS TIMESTAMP), TIMESTAMP '1900-01-01')) AS working
    FROM holidays
    WHERE recorded_at IS NULL OR CAST(recorded_at AS TIMESTAMP) <= (SELECT known FROM asked)
    GROUP BY 1
)
SELECT day, row_number() OVER (ORDER BY day) AS n
FROM days LEFT JOIN said USING (day)
WHERE coalesce(working = '1', isodow(day) < 6);

-- For every day how many working days lie before or on it; the n-th working day after d is number upto(d) + n.
CREATE OR REPLACE TABLE upto AS
SELECT CAST(d AS DATE) AS day,
       (SELECT max(n) FROM working WHERE working.day <= CAST(d AS DATE)) AS n
FROM generate_series(DATE '2020-01-01', DATE '2026-06-30', INTERVAL 1 DAY) AS g(d);

CREATE OR REPLACE TABLE after_workdays AS
SELECT upto.day, working.n - upto.n AS days, working.day + TIME '23:59:59' AS due
FROM upto JOIN working ON working.n BETWEEN upto.n + 1 AND upto.n + 20;

-- What was decided on an entry: the last decision.
CREATE OR REPLACE TABLE decision AS
SELECT subject, c->>'on' AS entry, arg_max(c->>'outcome', place) AS outcome, arg_max(happened, place) AS happened,
       arg_max(precision, place) AS precision
FROM e WHERE kind = 'decided' GROUP BY 1, 2;
CREATE OR REPLACE TABLE approved AS
SELECT e.*, d.happened AS decided_at, d.precision AS decided_precision FROM e JOIN decision d USING (subject, entry) WHERE d.outcome = 'approved';

-- The openings of case files: one item each. A later word on when the report was received holds.
CREATE OR REPLACE TABLE opening AS
WITH told AS (
    SELECT subject, c->>'detected' AS detected, arg_max(c->>'received_at', place) AS received
    FROM e WHERE ledger = 'case' AND kind = 'told' AND c->>'fact' = 'received' GROUP BY 1, 2
), found AS (
    SELECT e.*, e.c->>'detected' AS detected, coalesce(told.received, e.c->>'received_at') AS received_text
    FROM e LEFT JOIN told ON told.subject = e.subject AND told.detected = e.c->>'detected'
    WHERE e.ledger = 'case' AND e.kind IN ('opened', 'linked')
      AND e.subject IN (SELECT subject FROM e WHERE ledger = 'case' AND kind = 'opened')
)
SELECT *, CAST(received_text AS TIMESTAMP) AS received,
       coalesce(c->>'received_at_precision', CASE WHEN length(received_text) > 10 THEN 'minute' ELSE 'day' END) AS received_precision,
       row_number() OVER (PARTITION BY subject ORDER BY kind <> 'opened', place) - 1 AS item
FROM found;

-- Which item of a file an entry belongs to: the last one received by that day.
CREATE OR REPLACE TABLE belongs AS
SELECT e.subject, e.entry, coalesce(max(o.item) FILTER (WHERE o.item > 0 AND CAST(coalesce(o.received, o.happened) AS DATE) <= CAST(e.happened AS DATE)), 0) AS item
FROM e JOIN opening o USING (subject) GROUP BY 1, 2;

-- Which commune held a file at a time; before it was opened, the one that opened it.
CREATE OR REPLACE TABLE holding AS
SELECT subject, happened, place, c->>'unit' AS unit FROM opening WHERE item = 0
UNION ALL
SELECT subject, happened, place, c->>'to' FROM e WHERE ledger = 'case' AND kind = 'transferred' AND c->>'accepted' = 'true';
CREATE OR REPLACE MACRO holder(file, moment) AS (
    coalesce((SELECT arg_max(h.unit, (h.happened, h.place)) FROM holding h WHERE h.subject = file AND h.happened <= moment),
             (SELECT arg_min(h.unit, (h.happened, h.place)) FROM holding h WHERE h.subject = file))
);

-- Not counted, or counted again, by decision above: what was said last until t.
CREATE OR REPLACE TABLE case_excluded AS
SELECT o.subject, o.item,
       arg_max(CASE WHEN e.c->>'fact' = 'excluded' THEN coalesce(e.c->>'reason', '') ELSE '' END, e.place) <> '' AS excluded
FROM opening o JOIN e ON e.subject = o.subject AND e.kind = 'told' AND e.c->>'fact' IN ('excluded', 'included')
  AND e.c->>'detected' IS NOT DISTINCT FROM o.detected AND e.happened <= (SELECT t FROM asked)
GROUP BY 1, 2;

-- What every reported figure said: its last version, once another person had confirmed it.
CREATE OR REPLACE TABLE confirmed_figure AS
WITH f AS (
    SELECT * FROM figures
    WHERE CAST(recorded_at AS TIMESTAMP) <= (SELECT known FROM asked) AND kind <> 'voided'
      AND entry NOT IN (SELECT voids FROM figures WHERE voids IS NOT NULL AND CAST(recorded_at AS TIMESTAMP) <= (SELECT known FROM asked))
), last AS (
    SELECT * FROM f WHERE kind IN ('reported', 'corrected')
    QUALIFY row_number() OVER (PARTITION BY figure ORDER BY CAST(seq AS INT) DESC) = 1
)
SELECT last.* FROM last
WHERE EXISTS (SELECT 1 FROM f WHERE f.figure = last.figure AND f.kind = 'confirmed' AND f."on" = last.entry);
CREATE OR REPLACE MACRO listed(item) AS (
    SELECT arg_max(CAST(value AS DOUBLE), ("end", document_date, recorded_at))
    FROM confirmed_figure WHERE input = item AND unit IN (SELECT unit FROM units WHERE level = 'province')
      AND CAST("end" AS DATE) <= CAST((SELECT t FROM asked) AS DATE)
);
