/* people_index.c — finding persons by two characters of the name, and counting them by place and
 * status.
 *
 * A gram is a single character or a pair of neighbours of a name, packed into one number;
 * person_gram keeps (gram, home, person), so that "two characters within this subtree" is one range
 * of the key. person_count keeps a number for each county, labour status and household type; a
 * prefix of any length down to the county is a sum over few rows. Both change in the transaction
 * that changes the person. */
#include "divisions/divisions.h"
#include "people/person_input.h"

enum { NAME_CHARS_MAX = 24 };

static int64_t gram_of(uint32_t first, uint32_t second)
{
    return (int64_t)first << 21 | second; /* code points have 21 bits */
}

/* The grams of a name, each once. */
static int grams_of(const char *name, int64_t out[2 * NAME_CHARS_MAX])
{
    uint32_t last = 0;
    int n = 0, chars = 0;

    for (uint32_t c; (c = utf8_next(&name)) && chars < NAME_CHARS_MAX; last = c, chars++) {
        int64_t found[2] = { gram_of(c, 0), gram_of(last, c) };
        for (int k = 0; k < (last ? 2 : 1); k++) {
            bool seen = false;
            for (int i = 0; i < n; i++)
                seen |= out[i] == found[k];
            if (!seen)
                out[n++] = found[k];
        }
    }
    return n;
}

/* SQLite runs a statement of one row without getting ready to undo it; PostgreSQL is asked once for
 * many. */
static enum err write_grams(struct ctx *cx, const struct person_gram *grams, int n)
{
    enum { AT_ONCE = 100 };
    int step = store_kind(cx->store) == STORE_SQLITE ? 1 : AT_ONCE;
    struct param params[3 * AT_ONCE];

    if (step == 1) {
        for (int i = 0; i < n; i++)
            TRY(db_exec(cx,
                        "INSERT INTO person_gram (gram, home, person_id) SELECT $1, $2, $3"
                        " WHERE SCOPE_NOT(person_gram 'follows a person already within scope')",
                        P(grams[i].gram), P(grams[i].home), P(grams[i].person_id)));
        return OK;
    }
    for (int from = 0; from < n; from += step) {
        struct str sql = str_new(cx->mem);
        int rows = MIN(step, n - from);
        str_add(&sql, "INSERT INTO person_gram (gram, home, person_id)"
                      " SELECT v.column1, v.column2, v.column3 FROM (VALUES ");
        for (int i = 0; i < rows; i++) {
            const struct person_gram *g = &grams[from + i];
            params[3 * i] = param_int(g->gram);
            params[3 * i + 1] = param_int(g->home);
            params[3 * i + 2] = param_int(g->person_id);
            str_addf(&sql, "%s($%d, $%d, $%d)", i ? ", " : "", 3 * i + 1, 3 * i + 2, 3 * i + 3);
        }
        str_add(&sql, ") v WHERE SCOPE_NOT(person_gram 'follows a person already within scope')");
        TRY(db_exec_list(cx, sql.s, (struct params){ 3 * rows, params }));
    }
    return OK;
}

enum err person_index_add(struct ctx *cx, int64_t id, int64_t home, const char *name)
{
    int64_t found[2 * NAME_CHARS_MAX];
    struct person_gram grams[2 * NAME_CHARS_MAX];
    int n = grams_of(name, found);

    for (int i = 0; i < n; i++)
        grams[i] = (struct person_gram){ found[i], home, id };
    if (!cx->is_bulk)
        return write_grams(cx, grams, n);
    person_gather_grams(cx, grams, n);
    return OK;
}

enum err person_index_remove(struct ctx *cx, int64_t id, int64_t home, const char *name)
{
    int64_t grams[2 * NAME_CHARS_MAX];
    int n = grams_of(name, grams);

    for (int i = 0; i < n; i++)
        TRY(db_exec(
            cx,
            "DELETE FROM person_gram WHERE SCOPE_NOT(person_gram 'follows a person already within scope')"
            " AND gram = $1 AND home = $2 AND person_id = $3",
            P(grams[i]), P(home), P(id)));
    return OK;
}

/* Has the actor a range of domiciles, which narrows the names too? Others see a person by another
 * column. */
