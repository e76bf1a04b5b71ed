/* indicators.h — the one list of figures: what each says, what it counts, and the rows it is made
 * of. A figure is always summed over its own rows, so it can be opened to them. */
#pragma once
#include "platform/op.h"

enum measure {
    MEASURE_PERSONS,      /* 人: each person once */
    MEASURE_PERSON_TIMES, /* 人次: each time */
    MEASURE_COUNT,        /* 个 */
    MEASURE_YUAN,         /* 元; values are fen */
};

struct indicator {
    const char *id; /* stable, lower case */
    const char *zh, *en;
    const char *definition_zh, *definition_en;
    enum measure measure;
    bool is_stock; /* at a day; otherwise what happened in a period */
    /* Both offices of a pairing see the figure although the rows lie outside of one's range; that
     * office sees the rows without names. */
    bool is_agreed;
    int months;       /* of "stable for N months" and the like */
    const char *of;   /* id of the indicator that this one is a share of, or NULL */
    const char *path; /* where a row can be read: path + "/" + id */
    enum perm perm;   /* to see the rows, besides STATS_READ */
    /* SELECT of home, work, id, person_id, employer_id, day, end_on, n, fen: one row for each thing
     * counted. What its parameters are: figures.c. */
    const char *sql;
};
extern const struct indicator indicators[]; /* ended by {0} */
/* E_INVALID "indicator.unknown". */
MUST_CHECK enum err indicator_find(struct ctx *cx, const char *id, const struct indicator **ret);
const char *measure_code(enum measure m);
const char *measure_unit(enum measure m, enum lang lang);
