-- TE-2: children × incidents that came up in the period. Four promises: a complete file, support, the support that was
-- needed, in time. The worst of them is the verdict: missed, unknown, not due (or nothing to judge yet), met.
CREATE OR REPLACE TABLE te_item AS
WITH p AS (SELECT * FROM asked),
-- Case files ---------------------------------------------------------------------------------------------------------
o AS (
    SELECT o.*, least(received, happened) AS arises, item = 0 AS first_one FROM opening o, p
    WHERE programme = 'TE' AND received <= p.t AND received >= p.start
      AND c->>'level' = 'BI_XAM_HAI' AND coalesce(CAST(c->>'age' AS INT), 0) < 16
),
-- What may answer an opening: for the first one everything, for a later one what did not happen before it.
answer AS (
    SELECT o.subject, o.item, x.kind, x.entry, x.c, x.happened, x.precision
    FROM o JOIN e x ON x.subject = o.subject AND x.entry <> o.entry
      AND (o.first_one OR CASE WHEN x.precision = 'minute' AND o.precision = 'minute' THEN x.happened >= o.happened
                               ELSE CAST(x.happened AS DATE) >= CAST(o.happened AS DATE) END)
),
decided AS (
    SELECT o.subject, o.item, x.kind, x.entry, x.c, x.decided_at AS happened, x.decided_precision AS precision
    FROM o JOIN approved x ON x.subject = o.subject
      AND (o.first_one OR CASE WHEN x.decided_precision = 'minute' AND o.precision = 'minute' THEN x.decided_at >= o.happened
                               ELSE CAST(x.decided_at AS DATE) >= CAST(o.happened AS DATE) END)
),
low_risk AS (  -- closed after the first assessment, signed by the chair
    SELECT subject, item, min(happened) AS happened FROM decided WHERE kind = 'closed' AND c->>'reason' = 'NGUY_CO_THAP' GROUP BY 1, 2
),
moment AS (
    SELECT subject, item, min(happened) FILTER (WHERE kind = 'screened') AS screened, min(happened) FILTER (WHERE kind = 'assessed') AS assessed,
           min(happened) FILTER (WHERE kind = 'met') AS met, min(happened) FILTER (WHERE kind = 'planned') AS planned,
           min(happened) FILTER (WHERE kind = 'served' AND coalesce(c->>'proof', '') <> 'none') AS served,
           min(happened) FILTER (WHERE kind = 'protected') AS protected,
           arg_min(precision, happened) FILTER (WHERE kind = 'protected') AS protected_precision
    FROM answer GROUP BY 1, 2
),
-- Seven working days from the receipt, or from the emergency decision where there was one.
procedure AS (
    SELECT o.subject, o.item, o.arises, o.received, o.received_precision,
           coalesce(m.protected, o.received) AS starts,
           coalesce(CASE WHEN m.protected IS NOT NULL THEN m.protected_precision END, o.received_precision) AS starts_precision,
           m.* EXCLUDE (subject, item), l.happened AS low
    FROM o LEFT JOIN moment m USING (subject, item) LEFT JOIN low_risk l USING (subject, item)
),
deadline AS (
    SELECT q.*, CASE WHEN starts_precision IN ('month', 'year') THEN NULL ELSE w.due END AS due7,
           CASE WHEN received_precision IN ('month', 'year') THEN NULL ELSE v.due END AS due17
    FROM procedure q
    LEFT JOIN after_workdays w ON w.day = CAST(q.starts AS DATE) AND w.days = 7
    LEFT JOIN after_workdays v ON v.day = CAST(q.received AS DATE) AND v.days = 17
),
-- Promises: (step, kept, due, due missing, late counts as kept, too coarse).
simple AS (
    SELECT subject, item, 1 AS step, least(later(later(screened, assessed), later(met, planned)), low) AS kept,
           due7 AS due, true AS late_ok, false AS blurred, due7 IS NULL AS due_missing FROM deadline
    UNION ALL
    SELECT subject, item, 2, served, due17, true, false, due17 IS NULL FROM deadline
    UNION ALL
    SELECT subject, item, 3, least(assessed, low), due7, true, false, due7 IS NULL FROM deadline
),
plan_approved AS (
    SELECT subject, item, min(happened) AS happened, arg_min(precision, happened) AS precision FROM decided WHERE kind = 'planned' GROUP BY 1, 2
),
timely_plan AS (
    SELECT d.subject, d.item, 4 AS step, least(a.happened, d.low) AS kept, d.due7 AS due, false AS late_ok,
           coalesce(a.precision IN ('month', 'year') AND least(a.happened, d.low) = a.happened, false) AS blurred, d.due7 IS NULL AS due_missing
    FROM deadline d LEFT JOIN plan_approved a USING (subject, item)
),
-- The first approved plan of an item, by the day of the decision; the first service after it was drawn up.
first_plan AS (
    SELECT x.*, b.item, row_number() OVER (PARTITION BY x.subject, b.item ORDER BY x.decided_at, x.place) AS n
    FROM approved x JOIN (
        SELECT a.subject, a.entry, coalesce(max(q.item) FILTER (WHERE q.item > 0 AND CAST(q.received AS DATE) <= CAST(a.decided_at AS DATE)), 0) AS item
        FROM approved a JOIN opening q USING (subject) GROUP BY 1, 2
    ) b USING (subject, entry)
    WHERE x.kind = 'planned' AND x.programme = 'TE'
),
service_due AS (
    SELECT f.subject, f.item, f.entry, f.decided_at, f.happened, f.precision,
           least(CASE WHEN coalesce(f.c->>'start_precision', 'day') IN ('month', 'year') THEN NULL ELSE s.due END,
                 CASE WHEN f.decided_precision IN ('month', 'year') THEN NULL ELSE w.due END) AS due
    FROM first_plan f
    LEFT JOIN after_workdays s ON s.day = CAST(f.c->>'start' AS DATE) AND s.days = 3
    LEFT JOIN after_workdays w ON w.day = CAST(f.decided_at AS DATE) AND w.days = 10
    WHERE f.n = 1
),
first_service AS (
    SELECT d.subject, d.item, 4 AS step, later(min(x.happened), d.decided_at) AS kept, d.due, false AS late_ok,
           coalesce(arg_min(x.precision, x.happened) IN ('month', 'year'), false) AS blurred, d.due IS NULL AS due_missing, d.decided_at AS arises
    FROM service_due d LEFT JOIN e x ON x.subject = d.subject AND x.kind = 'served' AND coalesce(x.c->>'proof', '') <> 'none'
      AND CASE WHEN x.precision = 'minute' AND d.precision = 'minute' THEN x.happened >= d.happened
               ELSE CAST(x.happened AS DATE) >= CAST(d.happened AS DATE) END
    GROUP BY d.subject, d.item, d.decided_at, d.due
),
-- An emergency said at receipt, else by the first assessment: a measure within twelve hours of the receipt.
alarm AS (
    SELECT * FROM (
        SELECT subject, item, entry, happened, precision, arises, first_one FROM o WHERE c->>'emergency' = 'true'
        UNION ALL
        SELECT x.subject, b.item, x.entry, x.happened, x.precision, x.happened, false
        FROM e x JOIN belongs b USING (subject, entry) WHERE x.kind = 'screened' AND x.c->>'emergency' = 'true' AND x.programme = 'TE'
    ) QUALIFY row_number() OVER (PARTITION BY subject, item ORDER BY happened, entry) = 1
),
emergency AS (
    SELECT a.subject, a.item, 4 AS step, later(min(x.happened), a.arises) AS kept,
           CASE WHEN o.received_precision = 'minute' THEN o.received + INTERVAL 12 HOUR END AS due, false AS late_ok,
           coalesce(arg_min(x.precision, x.happened) <> 'minute', false) AS blurred, o.received_precision <> 'minute' AS due_missing, a.arises
    FROM alarm a JOIN o USING (subject, item)
    LEFT JOIN e x ON x.subject = a.subject AND x.kind = 'protected'
      AND (a.first_one OR CASE WHEN x.precision = 'minute' AND a.precision = 'minute' THEN x.happened >= a.happened
                               ELSE CAST(x.happened AS DATE) >= CAST(a.happened AS DATE) END)
    GROUP BY a.subject, a.item, a.arises, o.received, o.received_precision
),
-- Needs: what an assessment found, until a later one says no. Only a service with proof meets one.
answered AS (
    SELECT x.subject, b.item, x.place, x.happened, x.precision, n.key AS need, n.value->>'$' AS said
    FROM e x JOIN belongs b USING (subject, entry), json_each(x.c->'needs') n
    WHERE x.kind = 'assessed' AND x.programme = 'TE' AND json_type(x.c->'needs') = 'OBJECT'
),
need AS (
    SELECT y.subject, y.item, y.need, min_by(y.happened, y.place) AS arises, min_by(y.precision, y.place) AS precision,
           (SELECT min(z.happened) FROM answered z WHERE z.subject = y.subject AND z.item = y.item AND z.need = y.need AND z.said = 'no'
              AND z.place > min(y.place)) AS ended
    FROM answered y WHERE y.said = 'yes' GROUP BY 1, 2, 3
),
need_due AS (
    SELECT n.*, coalesce(
        (SELECT arg_min(CAST(r.value->>'due' AS DATE) + TIME '23:59:59', a.place)
         FROM approved a JOIN belongs b USING (subject, entry), json_each(a.c->'items') r
         WHERE a.kind = 'planned' AND a.subject = n.subject AND b.item = n.item AND r.value->>'need' = n.need),
        CASE WHEN n.precision IN ('month', 'year') THEN NULL ELSE w.due END) AS due,
        (SELECT min(x.happened) FROM e x JOIN belongs b USING (subject, entry)
         WHERE x.kind = 'served' AND x.subject = n.subject AND b.item >= n.item AND coalesce(x.c->>'proof', 'none') NOT IN ('none', '')
           AND list_contains(CAST(x.c->'needs' AS VARCHAR[]), n.need)) AS served
    FROM need n LEFT JOIN after_workdays w ON w.day = CAST(n.arises AS DATE) AND w.days = 12
),
-- Reviews: every approved plan is looked at again by its last day, until the next one takes over or the file is closed.
plans AS (
    SELECT f.*, lead(f.decided_at) OVER (PARTITION BY f.subject ORDER BY f.decided_at, f.place) AS following FROM first_plan f
),
review AS (
    SELECT q.subject, q.item, q.decided_at AS arises, q.following, CAST(q.c->>'end' AS DATE) + TIME '23:59:59' AS due,
           later((SELECT min(x.happened) FROM e x WHERE x.subject = q.subject AND x.kind = 'reviewed'
              AND CASE WHEN x.precision = 'minute' AND q.precision = 'minute' THEN x.happened >= q.happened ELSE CAST(x.happened AS DATE) >= CAST(q.happened AS DATE) END), q.decided_at) AS kept0,
           (SELECT min(x.decided_at) FROM approved x WHERE x.subject = q.subject AND x.kind = 'closed'
              AND CASE WHEN x.decided_precision = 'minute' AND q.precision = 'minute' THEN x.decided_at >= q.happened ELSE CAST(x.decided_at AS DATE) >= CAST(q.happened AS DATE) END) AS closed
    FROM plans q
),
promise AS (
    SELECT subject, item, step, kept, due, late_ok, blurred, due_missing, NULL::TIMESTAMP AS arises, NULL::TIMESTAMP AS ended, false AS silent FROM simple
    UNION ALL SELECT *, NULL, NULL, false FROM timely_plan
    UNION ALL SELECT *, NULL, false FROM first_service
    UNION ALL SELECT *, NULL, false FROM emergency
    UNION ALL SELECT subject, item, 3, later(served, arises), due, true, false, due IS NULL, arises, ended, false FROM need_due
    UNION ALL SELECT subject, item, 3, CASE WHEN following IS NULL OR kept0 <= following THEN kept0 END, due, false, false, due IS NULL, arises,
                     CASE WHEN following IS NOT NULL AND (kept0 IS NULL OR kept0 > following) THEN least(following, coalesce(closed, following)) ELSE closed END, true FROM review
),
judged AS (  -- 3 missed, 2 unknown, 1 not due, 0 met
    SELECT subject, item, step, due,
        CASE WHEN kept <= p.t THEN CASE WHEN late_ok THEN 0 WHEN blurred OR due_missing THEN 2 WHEN kept > due THEN 3 ELSE 0 END
             WHEN due_missing THEN 2 WHEN due < p.t THEN 3 ELSE 1 END AS v, silent
    FROM promise, p WHERE (arises IS NULL OR arises <= p.t) AND (ended IS NULL OR ended > p.t)
),
step_verdict AS (
    SELECT subject, item, step, max(v) AS v FROM judged WHERE NOT (silent AND v = 1) GROUP BY 1, 2, 3
),
case_verdict AS (
    SELECT o.subject, o.item, CASE WHEN max(v) >= 2 THEN max(v) WHEN count(v) < 4 OR max(v) = 1 THEN 1 ELSE 0 END AS v,
           coalesce((SELECT excluded FROM case_excluded x WHERE x.subject = o.subject AND x.item = o.item), false) AS excluded
    FROM o LEFT JOIN step_verdict USING (subject, item) GROUP BY 1, 2
),
-- Who is charged: the commune that held the file when the first missed promise was due, else the one that holds it at t.
charged AS (
    SELECT m.subject, m.item,
           holder(m.subject, m.at) AS unit
    FROM (
        SELECT o.subject, o.item, coalesce((SELECT min(j.due) FROM judged j WHERE j.subject = o.subject AND j.item = o.item AND j.v = 3), p.t) AS at
        FROM o, p
    ) m
),
-- Children whose report has no case file ------------------------------------------------------------------------------
d0 AS (
    SELECT e.subject, e.entry, e.happened, e.c, e.place,
           coalesce((SELECT arg_max(x.c->>'received_at', x.place) FROM e x WHERE x.subject = e.subject AND x.kind = 'told' AND x.c->>'fact' = 'received'), e.c->>'received_at') AS received_text
    FROM e WHERE ledger = 'detected' AND kind = 'detected' AND programme = 'TE'
      AND subject NOT IN (SELECT subject FROM e WHERE ledger = 'detected' AND kind = 'matched')
),
fact AS (
    SELECT subject, arg_max(c->>'level', place) FILTER (WHERE c->>'level' IS NOT NULL) AS level,
           arg_max(CAST(c->>'age' AS INT), place) FILTER (WHERE c->>'age' IS NOT NULL) AS age
    FROM e WHERE ledger = 'detected' AND kind NOT IN ('decided', 'assigned', 'taken', 'matched', 'duplicate', 'excluded', 'included') GROUP BY 1
),
d AS (
    SELECT d0.*, CAST(received_text AS TIMESTAMP) AS received, length(received_text) > 10 AS exact,
           (SELECT due FROM after_workdays w WHERE w.day = CAST(d0.received_text AS DATE) AND w.days = 3) AS verify_due,
           (SELECT due FROM after_workdays w WHERE w.day = CAST(d0.received_text AS DATE) AND w.days = 7) AS file_due,
           -- the last word on each, by t
           (SELECT arg_max(out, (h, place)) FROM (
               SELECT decided_at AS h, true AS out, place FROM approved a WHERE a.subject = d0.subject AND a.kind = 'excluded'
               UNION ALL SELECT happened, false, place FROM e x WHERE x.subject = d0.subject AND x.kind = 'included') WHERE h <= p.t) AS out,
           EXISTS (SELECT 1 FROM approved a WHERE a.subject = d0.subject AND a.kind = 'duplicate' AND a.decided_at <= p.t) AS duplicate,
           (SELECT arg_max(entry, place) FROM e x WHERE x.subject = d0.subject AND x.kind = 'verified' AND x.happened <= p.t) AS verification,
           (SELECT arg_max(c->>'outcome', place) FROM e x WHERE x.subject = d0.subject AND x.kind = 'verified' AND x.happened <= p.t) AS outcome,
           (SELECT arg_max(entry, place) FROM e x WHERE x.subject = d0.subject AND x.kind IN ('verified', 'duplicate') AND x.happened <= p.t) AS proposal,
           (SELECT min(happened) FROM e x WHERE x.subject = d0.subject AND (x.kind = 'duplicate' OR (x.kind = 'verified' AND x.c->>'outcome' = 'unsubstantiated'))) AS called_off,
           (SELECT min(happened) FROM e x WHERE x.subject = d0.subject AND x.kind = 'duplicate') AS doubled
    FROM d0, p WHERE CAST(received_text AS TIMESTAMP) BETWEEN p.start AND p.t
),
detection AS (
    SELECT d.*,
        CASE WHEN d.outcome = 'substantiated' THEN 'substantiated'
             WHEN EXISTS (SELECT 1 FROM approved a, p WHERE a.entry = d.verification AND a.decided_at <= p.t) AND d.outcome = 'unsubstantiated' THEN 'unsubstantiated'
             ELSE 'pending' END AS standing,
        -- not verified: what was proposed waits five working days for the level above
        CASE WHEN d.proposal IS NOT NULL AND NOT EXISTS (SELECT 1 FROM decision q, p WHERE q.entry = d.proposal AND q.happened <= p.t) THEN
             CASE WHEN (SELECT w.due FROM e x JOIN after_workdays w ON w.day = CAST(x.happened AS DATE) AND w.days = 5 WHERE x.entry = d.proposal) < p.t THEN 3 ELSE 1 END
             WHEN d.verify_due IS NULL THEN 2 WHEN d.verify_due < p.t THEN 3 ELSE 1 END AS unverified,
        CASE WHEN d.doubled <= p.t THEN 0 WHEN d.file_due < p.t THEN 3 ELSE 1 END AS filing,
        CASE WHEN coalesce(d.c->>'emergency', '') <> 'true' OR d.called_off <= p.t THEN 0 WHEN NOT d.exact THEN 2
             WHEN d.received + INTERVAL 12 HOUR < p.t THEN 3 ELSE 1 END AS alarm
    FROM d JOIN fact USING (subject), p WHERE fact.level = 'BI_XAM_HAI' AND coalesce(fact.age, 0) < 16
),
detected_verdict AS (
    SELECT c->>'unit' AS unit, CASE WHEN coalesce(out, false) THEN 'excluded' WHEN duplicate THEN 'duplicate' WHEN standing = 'unsubstantiated' THEN standing
                WHEN standing = 'pending' THEN CASE unverified WHEN 3 THEN 'missed' WHEN 2 THEN 'unknown' ELSE 'pending' END
                ELSE CASE greatest(filing, alarm) WHEN 3 THEN 'missed' WHEN 2 THEN 'unknown' ELSE 'not_due' END END AS v
    FROM detection
),
every AS (
    SELECT unit, CASE WHEN excluded THEN 'excluded' ELSE ['met', 'not_due', 'unknown', 'missed'][v + 1] END AS v
    FROM case_verdict JOIN charged USING (subject, item)
    UNION ALL SELECT unit, v FROM detected_verdict
)
SELECT * FROM every;
SELECT count(*) FILTER (WHERE v = 'met') AS numerator, count(*) FILTER (WHERE v IN ('met', 'missed', 'unknown')) AS denominator,
       count(*) FILTER (WHERE v = 'not_due') AS not_due, count(*) FILTER (WHERE v = 'unknown') AS unknown,
       count(*) FILTER (WHERE v = 'excluded') AS excluded, count(*) FILTER (WHERE v = 'pending') AS pending,
       count(*) FILTER (WHERE v = 'unsubstantiated') AS unsubstantiated
FROM te_item;
