-- MT-1: persons on the list with a treatment in the year of t. Taken off the list and put on it again counts again.
-- A file not complete after five working days is charged to the commune that held it then, any other to who holds it at t.
CREATE OR REPLACE TABLE mt_item AS
WITH turns AS (
    SELECT e.subject, e.happened, e.kind = 'listed' AS on_list, e.place
    FROM e JOIN opening o ON o.subject = e.subject AND o.item = 0
    WHERE e.programme = 'MT' AND e.kind = 'listed' AND e.happened <= (SELECT t FROM asked)
    UNION ALL
    -- Off the list from the decision above on it.
    SELECT e.subject, e.decided_at, false, e.place
    FROM approved e JOIN opening o ON o.subject = e.subject AND o.item = 0
    WHERE e.programme = 'MT' AND e.kind = 'delisted' AND e.decided_at <= (SELECT t FROM asked)
), listed AS (
    SELECT subject FROM turns GROUP BY subject
    HAVING bool_or(on_list) AND arg_max(on_list, (happened, on_list))
), begun AS (
    SELECT e.subject, e.happened,
           (SELECT min(x.happened) FROM e x WHERE x.subject = e.subject AND x.kind = 'treatment_ended'
              AND CASE WHEN x.precision = 'minute' AND e.precision = 'minute' THEN x.happened >= e.happened
                       ELSE CAST(x.happened AS DATE) >= CAST(e.happened AS DATE) END) AS ended
    FROM e WHERE e.programme = 'MT' AND e.kind = 'treatment_started' AND e.happened <= (SELECT t FROM asked)
), treated AS (
    SELECT DISTINCT subject FROM begun
    WHERE year(happened) <= year((SELECT t FROM asked)) AND (ended IS NULL OR year(ended) >= year((SELECT t FROM asked)))
)
, complete AS (
    SELECT subject, later(min(happened) FILTER (WHERE kind = 'determined' AND c->>'determination' = 'NGHIEN'), min(happened) FILTER (WHERE kind = 'listed')) AS kept,
           min(happened) FILTER (WHERE kind = 'determined' AND c->>'determination' = 'SDTP') AS not_addicted
    FROM e WHERE programme = 'MT' GROUP BY 1
), closed AS (
    SELECT subject, min(decided_at) AS closed FROM approved WHERE kind = 'closed' GROUP BY 1
), filed AS (
    SELECT o.subject, CASE WHEN (kept IS NULL OR kept > p.t) AND w.due < p.t
                            AND coalesce(least(not_addicted, closed) > p.t, true) THEN w.due ELSE p.t END AS moment
    FROM opening o CROSS JOIN asked p LEFT JOIN complete USING (subject) LEFT JOIN closed USING (subject)
    LEFT JOIN after_workdays w ON w.day = CAST(o.happened AS DATE) AND w.days = 5 AND o.precision NOT IN ('month', 'year')
    WHERE o.item = 0
)
SELECT holder(subject, moment) AS unit, subject IN (SELECT subject FROM treated) AS treated
FROM listed JOIN filed USING (subject) WHERE subject NOT IN (SELECT subject FROM case_excluded WHERE excluded);
SELECT count(*) FILTER (WHERE treated) AS numerator, listed('MT1.list') AS denominator, count(*) AS system FROM mt_item;
