-- The bundle as tables, once.
CREATE TABLE asked (start TIMESTAMP, t TIMESTAMP, known TIMESTAMP);

-- The later of two times, unknown where one of them is (greatest() takes the other one).
CREATE MACRO later(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE greatest(a, b) END;

CREATE TABLE e0 AS
SELECT ledger, subject, CAST(seq AS INT) AS seq, CAST(place AS INT) AS place, entry, kind, programme,
       CAST(occurred_at AS TIMESTAMP) AS happened, precision, CAST(recorded_at AS TIMESTAMP) AS recorded, voids,
       CAST(coded AS JSON) AS c
FROM entries;

