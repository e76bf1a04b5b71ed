-- 0013 Claims that make up for another (补发), and the year that a claim is charged to.

-- The claim that a further one makes up for; NULL for most.
ALTER TABLE claim ADD COLUMN adjusts BIGINT;
-- Of its approval; NULL before.
ALTER TABLE claim ADD COLUMN budget_year BIGINT;
