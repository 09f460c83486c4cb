-- MT-1: persons on the list with a treatment in the year of t. Taken off the list and put on it again counts again.
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
SELECT count(*) FILTER (WHERE subject IN (SELECT subject FROM treated)) AS numerator, listed('MT1.list') AS denominator, count(*) AS system
FROM listed WHERE subject NOT IN (SELECT subject FROM case_excluded WHERE excluded);
