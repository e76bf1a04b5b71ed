-- 0015 Who acts on money is a natural person, whatever accounts she has.

-- Her citizen number, entered by an administrator; NULL for accounts that do not act on money. Not unique: one person may
-- hold accounts in several offices, and they count as one hand.
ALTER TABLE user_account ADD COLUMN id_no_sealed BYTEA;
ALTER TABLE user_account ADD COLUMN id_no_index BYTEA;
ALTER TABLE user_account ADD COLUMN id_no_mask TEXT;
CREATE INDEX user_by_id_no ON user_account (id_no_index) WHERE id_no_index IS NOT NULL;
