/* access_rows.c — rows and who may see them. */
#include "access_rows.h"

#include "accounts/accounts.h"

#include <stdlib.h>

static const int64_t ID_LEAST = 100000000000000; /* above any amount, instant or division */

static uint64_t mix(uint64_t h, const void *data, size_t len)
{
    const unsigned char *p = data;

    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static uint64_t mix_value(uint64_t h, const struct value *v)
{
    h = mix(h, &v->type, sizeof v->type);
    h = mix(h, &v->integer, sizeof v->integer);
    h = mix(h, &v->real, sizeof v->real);
    return v->text ? mix(h, v->text, v->len) : h;
}

static const struct value *cell(const struct rows *r, int row, const char *column)
{
    for (int c = 0; column && c < r->columns; c++)
        if (str_eq(r->names[c], column))
            return &r->cells[row * r->columns + c];
    return NULL;
}

static int64_t number(const struct rows *r, int row, const char *column)
{
    const struct value *v = cell(r, row, column);

    return v && v->type == VALUE_INT ? v->integer : NONE;
}

static const struct record *record_in(const char *table)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct record *const *r = ops_modules()[m]->records; r && *r; r++)
            if (str_eq((*r)->table, table))
                return *r;
    return NULL;
}

static struct known_row known(const struct scoped *t, const struct rows *r, int i)
{
    const struct value *id = cell(r, i, "id"), *state = cell(r, i, "state");
    struct known_row k = { .table = t,
                           .record = record_in(t->table),
                           .id = number(r, i, "id"),
                           .key = mix(14695981039346656037u, t->table, strlen(t->table)),
                           .content = 14695981039346656037u,
                           .version = number(r, i, "version"),
                           .home = number(r, i, t->home),
                           .work = number(r, i, t->work),
                           .employer_id = number(r, i, t->employer),
                           .person_id = number(r, i, t->person) };

    k.is_open_post = state && (str_eq(state->text, "OPEN") || str_eq(state->text, "FILLED"));
    for (int c = 0; c < (id ? 1 : MIN(r->columns, 3)); c++)
        k.key = mix_value(k.key, id ? id : &r->cells[i * r->columns + c]);
    for (int c = 0; c < r->columns; c++) {
        const struct value *v = &r->cells[i * r->columns + c];
        k.content = mix_value(k.content, v);
        if (v->type == VALUE_INT && v->integer > ID_LEAST && k.refs < (int)ARRAY_LEN(k.ref))
            k.ref[k.refs++] = v->integer;
    }
    return k;
}

static int by_key(const void *a, const void *b)
{
    const struct known_row *x = a, *y = b;

    return x->key < y->key ? -1 : x->key > y->key;
}

static int by_row_id(const void *a, const void *b)
{
    const struct known_row *const *x = a, *const *y = b;

    return (*x)->id < (*y)->id ? -1 : (*x)->id > (*y)->id;
}

enum { OPEN_READ = 100, OPEN_ROWS = 12, OPENS_MAX = 400 };

static const struct record *record_of_ops(const char *table)
{
    for (int m = 0; ops_modules()[m]; m++)
        for (const struct op *op = ops_modules()[m]->ops; op && op->name; op++)
            if (op->record && str_eq(op->record->table, table))
                return op->record;
    return NULL;
}

static int uses(const struct known_rows *k, int64_t id)
{
    int n = 0;

    for (int i = 0; i < k->n; i++)
        for (int r = 0; r < k->at[i].refs; r++)
            n += k->at[i].ref[r] == id;
    return n;
}

/* What rows name stands first, each kind by itself. */
static void sort_open(struct known_rows *k)
{
    int n[OPENS_MAX];

    for (int i = 0; i < k->opens; i++)
        n[i] = uses(k, k->open[i].id);
    for (int i = 1; i < k->opens; i++)
        for (int j = i; j > 0 && k->open[j].table == k->open[j - 1].table && n[j] > n[j - 1]; j--) {
            struct known_row row = k->open[j];
            int count = n[j];
            k->open[j] = k->open[j - 1], n[j] = n[j - 1];
            k->open[j - 1] = row, n[j - 1] = count;
        }
}

