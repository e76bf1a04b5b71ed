-- 0009 A file sent in goes when its import ends; nobody matches headers by hand.

-- file_path is our own copy of an upload; 0 = somebody's file on this machine, or removed.
ALTER TABLE import_batch ADD COLUMN has_copy BIGINT NOT NULL DEFAULT 0;
UPDATE import_batch SET has_copy = 1 WHERE file_path LIKE '%/uploads/import-%';
CREATE INDEX import_batch_by_copy ON import_batch (updated_at) WHERE has_copy = 1;

DROP TABLE import_mapping;
