/* access_rows.h — every row of every scoped table with its jurisdiction, and by whom it may be
 * seen: an independent reading of design D3, from the tables' declarations alone. */
#pragma once
#include "ops.h"

struct known_row {
    const struct scoped *table;
    const struct record *record; /* the kind kept in this table, or NULL */
    int64_t id;                  /* NONE: the table has no id */
    uint64_t key, content;       /* hashes */
    int64_t version, home, work, employer_id, person_id;
    bool is_open_post; /* job_post: its state is one that paired offices see */
    int refs;
    int64_t ref[12]; /* ids of other records in it */
};
struct known_rows {
    int n;
    struct known_row *at;           /* sorted by key */
    const struct known_row **by_id; /* those that have an id */
    int ids;
    struct known_row *open; /* some rows of open tables that are records: pairings, policies */
    int opens;
};
/* Inside a transaction; nothing is left out. */
MUST_CHECK enum err known_rows_read(struct ctx *cx, struct arena *mem, struct known_rows *ret);
/* Fills `open`: of each kind those first that the rows name. */
MUST_CHECK enum err known_open_read(struct ctx *cx, struct arena *mem, struct known_rows *ret);
/* By id, in any table; NULL when there is none. */
const struct known_row *known_row_of_id(const struct known_rows *k, int64_t id);
/* The same row in another reading; NULL when it is gone. */
const struct known_row *known_row_again(const struct known_rows *k, const struct known_row *row);

enum { NEAR_MAX = 16 };
/* Who calls, with the divisions that cooperate with her: her own and those paired with them. */
struct access_actor {
    struct caller *who;
    const char *label; /* "CLERK of 福清市人社局" */
    struct actor actor;
    int homes, works;
    int64_t home_lo[NEAR_MAX], home_hi[NEAR_MAX], work_lo[NEAR_MAX], work_hi[NEAR_MAX];
    bool is_foreign;
};
/* Fills `actor` and what lies near; inside a transaction. */
MUST_CHECK enum err access_actor_read(struct ctx *cx, struct access_actor *a);
/* By the declared columns, or, for tables that say so, in a place paired with hers. */
bool row_is_visible(const struct access_actor *a, const struct known_row *row);
/* A row that she sees names this id, as a passenger names the batch. */
bool row_is_named_in_view(const struct access_actor *a, const struct known_rows *k, int64_t id);
/* Some place of it lies neither in her range nor in one paired with it, nor around it. */
bool row_is_far(const struct access_actor *a, const struct known_row *row);
