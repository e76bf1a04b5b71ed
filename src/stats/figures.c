/* figures.c — counting, and the rows counted. */
#include "stats/figures.h"

#include <stdlib.h>

#include "divisions/divisions.h"

enum { PARAMETERS = 17 };
static const int64_t code_max = 999999999999;

struct figure_query figure_period(int year, int month, struct date as_of, struct date today)
{
    struct figure_query q = { .from = date_make(year, month ? month : 1, 1),
                              .pairing_id = NONE,
                              .division = NONE };
    struct date limit = date_is_none(as_of) ? today : as_of;

    q.to = month ? date_last_of_month(q.from) : date_make(year, 12, 31);
    if (date_compare(q.to, limit) > 0)
        q.to = date_compare(limit, q.from) < 0 ? q.from : limit;
    return q;
}

static int64_t month_number(struct date d)
{
    return d.year * 12 + d.month;
}

struct pair_range {
    int64_t home_lo, home_hi, work_lo, work_hi;
};

static enum err read_pair(struct ctx *cx, int64_t id, struct pair_range *ret)
{
    struct rows r;

    *ret = (struct pair_range){ 0, code_max, 0, code_max };
    if (id == NONE)
        return OK;
    TRY(db_rows(cx, &r, "SELECT home_lo, home_hi, work_lo, work_hi FROM pairing WHERE id = $1",
                P(id)));
    if (r.n == 0)
        return fail(cx, E_NOT_FOUND, "pairing.unknown", "%s",
                    T("没有这个结对关系", "there is no such pairing"));
    *ret = (struct pair_range){ row_int(&r, 0, "home_lo"), row_int(&r, 0, "home_hi"),
                                row_int(&r, 0, "work_lo"), row_int(&r, 0, "work_hi") };
    return OK;
}

/* An office of a whole side of the pairing may know what the pairing agreed on, whoever's rows
 * these are. */
static bool is_party(const struct scope *s, const struct pair_range *p)
{
    if (s->kind != SCOPE_OFFICE || p->home_hi == code_max)
        return false;
    return (s->home_lo != NONE && s->work_lo == NONE && s->home_lo <= p->home_lo &&
            s->home_hi >= p->home_hi) ||
           (s->work_lo != NONE && s->home_lo == NONE && s->work_lo <= p->work_lo &&
            s->work_hi >= p->work_hi);
}

struct prepared {
    const char *sql;
    bool is_agreed; /* counted as a party to the agreement */
    struct param at[PARAMETERS];
};

static const char *as_party(struct ctx *cx, const char *sql)
{
    static const char mine[] = "SCOPE(placement a)";
    const char *at = strstr(sql, mine);

    assert(at);
    return arena_printf(
        cx->mem,
        "%.*sSCOPE_NOT(placement 'both sides see what they agreed on; names stay in scope')%s",
        (int)(at - sql), sql, at + sizeof mine - 1);
}

static enum err prepare(struct ctx *cx, const struct indicator *i, const struct figure_query *q,
                        struct prepared *ret)
{
    struct pair_range pair;
    struct date year = date_make(q->to.year, 1, 1);
    bool month_is_over = date_compare(q->to, date_last_of_month(q->to)) == 0;
    int64_t lo = 0, hi = code_max;

    TRY(read_pair(cx, q->pairing_id, &pair));
    if (q->division != NONE)
        division_range(q->division, &lo, &hi);
    ret->is_agreed = i->is_agreed && is_party(&cx->who.scope, &pair);
    ret->sql = ret->is_agreed ? as_party(cx, i->sql) : i->sql;
    memcpy(ret->at,
           (struct param[PARAMETERS]){
               P(date_text(cx->mem, q->from)), P(date_text(cx->mem, q->to)), P(pair.home_lo),
               P(pair.home_hi), P(pair.work_lo), P(pair.work_hi), P(date_text(cx->mem, year)),
               P(date_text(cx->mem, date_add_months(q->to, -i->months))),
               P(month_number(q->to) - !month_is_over), P(month_number(q->from)),
               P(instant_of_date(q->from)), P(instant_of_date(date_add_days(q->to, 1))), P(lo),
               P(hi), P(instant_of_date(year)) },
           sizeof ret->at);
    return OK;
}

/* Rows that count for $13 to $14; the same as counts_for(). */
static const char *const within[] = {
    [SIDE_ANY] =
        "(COALESCE(x.home, 0) BETWEEN $13 AND $14 OR (COALESCE(x.work, 0) BETWEEN $13 AND $14"
        " AND COALESCE(x.home, 0) / 10000000000 <> x.work / 10000000000))",
    [SIDE_HOME] = "COALESCE(x.home, x.work, 0) BETWEEN $13 AND $14",
    [SIDE_WORK] = "COALESCE(x.work, x.home, 0) BETWEEN $13 AND $14",
};

static bool counts_for(const struct figure_group *g, int64_t division, enum side side)
{
    switch (side) {
    case SIDE_HOME:
        return division_within(g->home == NONE ? g->work : g->home, division);
    case SIDE_WORK:
        return division_within(g->work == NONE ? g->home : g->work, division);
    case SIDE_ANY:
        break;
    }
    return division_within(g->home, division) ||
           (division_within(g->work, division) &&
            division_at(g->home, LEVEL_PROVINCE) != division_at(g->work, LEVEL_PROVINCE));
}

