/* retention_load.c — earlier stretches of work as cases to fit on, each with what was known before
 * it began and nothing later: wishes and courses by their day, earlier places, neighbours and the
 * employer's record by the spells as they stood, unpaid wages by the day they were reported.
 *
 * The ledger keeps no earlier states of posts and employers: free meals and lodging, occupation and
 * kitchen are as they are now. Pay is what was agreed at the start. */
#include "matching/load.h"
#include "matching/retention_fit.h"

#include <stdlib.h>

enum {
    COUNTY = 1000000,
    VILLAGE = 1000,
    STAY_MONTHS = 3,
    UNPAID_MONTHS = 36, /* as for scoring (records.c) */
    COURSES_MAX = 8,
};

/* A case while it is put together. */
struct draft {
    int64_t person_id, employer_id, post_id, wage_fen;
    struct date start;
    bool has_stayed;
    struct match_person person;
    struct match_post post;
    struct match_employer employer;
    struct match_record record; /* with her county, and */
    struct match_neighbours neighbours;
};

/* Where somebody of the home range began to work. */
struct begun {
    int64_t person_id, work;
    struct date start;
};

struct unpaid {
    int64_t employer_id;
    struct date opened, rejected; /* none = stands */
};

struct loading {
    int64_t home_lo, home_hi, work_lo, work_hi;
    struct match_spell *batch; /* all of one employer, by home */
    size_t n_batch, batch_cap;
    struct draft *drafts;
    size_t n, cap, at; /* at: where a stream in the order of the drafts is */
    struct begun *begun;
    size_t n_begun, begun_cap;
    struct unpaid *unpaid; /* by employer */
    size_t n_unpaid, unpaid_cap;
};

/* --- spells of one employer --- */

static struct date due_of(const struct match_spell *s)
{
    return date_add_months(s->start, STAY_MONTHS);
}

static bool is_gone(const struct match_spell *s)
{
    return !date_is_none(s->end) && date_compare(s->end, due_of(s)) < 0;
}

/* Its end says something of the employer and the post. */
static bool is_told(const struct match_spell *s)
{
    return !(is_gone(s) && s->is_neutral);
}

static bool is_case(struct ctx *cx, const struct loading *l, const struct match_spell *s)
{
    return s->home >= l->home_lo && s->home <= l->home_hi && s->work >= l->work_lo &&
           s->work <= l->work_hi && is_told(s) && date_compare(due_of(s), cx->today) <= 0;
}

static int by_due(const void *a, const void *b)
{
    const struct match_spell *const *x = a, *const *y = b;

    return date_compare(due_of(*x), due_of(*y));
}

static int by_start(const void *a, const void *b)
{
    const struct match_spell *const *x = a, *const *y = b;

    return date_compare((*x)->start, (*y)->start);
}

/* Of her village and there before her, still on the day she came; the batch is by home. */
static int32_t neighbours_before(const struct loading *l, const struct match_spell *s)
{
    const struct match_spell *first = s, *end = l->batch + l->n_batch;
    int32_t n = 0;

    if (s->home % VILLAGE == 0)
        return 0;
    while (first > l->batch && first[-1].home == s->home)
        first--;
    for (; first < end && first->home == s->home; first++)
        n += date_compare(first->start, s->start) < 0 &&
             (date_is_none(first->end) || date_compare(first->end, s->start) >= 0);
    return n;
}

static void draft_add(struct ctx *cx, struct loading *l, const struct match_spell *s,
                      const struct match_stays *all, const struct match_stays *county)
{
    *ARENA_PUSH(cx->mem, l->drafts, l->n, l->cap) = (struct draft){
        .person_id = s->person_id,
        .employer_id = s->employer_id,
        .post_id = s->post_id,
        .wage_fen = s->wage_fen,
        .start = s->start,
        .has_stayed = !is_gone(s),
        .person = { .home = s->home, .least_wage_fen = NONE, .companion_id = NONE },
        .post = { .work = s->work },
        .employer = { .id = s->employer_id, .stays = *all },
        .record = { s->home / COUNTY * COUNTY, *county },
        .neighbours = { s->home, neighbours_before(l, s) },
    };
}

static void stays_add(struct match_stays *stays, const struct match_spell *s)
{
    stays->placed[MATCH_MONTH_3]++;
    stays->stayed[MATCH_MONTH_3] += !is_gone(s);
}

/* The spells of the batch in two orders, and where the stays of each one's county are kept. */
struct lines {
    const struct match_spell **by_start, **by_due;
    struct match_stays **county; /* by place in the batch */
    size_t n_due;
};

static struct lines lines_of(struct arena *mem, const struct loading *l)
{
    size_t n = l->n_batch;
    struct match_stays *counties = NEW_ARRAY(mem, struct match_stays, n + 1);
    struct lines ret = { .by_start = NEW_ARRAY(mem, const struct match_spell *, n + 1),
                         .by_due = NEW_ARRAY(mem, const struct match_spell *, n + 1),
                         .county = NEW_ARRAY(mem, struct match_stays *, n + 1) };