/* The first few of each kind are enough. */
static void cut_open(struct known_rows *k)
{
    const struct scoped *table = NULL;
    int kept = 0, of_table = 0;

    for (int i = 0; i < k->opens; i++) {
        of_table = k->open[i].table == table ? of_table + 1 : 1;
        table = k->open[i].table;
        if (of_table <= OPEN_ROWS)
            k->open[kept++] = k->open[i];
    }
    k->opens = kept;
}

enum err known_open_read(struct ctx *cx, struct arena *mem, struct known_rows *ret)
{
    ret->open = arena_alloc(mem, sizeof *ret->open * OPENS_MAX);
    for (const struct scoped *t = ops_tables(); t->table; t++) {
        const struct record *record = t->is_open ? record_of_ops(t->table) : NULL;
        struct rows r;

        if (!record)
            continue;
        TRY(db_rows_list(cx, &r,
                         arena_printf(cx->mem, "SELECT * FROM %s ORDER BY id DESC LIMIT %d",
                                      t->table, OPEN_READ),
                         (struct params){ 0 }));
        for (int i = 0; i < r.n && ret->opens < OPENS_MAX; i++) {
            struct known_row k = known(t, &r, i);
            k.record = record;
            ret->open[ret->opens++] = k;
        }
    }
    sort_open(ret);
    cut_open(ret);
    return OK;
}

enum err known_rows_read(struct ctx *cx, struct arena *mem, struct known_rows *ret)
{
    int n = 0, room = 1024;
    struct known_row *at = arena_alloc(mem, sizeof *at * (size_t)room);

    for (const struct scoped *t = ops_tables(); t->table; t++) {
        struct rows r;

        if (t->is_open || str_starts(t->table, "v_"))
            continue;
        TRY(db_rows_list(
            cx, &r,
            arena_printf(cx->mem,
                         "SELECT * FROM %s WHERE SCOPE_NOT(%s 'the test looks at all rows')",
                         t->table, t->table),
            (struct params){ 0 }));
        for (int i = 0; i < r.n; i++) {
            if (n == room) {
                struct known_row *more = arena_alloc(mem, sizeof *at * (size_t)(room *= 2));
                memcpy(more, at, sizeof *at * (size_t)n);
                at = more;
            }
            at[n++] = known(t, &r, i);
        }
    }
    qsort(at, (size_t)n, sizeof *at, by_key);
    *ret = (struct known_rows){ .n = n,
                                .at = at,
                                .by_id = arena_alloc(mem, sizeof *ret->by_id * (size_t)(n + 1)) };
    for (int i = 0; i < n; i++)
        if (at[i].id != NONE)
            ret->by_id[ret->ids++] = &at[i];
    qsort(ret->by_id, (size_t)ret->ids, sizeof *ret->by_id, by_row_id);
    return OK;
}

const struct known_row *known_row_of_id(const struct known_rows *k, int64_t id)
{
    const struct known_row wanted = { .id = id }, *key = &wanted;
    const struct known_row **found =
        !k->ids ? NULL : bsearch(&key, k->by_id, (size_t)k->ids, sizeof *k->by_id, by_row_id);

    return found ? *found : NULL;
}

const struct known_row *known_row_again(const struct known_rows *k, const struct known_row *row)
{
    return !k->n ? NULL : bsearch(row, k->at, (size_t)k->n, sizeof *k->at, by_key);
}

/* --- who may see it --- */
static void add_range(int64_t *lo, int64_t *hi, int *n, int64_t from, int64_t to)
{
    assert(*n < NEAR_MAX);
    lo[*n] = from;
    hi[(*n)++] = to;
}

static bool overlaps(int64_t lo, int64_t hi, int64_t a, int64_t b)
{
    return lo != NONE && lo <= b && hi >= a;
}

/* The ranges that an actor's own places span: an employer's workplace, a worker's domicile. */
static enum err own_ranges(struct ctx *cx, const struct scope *s, int64_t at[4])
{
    struct rows r = { 0 };