enum err figure_count(struct ctx *cx, const struct indicator *i, const struct figure_query *q,
                      struct figure *ret)
{
    struct prepared p;
    struct rows r;
    struct figure_group *groups;

    TRY(prepare(cx, i, q, &p));
    TRY(db_rows_list(
        cx, &r,
        arena_printf(
            cx->mem,
            "SELECT x.home, x.work, CAST(SUM(x.n) AS BIGINT) AS n, CAST(SUM(x.fen) AS BIGINT) AS fen, COUNT(*) AS counted"
            " FROM (%s) x WHERE %s GROUP BY x.home, x.work",
            p.sql, within[q->side]),
        (struct params){ 15, p.at }));
    groups = NEW_ARRAY(cx->mem, struct figure_group, r.n + 1);
    for (int k = 0; k < r.n; k++)
        groups[k] = (struct figure_group){ row_int(&r, k, "home"), row_int(&r, k, "work"),
                                           row_int(&r, k, i->measure == MEASURE_YUAN ? "fen" : "n"),
                                           row_int(&r, k, "counted") };
    *ret = (struct figure){ i, *q, r.n, groups };
    return OK;
}

struct tally figure_sum(const struct figure *f, int64_t division, enum side side)
{
    struct tally t = { 0, 0 };

    for (int k = 0; k < f->n; k++) {
        const struct figure_group *g = &f->groups[k];
        if (division != NONE && !counts_for(g, division, side))
            continue;
        t.value += g->value;
        t.rows += g->rows;
    }
    return t;
}

static int by_county(const void *a, const void *b)
{
    const struct county_tally *x = a, *y = b;

    return x->county < y->county ? -1 : x->county > y->county;
}

struct county_tally *figure_counties(struct ctx *cx, const struct figure *f, enum side side,
                                     int *ret_n)
{
    struct county_tally *all = NEW_ARRAY(cx->mem, struct county_tally, f->n + 1);
    int n = 0;

    for (int k = 0; k < f->n; k++) {
        const struct figure_group *g = &f->groups[k];
        int64_t own = side == SIDE_WORK ? g->work : g->home,
                other = side == SIDE_WORK ? g->home : g->work;
        all[k] = (struct county_tally){ division_county(own == NONE ? other : own),
                                        { g->value, g->rows } };
    }
    qsort(all, (size_t)f->n, sizeof *all, by_county);
    for (int k = 0; k < f->n; k++) {
        if (n && all[n - 1].county == all[k].county) {
            all[n - 1].tally.value += all[k].tally.value;
            all[n - 1].tally.rows += all[k].tally.rows;
        } else {
            all[n++] = all[k];
        }
    }
    *ret_n = n;
    return all;
}

#define ROWS_SQL(person_name)                                                                                        \
    "SELECT x.id, x.person_id, x.employer_id, x.home, x.work, x.day, x.end_on, x.n, x.fen," person_name              \
    " AS person_name,"                                                                                               \
    " (SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'where the counted row is') AND e.id = x.employer_id)" \
    " AS employer_name, (SELECT d.full_name FROM division d WHERE d.code = x.home) AS home_name,"                    \
    " (SELECT d.full_name FROM division d WHERE d.code = x.work) AS work_name"                                       \
    " FROM (%s) x WHERE %s AND x.id > $16 ORDER BY x.id LIMIT $17"

enum err figure_rows(struct ctx *cx, const struct indicator *i, const struct figure_query *q,
                     int64_t after, int limit, struct rows *ret)
{
    struct prepared p;

    TRY(prepare(cx, i, q, &p));
    p.at[15] = P(after);
    p.at[16] = P(limit);
    return db_rows_list(
        cx, ret,
        p.is_agreed
            ? arena_printf(
                  cx->mem,
                  ROWS_SQL(
                      " (SELECT p.name FROM person p WHERE SCOPE(person p) AND p.id = x.person_id)"),
                  p.sql, within[q->side])
            : arena_printf(
                  cx->mem,
                  ROWS_SQL(
                      " (SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the counted row is in scope') AND p.id = x.person_id)"),
                  p.sql, within[q->side]),
        (struct params){ PARAMETERS, p.at });
}

const char *figure_rows_url(struct ctx *cx, const struct indicator *i, const struct figure_query *q,
                            int64_t division, enum side side)
{
    struct str s = str_new(cx->mem);
    int64_t code = division != NONE ? division : q->division;
    enum side of = division != NONE ? side : q->side;

    str_addf(&s, "/indicators/rows?id=%s&from=%s&to=%s", i->id, date_text(cx->mem, q->from),
             date_text(cx->mem, q->to));
    if (code != NONE)
        str_addf(&s, "&division=%lld", (long long)code);
    if (code != NONE && of != SIDE_ANY)
        str_add(&s, of == SIDE_WORK ? "&by=WORK" : "&by=HOME");
    if (q->pairing_id != NONE)
        str_addf(&s, "&pairing_id=%lld", (long long)q->pairing_id);
    return s.s;
}
