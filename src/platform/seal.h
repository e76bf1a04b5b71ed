/* seal.h — personal numbers at rest (D10): AEAD with table, column
 * and row bound in, and a keyed blind index for look-up by exact value. Keys live in a file outside
 * the store. */
#pragma once
#include "platform/db.h"

/* Load the key file, making it (mode 0600) when absent. Must precede any other call. Tests use
 * seal_init_for_tests(). */
MUST_CHECK enum err seal_init(const char *key_path, struct failure *f);
/* The same for the store, opened and migrated, that the keys belong to: they are made for a store
 * without any, once. E_INVALID "seal.key_missing" when its key file is gone, "seal.key_of_another"
 * when the file holds other keys. */
MUST_CHECK enum err seal_init_for(struct store *store, const char *key_path, struct failure *f);
void seal_init_for_tests(void);
/* Keys of this process alone, kept nowhere: for a store in memory. */
void seal_init_passing(void);

/* Sealed bytes of a text, in the arena; NULL text gives {NULL, 0}. `place` is "table.column", `row`
 * the id of the row they are for. */
struct bytes seal_text(struct arena *mem, const char *place, int64_t row, const char *text);
/* E_INTERNAL "seal.broken" if the bytes are not what seal_text made for this place and row. */
MUST_CHECK enum err seal_open(struct ctx *cx, const char *place, int64_t row, struct bytes sealed,
                              const char **ret);
/* 128-bit keyed hash for equality, own key per place. NULL text gives {NULL, 0}. */
struct bytes seal_index(struct arena *mem, const char *place, const char *text);
