/* figures.h — counting an indicator. One statement groups the rows by their two divisions; every
 * sum below is a sum of these groups, so that parts and whole cannot differ. Inside db_read() or
 * db_write(). */
#pragma once
#include "stats/indicators.h"

/* Which end of a row says where it counts. ANY: the home, and for a division of another province
 * the work. */
enum side { SIDE_ANY, SIDE_HOME, SIDE_WORK };

struct figure_query {
    struct date from, to; /* both inclusive; a stock is taken at `to` */
    int64_t pairing_id;   /* NONE: any */
    int64_t division;     /* NONE: all */
    enum side side;       /* of the division */
};
/* The period of a year, or of a month of it (0: none), up to as_of (none: today at most). */
struct figure_query figure_period(int year, int month, struct date as_of, struct date today);

struct figure_group {
    int64_t home, work; /* as deep as known; NONE when the rows have none */
    int64_t value;      /* persons, times, things, or fen */
    int64_t rows;
};
struct figure {
    const struct indicator *indicator;
    struct figure_query query;
    int n;
    struct figure_group *groups;
};
struct tally {
    int64_t value, rows;
};

/* E_NOT_FOUND when there is no such pairing. */
MUST_CHECK enum err figure_count(struct ctx *cx, const struct indicator *i,
                                 const struct figure_query *q, struct figure *ret);
/* All of it (division NONE), or what counts for the division. */
struct tally figure_sum(const struct figure *f, int64_t division, enum side side);
/* By county of that side, sorted by code. Their sum is that of the whole. */
struct county_tally {
    int64_t county;
    struct tally tally;
};
struct county_tally *figure_counties(struct ctx *cx, const struct figure *f, enum side side,
                                     int *ret_n);
/* The rows behind it by id, `limit` after the id `after`: id, person_id, person_name (NULL where
 * the reader may not know it), employer_name, home, home_name, work, work_name, day, end_on, n,
 * fen. */
MUST_CHECK enum err figure_rows(struct ctx *cx, const struct indicator *i,
                                const struct figure_query *q, int64_t after, int limit,
                                struct rows *ret);
/* "/indicators/rows?…" that opens the figure. */
const char *figure_rows_url(struct ctx *cx, const struct indicator *i, const struct figure_query *q,
                            int64_t division, enum side side);