    at[0] = s->home_lo, at[1] = s->home_hi, at[2] = s->work_lo, at[3] = s->work_hi;
    if (s->kind == SCOPE_EMPLOYER)
        TRY(db_rows(
            cx, &r,
            "SELECT NULL AS home, work FROM employer WHERE SCOPE_NOT(employer 'the test looks') AND id = $1",
            P(s->employer_id)));
    if (s->kind == SCOPE_PERSON)
        TRY(db_rows(
            cx, &r,
            "SELECT home, NULL AS work FROM person WHERE SCOPE_NOT(person 'the test looks') AND id = $1",
            P(s->person_id)));
    for (int i = 0; i < 4 && r.n; i++)
        at[i] = NONE;
    if (r.n && number(&r, 0, "home") != NONE)
        division_range(number(&r, 0, "home"), &at[0], &at[1]);
    if (r.n && number(&r, 0, "work") != NONE)
        division_range(number(&r, 0, "work"), &at[2], &at[3]);
    return OK;
}

enum err access_actor_read(struct ctx *cx, struct access_actor *a)
{
    struct rows r;
    int64_t own[4];

    a->homes = a->works = 0;
    a->actor.user_id = a->actor.org_id = NONE;
    if (user_of(a->who) == NONE)
        return OK;
    TRY(account_actor(cx, user_of(a->who), &a->actor));
    a->actor.proved_at = cx->now;
    TRY(own_ranges(cx, &a->actor.scope, own));
    if (own[0] != NONE)
        add_range(a->home_lo, a->home_hi, &a->homes, own[0], own[1]);
    if (own[2] != NONE)
        add_range(a->work_lo, a->work_hi, &a->works, own[2], own[3]);
    TRY(db_rows(cx, &r, "SELECT home, work FROM pairing WHERE until_on IS NULL"));
    for (int i = 0; i < r.n; i++) {
        int64_t h[2], w[2];

        division_range(number(&r, i, "home"), &h[0], &h[1]);
        division_range(number(&r, i, "work"), &w[0], &w[1]);
        if (overlaps(own[0], own[1], h[0], h[1]))
            add_range(a->work_lo, a->work_hi, &a->works, w[0], w[1]);
        if (overlaps(own[2], own[3], w[0], w[1]))
            add_range(a->home_lo, a->home_hi, &a->homes, h[0], h[1]);
    }
    return OK;
}

static bool in_any(int64_t code, const int64_t *lo, const int64_t *hi, int n)
{
    for (int i = 0; i < n; i++)
        if (lo[i] <= code && code <= hi[i])
            return true;
    return false;
}

static bool around_any(int64_t code, const int64_t *lo, const int64_t *hi, int n)
{
    int64_t from, to;

    division_range(code, &from, &to);
    for (int i = 0; i < n; i++)
        if (overlaps(from, to, lo[i], hi[i]))
            return true;
    return false;
}

bool row_is_visible(const struct access_actor *a, const struct known_row *row)
{
    if (scope_covers(&a->actor.scope, row->home, row->work, row->employer_id, row->person_id))
        return true;
    if (!row->table->extra || a->actor.scope.kind != SCOPE_OFFICE || a->actor.scope.home_lo == NONE)
        return false;
    return (row->is_open_post || !str_eq(row->table->table, "job_post")) &&
           in_any(row->work, a->work_lo, a->work_hi, a->works);
}

bool row_is_named_in_view(const struct access_actor *a, const struct known_rows *k, int64_t id)
{
    for (int i = 0; i < k->n; i++)
        for (int r = 0; r < k->at[i].refs; r++)
            if (k->at[i].ref[r] == id && row_is_visible(a, &k->at[i]))
                return true;
    return false;
}

bool row_is_far(const struct access_actor *a, const struct known_row *row)
{
    return (row->home != NONE && !around_any(row->home, a->home_lo, a->home_hi, a->homes)) ||
           (row->work != NONE && !around_any(row->work, a->work_lo, a->work_hi, a->works));
}
