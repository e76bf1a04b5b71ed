-- 0022 A match run may begin from the one before it: it takes over promises and begins from the prices.

ALTER TABLE match_run ADD COLUMN previous_id BIGINT REFERENCES match_run (id); -- NULL: made anew
ALTER TABLE match_post ADD COLUMN price_fine BIGINT; -- the price in thousandths of a point; NULL in older runs