    for (size_t i = 0; i < n; i++) {
        const struct match_spell *s = &l->batch[i];

        if (i > 0 && s->home / COUNTY != s[-1].home / COUNTY)
            counties++;
        ret.county[i] = counties;
        ret.by_start[i] = s;
        if (is_told(s))
            ret.by_due[ret.n_due++] = s;
    }
    if (n > 1)
        qsort(ret.by_start, n, sizeof *ret.by_start, by_start);
    if (ret.n_due > 1)
        qsort(ret.by_due, ret.n_due, sizeof *ret.by_due, by_due);
    return ret;
}

/* Day by day: whoever comes meets the record of those who could have stayed long enough by then. */
static void batch_close(struct ctx *cx, struct loading *l)
{
    struct arena *scratch = arena_new();
    struct match_stays all = { 0 };
    struct lines lines = lines_of(scratch, l);
    size_t known = 0;

    for (size_t i = 0; i < l->n_batch; i++) {
        const struct match_spell *s = lines.by_start[i];

        for (; known < lines.n_due && date_compare(due_of(lines.by_due[known]), s->start) <= 0;
             known++) {
            stays_add(&all, lines.by_due[known]);
            stays_add(lines.county[lines.by_due[known] - l->batch], lines.by_due[known]);
        }
        if (is_case(cx, l, s))
            draft_add(cx, l, s, &all, lines.county[s - l->batch]);
    }
    l->n_batch = 0;
    arena_free(scratch);
}

static enum err add_spell(struct ctx *cx, const struct match_spell *spell, void *arg)
{
    struct loading *l = arg;

    if (l->n_batch > 0 && l->batch[0].employer_id != spell->employer_id)
        batch_close(cx, l);
    *ARENA_PUSH(cx->mem, l->batch, l->n_batch, l->batch_cap) = *spell;
    if (spell->home >= l->home_lo && spell->home <= l->home_hi)
        *ARENA_PUSH(cx->mem, l->begun, l->n_begun, l->begun_cap) =
            (struct begun){ spell->person_id, spell->work, spell->start };
    return OK;
}

/* --- people --- */

static int drafts_by_person(const void *a, const void *b)
{
    const struct draft *x = a, *y = b;

    if (x->person_id != y->person_id)
        return x->person_id < y->person_id ? -1 : 1;
    return date_compare(x->start, y->start);
}

static int begun_order(const void *a, const void *b)
{
    const struct begun *x = a, *y = b;

    if (x->person_id != y->person_id)
        return x->person_id < y->person_id ? -1 : 1;
    return date_compare(x->start, y->start);
}

/* The first draft of the person whose row comes, in a stream by person. */
static struct draft *draft_of(struct loading *l, int64_t person_id)
{
    while (l->at < l->n && l->drafts[l->at].person_id < person_id)
        l->at++;
    return &l->drafts[l->at];
}

static bool is_hers(const struct loading *l, const struct draft *d, int64_t person_id)
{
    return d < l->drafts + l->n && d->person_id == person_id;
}

static void add_begun(struct ctx *cx, struct loading *l)
{
    if (l->n_begun > 1)
        qsort(l->begun, l->n_begun, sizeof *l->begun, begun_order);
    l->at = 0;
    for (size_t i = 0; i < l->n_begun; i++) {
        const struct begun *b = &l->begun[i];

        for (struct draft *d = draft_of(l, b->person_id); is_hers(l, d, b->person_id); d++)
            if (date_compare(b->start, d->start) < 0)
                match_earlier_add(cx, &d->person, b->work);
    }
}

/* The newest before the start: rows come by age. */
static enum err add_wish(struct ctx *cx, const struct rows *r, void *arg)
{
    struct loading *l = arg;
    int64_t id = row_int(r, 0, "person_id");
    struct date said = date_of_instant(row_int(r, 0, "created_at"));

    for (struct draft *d = draft_of(l, id); is_hers(l, d, id); d++)
        if (date_compare(said, d->start) <= 0)
            match_read_wish(cx, r, &d->person);
    return OK;
}

static enum err add_course(struct ctx *cx, const struct rows *r, void *arg)
{
    struct loading *l = arg;
    int64_t id = row_int(r, 0, "person_id");
    struct date done = date_of_text(row_text(r, 0, "completed_on"));

    for (struct draft *d = draft_of(l, id); is_hers(l, d, id); d++) {
        struct match_person *p = &d->person;
        struct match_training *courses = (struct match_training *)(uintptr_t)p->trainings;

        if (date_compare(done, d->start) > 0 || p->n_trainings == COURSES_MAX)
            continue;
        if (!courses)
            p->trainings = courses = NEW_ARRAY(cx->mem, struct match_training, COURSES_MAX);
        courses[p->n_trainings++] =
            (struct match_training){ row_int(r, 0, "employer_id"),
                                     match_occupation(row_text(r, 0, "occupation")) };
    }
    return OK;
}