static bool sees_by_home(const struct scope *s)
{
    return s->kind == SCOPE_ALL || (s->kind == SCOPE_OFFICE && s->home_lo != NONE);
}

static int64_t gram_searched(const char *q, const char **ret_rest)
{
    uint32_t first = utf8_next(&q), second = utf8_next(&q);

    *ret_rest = q;
    return second ? gram_of(first, second) : gram_of(first, 0);
}

/* One character or the first two are looked up; further ones must follow in the name. */
void person_search(struct ctx *cx, const char *q, struct list_search *ret)
{
    const char *rest;

    ret->from = "person_gram g CROSS JOIN person p";
    ret->id_sql = "g.person_id";
    ret->sort_name = "home";
    ret->sort_sql = "g.home";
    ret->param = param_int(gram_searched(q, &rest));
    ret->sql_before =
        sees_by_home(&cx->who.scope)
            ? "p.id = g.person_id AND SCOPE(person_gram g) AND g.gram ="
            : "p.id = g.person_id AND SCOPE_NOT(person_gram 'the person is within scope') AND g.gram =";
    ret->sql_after = "";
    if (*rest) {
        ret->sql_after = " AND p.name LIKE ";
        ret->param_after = param_text(arena_printf(cx->mem, "%%%s%%", q));
        ret->has_param_after = true;
    }
}

static int64_t county_of(int64_t division)
{
    return division / 1000000 * 1000000;
}

static enum err write_count(struct ctx *cx, const struct person_count *c)
{
    return db_exec(
        cx,
        "INSERT INTO person_count (county, labour_status, household_type, n) SELECT $1, $2, $3, $4"
        " WHERE SCOPE_NOT(person_count 'follows a person already within scope')"
        " ON CONFLICT (county, labour_status, household_type) DO UPDATE SET n = person_count.n + excluded.n",
        P(c->county), P(c->labour_status), P(c->household_type), P(c->n));
}

enum err person_count_add(struct ctx *cx, int64_t home, const char *labour_status,
                          const char *household_type, int n)
{
    struct person_count c = { county_of(home), labour_status, household_type, n };

    if (!cx->is_bulk)
        return write_count(cx, &c);
    person_gather_count(cx, &c);
    return OK;
}

enum err person_save_gathered(struct ctx *cx)
{
    int grams, counts;
    const struct person_gram *gram = person_gathered_grams(cx, &grams);
    const struct person_count *count = person_gathered_counts(cx, &counts);

    TRY(write_grams(cx, gram, grams));
    for (int i = 0; i < counts; i++)
        if (count[i].n != 0)
            TRY(write_count(cx, &count[i]));
    return OK;
}

/* True when the subtree begins and ends at counties. */
static bool is_county_or_above(int64_t lo, int64_t hi)
{
    return lo % 1000000 == 0 && hi % 1000000 == 999999;
}

/* One or two characters, and nothing but a domicile beside: counted in the index of names alone. */
static enum err count_names(struct ctx *cx, const struct list_query *q, int64_t *ret_total)
{
    const struct scope *s = &cx->who.scope;
    int64_t lo = 0, hi = 999999999999, gram;
    const char *rest;
    struct rows r;

    gram = gram_searched(q->q, &rest);
    if (*rest || !sees_by_home(s) || (s->kind == SCOPE_OFFICE && s->work_lo != NONE))
        return OK;
    for (int i = 0; i < q->filters; i++) {
        if (!str_eq(q->filter[i].field->name, "home"))
            return OK;
        lo = MAX(lo, q->filter[i].number);
        hi = MIN(hi, q->filter[i].hi);
    }
    TRY(db_one(
        cx, &r,
        "SELECT count(*) AS n FROM person_gram g WHERE SCOPE(person_gram g) AND g.gram = $1 AND g.home BETWEEN $2 AND $3",
        P(gram), P(lo), P(hi)));
    *ret_total = row_int(&r, 0, "n");
    return OK;
}

enum err person_count_list(struct ctx *cx, const struct list_query *q, int64_t *ret_total)
{
    const struct scope *s = &cx->who.scope;
    int64_t lo = 0, hi = 999999999999;
    const char *status = NULL, *type = NULL;
    struct rows r;

