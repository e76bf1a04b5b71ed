/* records.c — what other records say of employers and people: rights cases, courses. */
#include "matching/load.h"

enum { CASE_MONTHS = 36 /* older cases say nothing of an employer any more (our choice) */ };

struct cases {
    struct match_employer **at, **end;
};

static enum err add_cases(struct ctx *cx, const struct rows *r, void *arg)
{
    struct cases *c = arg;
    int64_t id = row_int(r, 0, "employer_id");

    (void)cx;
    while (c->at < c->end && (*c->at)->id < id)
        c->at++;
    if (c->at == c->end || (*c->at)->id != id)
        return OK;
    (*c->at)->arrears = (int32_t)row_int(r, 0, "wages");
    (*c->at)->rights = (int32_t)row_int(r, 0, "others");
    return OK;
}

/* Of everybody's cases only their number is kept. An unfounded one counts for nothing. */
enum err match_load_cases(struct ctx *cx, struct match_employer **employers, size_t n,
                          int64_t only_id)
{
    struct cases cases = { employers, employers + n };

    if (n == 0)
        return OK;
    return db_each(cx, add_cases, &cases,
                   "SELECT c.employer_id, count(CASE WHEN c.kind = 'WAGES' THEN 1 END) AS wages,"
                   " count(CASE WHEN c.kind <> 'WAGES' THEN 1 END) AS others FROM rights_case c"
                   " WHERE SCOPE_NOT(rights_case 'matching keeps the number of cases')"
                   " AND c.state <> 'REJECTED' AND c.opened_on BETWEEN $1 AND $2"
                   " AND ($3 IS NULL OR c.employer_id = $3)"
                   " GROUP BY c.employer_id ORDER BY c.employer_id",
                   P(date_text(cx->mem, date_add_months(cx->today, -CASE_MONTHS))),
                   P(date_text(cx->mem, cx->today)), P(only_id));
}

struct courses {
    struct match_person *at, *end;
};

static enum err add_course(struct ctx *cx, const struct rows *r, void *arg)
{
    enum { COURSES_MAX = 8 };
    struct courses *c = arg;
    int64_t id = row_int(r, 0, "person_id");
    struct match_training *trainings;

    while (c->at < c->end && c->at->id < id)
        c->at++;
    if (c->at == c->end || c->at->id != id || c->at->n_trainings == COURSES_MAX)
        return OK;
    if (c->at->n_trainings == 0)
        c->at->trainings = NEW_ARRAY(cx->mem, struct match_training, COURSES_MAX);
    trainings = (struct match_training *)(uintptr_t)c->at->trainings;
    trainings[c->at->n_trainings++] = (struct match_training){
        .employer_id = row_int(r, 0, "employer_id"),
        .occupation = match_occupation(row_text(r, 0, "occupation")),
    };
    return OK;
}

/* The newest few of each. */
enum err match_load_trainings(struct ctx *cx, struct match_person *persons, size_t n,
                              int64_t only_id)
{
    struct courses courses = { persons, persons + n };

    if (n == 0)
        return OK;
    return db_each(cx, add_course, &courses,
                   "SELECT t.person_id, t.employer_id, t.occupation FROM training t"
                   " WHERE SCOPE(training t) AND t.completed_on <= $1"
                   " AND ($2 IS NULL OR t.person_id = $2)"
                   " ORDER BY t.person_id, t.completed_on DESC, t.id DESC",
                   P(date_text(cx->mem, cx->today)), P(only_id));
}