static enum err add_people(struct ctx *cx, struct loading *l)
{
    if (l->n > 1)
        qsort(l->drafts, l->n, sizeof *l->drafts, drafts_by_person);
    add_begun(cx, l);
    l->at = 0;
    TRY(db_each(cx, add_wish, l,
                "SELECT i.person_id, i.created_at, i.destinations, i.occupations,"
                " i.least_wage_fen, i.companion_id FROM job_intention i WHERE"
                " SCOPE(job_intention i) AND i.home BETWEEN $1 AND $2 ORDER BY i.person_id, i.id",
                P(l->home_lo), P(l->home_hi)));
    l->at = 0;
    return db_each(cx, add_course, l,
                   "SELECT t.person_id, t.completed_on, t.employer_id, t.occupation FROM training t"
                   " WHERE SCOPE(training t) AND t.home BETWEEN $1 AND $2"
                   " ORDER BY t.person_id, t.completed_on DESC, t.id DESC",
                   P(l->home_lo), P(l->home_hi));
}

/* --- posts and employers --- */

static int drafts_by_post(const void *a, const void *b)
{
    const struct draft *x = a, *y = b;

    if (x->post_id != y->post_id)
        return x->post_id < y->post_id ? -1 : 1;
    return drafts_by_person(a, b);
}

static enum err add_post(struct ctx *cx, const struct rows *r, void *arg)
{
    struct loading *l = arg;
    int64_t id = row_int(r, 0, "id");
    struct match_post post;

    while (l->at < l->n && l->drafts[l->at].post_id < id)
        l->at++;
    if (l->at == l->n || l->drafts[l->at].post_id != id)
        return OK;
    match_read_post(cx, r, &post);
    for (; l->at < l->n && l->drafts[l->at].post_id == id; l->at++) {
        struct draft *d = &l->drafts[l->at];

        d->employer.has_western_food = post.employer->has_western_food;
        d->post.occupation = post.occupation;
        d->post.min_skill = post.min_skill;
        d->post.has_board = post.has_board;
        d->post.has_lodging = post.has_lodging;
    }
    return OK;
}

static enum err add_unpaid(struct ctx *cx, const struct rows *r, void *arg)
{
    struct loading *l = arg;

    *ARENA_PUSH(cx->mem, l->unpaid, l->n_unpaid, l->unpaid_cap) =
        (struct unpaid){ row_int(r, 0, "employer_id"), date_of_text(row_text(r, 0, "opened_on")),
                         date_of_text(row_text(r, 0, "rejected_on")) };
    return OK;
}

static int32_t unpaid_before(const struct loading *l, int64_t employer_id, struct date day)
{
    struct date since = date_add_months(day, -UNPAID_MONTHS);
    size_t lo = 0, hi = l->n_unpaid;
    int32_t n = 0;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (l->unpaid[mid].employer_id < employer_id)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < l->n_unpaid && l->unpaid[lo].employer_id == employer_id; lo++) {
        const struct unpaid *u = &l->unpaid[lo];

        n += date_compare(u->opened, since) >= 0 && date_compare(u->opened, day) <= 0 &&
             (date_is_none(u->rejected) || date_compare(u->rejected, day) > 0);
    }
    return n;
}

static enum err add_employers(struct ctx *cx, struct loading *l, int64_t work)
{
    if (l->n > 1)
        qsort(l->drafts, l->n, sizeof *l->drafts, drafts_by_post);
    l->at = 0;
    TRY(match_each_post_ever(cx, work, add_post, l));
    TRY(db_each(cx, add_unpaid, l,
                "SELECT c.employer_id, c.opened_on, CASE WHEN c.state = 'REJECTED'"
                " THEN coalesce(c.closed_on, c.opened_on) END AS rejected_on FROM rights_case c"
                " WHERE SCOPE_NOT(rights_case 'matching keeps the number of cases')"
                " AND c.kind = 'WAGES' ORDER BY c.employer_id"));
    for (size_t i = 0; i < l->n; i++)
        l->drafts[i].employer.arrears =
            unpaid_before(l, l->drafts[i].employer_id, l->drafts[i].start);
    return OK;
}

/* --- all --- */

static struct retention_case case_of(struct draft *d)
{
    struct retention_case ret = { .start = date_to_days(d->start), .has_stayed = d->has_stayed };

    d->employer.records = &d->record;
    d->employer.villages = &d->neighbours;
    d->employer.n_records = d->employer.n_villages = 1;
    d->post.employer = &d->employer;
    d->post.pay_low_fen = d->wage_fen;
    d->post.newcomer_pay_fen = NONE;
    retention_features(&d->person, &d->post, ret.features);
    return ret;
}

enum err retention_load(struct ctx *cx, int64_t home, int64_t work, struct retention_case **ret,
                        int32_t *ret_n)
{
    struct loading l = { 0 };
    struct retention_case *cases;

    division_range(home, &l.home_lo, &l.home_hi);
    division_range(work, &l.work_lo, &l.work_hi);
    TRY(match_each_spell(cx, NONE, NONE, add_spell, &l));
    batch_close(cx, &l);
    TRY(add_people(cx, &l));
    TRY(add_employers(cx, &l, work));
    cases = NEW_ARRAY(cx->mem, struct retention_case, l.n + 1);
    for (size_t i = 0; i < l.n; i++)
        cases[i] = case_of(&l.drafts[i]);
    *ret = cases;
    *ret_n = (int32_t)l.n;
    return OK;
}