    *ret_total = NONE;
    if (q->q && *q->q && !q->only_id)
        return count_names(cx, q, ret_total);
    if (q->only_id || (s->kind != SCOPE_ALL && (s->kind != SCOPE_OFFICE || s->work_lo != NONE)))
        return OK;
    if (s->kind == SCOPE_OFFICE && !is_county_or_above(s->home_lo, s->home_hi))
        return OK;
    for (int i = 0; i < q->filters; i++) {
        const struct list_filter *f = &q->filter[i];
        if (str_eq(f->field->name, "home") && is_county_or_above(f->number, f->hi)) {
            lo = MAX(lo, f->number);
            hi = MIN(hi, f->hi);
        } else if (str_eq(f->field->name, "labour_status") && f->kind == FILTER_EQUAL) {
            status = f->text;
        } else if (str_eq(f->field->name, "household_type") && f->kind == FILTER_EQUAL) {
            type = f->text;
        } else {
            return OK;
        }
    }
    TRY(db_one(cx, &r,
               "SELECT coalesce(sum(n), 0) AS n FROM person_count c WHERE SCOPE(person_count c)"
               " AND c.county BETWEEN $1 AND $2 AND ($3 IS NULL OR c.labour_status = $3)"
               " AND ($4 IS NULL OR c.household_type = $4)",
               P(lo), P(hi), P(status), P(type)));
    *ret_total = row_int(&r, 0, "n");
    return OK;
}

/* --- how many are where, in which state --- */
const struct field people_summary_in[] = {
    PARAM(struct people_summary_input, home, FIELD_DIVISION, "户籍地", "Domicile"),
    { 0 },
};
const struct field people_summary_out[] = {
    OUTPUT("items", FIELD_JSON, "各县各状态人数", "People by county and status"),
    OUTPUT("total", FIELD_INT, "人数", "People"),
    { 0 },
};

/* Whole counties of the west are added up from person_count; whoever sees less than a county, or
 * people by where they work, has few enough to count. */
static bool sees_whole_counties(const struct scope *s, int64_t lo, int64_t hi)
{
    return is_county_or_above(lo, hi) &&
           (s->kind == SCOPE_ALL || (s->kind == SCOPE_OFFICE && s->work_lo == NONE &&
                                     is_county_or_above(s->home_lo, s->home_hi)));
}

static enum err count_by_county(struct ctx *cx, int64_t lo, int64_t hi, struct rows *ret)
{
    if (sees_whole_counties(&cx->who.scope, lo, hi))
        return db_rows(
            cx, ret,
            "SELECT c.county, c.labour_status, CAST(sum(c.n) AS BIGINT) AS n FROM person_count c WHERE SCOPE(person_count c)"
            " AND c.county BETWEEN $1 AND $2 GROUP BY c.county, c.labour_status HAVING sum(c.n) > 0"
            " ORDER BY c.county, c.labour_status",
            P(lo), P(hi));
    return db_rows(
        cx, ret,
        "SELECT p.home / 1000000 * 1000000 AS county, p.labour_status, count(*) AS n FROM person p WHERE SCOPE(person p)"
        " AND p.home BETWEEN $1 AND $2 GROUP BY 1, 2 ORDER BY 1, 2",
        P(lo), P(hi));
}

enum err people_summary(struct ctx *cx)
{
    const struct people_summary_input *in = cx->in;
    int64_t lo = 0, hi = 999999999999, total = 0;
    struct rows r;

    if (in->home != NONE)
        division_range(in->home, &lo, &hi);
    TRY(count_by_county(cx, lo, hi, &r));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < r.n;) {
        int64_t county = row_int(&r, i, "county"), of_county = 0;
        json_object(cx->out);
        json_put_int(cx->out, "county", county);
        json_put_str(cx->out, "county_name", division_full_name(cx, county));
        json_key(cx->out, "counts");
        json_object(cx->out);
        for (; i < r.n && row_int(&r, i, "county") == county; i++) {
            json_put_int(cx->out, row_text(&r, i, "labour_status"), row_int(&r, i, "n"));
            of_county += row_int(&r, i, "n");
        }
        json_end(cx->out);
        json_put_int(cx->out, "total", of_county);
        json_end(cx->out);
        total += of_county;
    }
    json_end(cx->out);
    json_put_int(cx->out, "total", total);
    json_end(cx->out);
    return OK;
}
