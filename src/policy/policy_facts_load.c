/* policy_facts_load.c — facts from the store. */
#include "policy/policy_facts_load.h"

#include <stdlib.h>

const char *facts_in_list(struct arena *mem, const int64_t *ids, int n, int first,
                          struct params *ret)
{
    int slots = n <= 1 ? 1 : FACTS_CHUNK;
    struct param *at = NEW_ARRAY(mem, struct param, slots);
    struct str s = str_new(mem);

    assert(n <= FACTS_CHUNK);
    for (int i = 0; i < slots; i++) {
        str_addf(&s, "%s$%d", i ? "," : "(", first + i + 1);
        at[i] = param_int(i < n ? ids[i] : 0);
    }
    str_add(&s, ")");
    *ret = (struct params){ slots, at };
    return s.s;
}

/* The person's place in the array, -1 when she is not asked for. */
static int find(const int64_t *ids, int n, int64_t id)
{
    int lo = 0, hi = n - 1;

    while (lo <= hi) {
        int mid = (lo + hi) / 2;
        if (ids[mid] == id)
            return mid;
        if (ids[mid] < id)
            lo = mid + 1;
        else
            hi = mid - 1;
    }
    return -1;
}

static enum err rows_in(struct ctx *cx, struct rows *ret, const char *before, const int64_t *ids,
                        int n, const char *after)
{
    struct params p;
    const char *in = facts_in_list(cx->mem, ids, n, 0, &p);

    return db_rows_list(cx, ret, arena_printf(cx->mem, "%s %s %s", before, in, after), p);
}

static enum err load_persons(struct ctx *cx, const int64_t *ids, int n, struct person_facts *ret)
{
    struct rows r;

    TRY(rows_in(
        cx, &r,
        "SELECT p.id, p.home, p.birth, p.household_id, h.income_per_head_fen FROM person p LEFT JOIN household h ON h.id = p.household_id"
        " WHERE SCOPE_NOT(person 'a decision rests on all facts of a person') AND SCOPE_NOT(household 'income of the person''s household') AND p.id IN",
        ids, n, ""));
    for (int i = 0; i < n; i++)
        ret[i] = (struct person_facts){ .person_id = NONE,
                                        .household_id = NONE,
                                        .facts = { .documents_ignored = true } };
    for (int i = 0; i < r.n; i++) {
        struct person_facts *p = &ret[find(ids, n, row_int(&r, i, "id"))];
        p->person_id = row_int(&r, i, "id");
        p->home = row_int(&r, i, "home");
        p->household_id = row_int(&r, i, "household_id");
        p->facts.birth = date_of_text(row_text(&r, i, "birth"));
        p->facts.domicile = p->home;
        p->facts.income_fen = row_int(&r, i, "income_per_head_fen");
        p->facts.income_known = p->facts.income_fen != NONE;
    }
    return OK;
}

/* Kinds of the ledger that policies call by one word; others by their own. */
static int status_of(const char *kind)
{
    if (str_eq(kind, "UNSTABLE_EXITED") || str_eq(kind, "MARGINAL") ||
        str_eq(kind, "SUDDEN_HARDSHIP"))
        return STATUS_MONITORED;
    return policy_name_find(policy_statuses, kind);
}

static enum err load_statuses(struct ctx *cx, const int64_t *ids, int n, struct person_facts *ret)
{
    struct policy_status_row *all;
    struct rows r;
    int used = 0;

    TRY(rows_in(
        cx, &r,
        "SELECT person_id, kind, from_on, until_on FROM person_status s WHERE SCOPE_NOT(person_status 'a decision rests on all facts of a person')"
        " AND s.person_id IN",
        ids, n, "ORDER BY s.person_id, s.from_on, s.id"));
    all = NEW_ARRAY(cx->mem, struct policy_status_row, r.n + 1);
    for (int i = 0; i < r.n; i++) {
        struct policy_facts *f = &ret[find(ids, n, row_int(&r, i, "person_id"))].facts;
        int status = status_of(row_text(&r, i, "kind"));
        if (status < 0)
            continue;
        if (!f->statuses)
            f->statuses = &all[used];
        f->status_count++;
        all[used++] = (struct policy_status_row){ (enum policy_status)status,
                                                  date_of_text(row_text(&r, i, "from_on")),
                                                  date_of_text(row_text(&r, i, "until_on")) };
    }
    return OK;
}

static enum policy_form form_of(const char *form)
{
    return str_eq(form, "FLEXIBLE") || str_eq(form, "SELF_EMPLOYED") ? FORM_FLEXIBLE
                                                                     : FORM_CONTRACT;
}

static enum err load_spells(struct ctx *cx, const int64_t *ids, int n, struct person_facts *ret)
{
    struct policy_spell *all;
    struct rows r;

    TRY(rows_in(
        cx, &r,
        "SELECT a.id, a.person_id, a.employer_id, a.work, a.start_on, a.end_on, a.channel, a.employment_form, a.is_reserved, a.contract_until,"
        " e.work AS employer_division, e.base_from, e.base_until FROM placement a JOIN employer e ON e.id = a.employer_id"
        " WHERE SCOPE_NOT(placement 'a decision rests on all facts of a person') AND SCOPE_NOT(employer 'the place of a person''s employer')"
        " AND a.person_id IN",
        ids, n, "ORDER BY a.person_id, a.start_on, a.id"));
    all = NEW_ARRAY(cx->mem, struct policy_spell, r.n + 1);
    for (int i = 0; i < r.n; i++) {
        struct policy_facts *f = &ret[find(ids, n, row_int(&r, i, "person_id"))].facts;
        const char *channel = row_text(&r, i, "channel"), *start = row_text(&r, i, "start_on"),
                   *base = row_text(&r, i, "base_from"),
                   *base_until = row_text(&r, i, "base_until");
        struct date contract = date_of_text(row_text(&r, i, "contract_until"));
        if (!f->spells)
            f->spells = &all[i];
        f->spell_count++;
        all[i] = (struct policy_spell){
            .id = row_int(&r, i, "id"),
            .employer_id = row_int(&r, i, "employer_id"),
            .work_division = row_int(&r, i, "work"),
            .employer_division = row_int(&r, i, "employer_division"),
            .start = date_of_text(start),
            .end = date_of_text(row_text(&r, i, "end_on")),
            .form = form_of(row_text(&r, i, "employment_form")),
            .organised = str_eq(channel, "ORGANISED") || str_eq(channel, "STATION"),
            .reserved_post = row_int(&r, i, "is_reserved") == 1,
            .base_employer =
                base && strcmp(base, start) <= 0 && (!base_until || strcmp(base_until, start) >= 0),
        };
        if (!date_is_none(contract))
            all[i].contract_months = date_months_between(all[i].start, date_add_days(contract, 1));
    }
    return OK;
}

static int spell_index(const struct policy_facts *f, int64_t placement_id)
{
    for (int i = 0; i < f->spell_count; i++)
        if (f->spells[i].id == placement_id)
            return i;
    return -1;
}

/* Leave, no contact and contradicting sources are no proof of work: they do not count until
 * somebody decides. */
static enum policy_month_state month_state(const char *status)
{
    return str_eq(status, "CONFIRMED")     ? MONTH_CONFIRMED
           : str_eq(status, "NOT_WORKING") ? MONTH_NOT_WORKING
                                           : MONTH_UNKNOWN;
}

static enum err load_months(struct ctx *cx, const int64_t *ids, int n, struct person_facts *ret)
{
    struct policy_month *all;
    struct rows r;
    int used = 0;

    TRY(rows_in(
        cx, &r,
        "SELECT person_id, placement_id, month, status, wage_fen, is_insured FROM placement_month m"
        " WHERE SCOPE_NOT(placement_month 'a decision rests on all facts of a person') AND m.person_id IN",
        ids, n, "ORDER BY m.person_id, m.month, m.placement_id"));
    all = NEW_ARRAY(cx->mem, struct policy_month, r.n + 1);
    for (int i = 0; i < r.n; i++) {
        struct policy_facts *f = &ret[find(ids, n, row_int(&r, i, "person_id"))].facts;
        int spell = spell_index(f, row_int(&r, i, "placement_id"));
        struct policy_month m = { .spell = spell,
                                  .state = month_state(row_text(&r, i, "status")),
                                  .wage_fen = row_int(&r, i, "wage_fen"),
                                  .insured = row_int(&r, i, "is_insured") == 1 };
        if (spell < 0 || !month_parse(row_text(&r, i, "month"), &m.month))
            continue;
        if (!f->months)
            f->months = &all[used];
        f->month_count++;
        all[used++] = m;
    }
    return OK;
}

enum err policy_facts_load(struct ctx *cx, const int64_t *ids, int n, struct person_facts *ret)
{
    TRY(load_persons(cx, ids, n, ret));
    TRY(load_statuses(cx, ids, n, ret));
    TRY(load_spells(cx, ids, n, ret));
    return load_months(cx, ids, n, ret);
}

enum err policy_headcount_load(struct ctx *cx, int64_t employer_id, const struct policy_item *item,
                               struct date on, struct policy_headcount *ret)
{
    struct str kinds = str_new(cx->mem);
    const char *day = date_text(cx->mem, on);
    struct rows r;

    /* Status codes are our own words, not input. */
    for (int i = 0; policy_statuses[i].code; i++)
        if (item->step.status & 1u << i)
            str_addf(&kinds, "%s'%s'", kinds.len ? "," : "",
                     i == STATUS_MONITORED ? "UNSTABLE_EXITED','MARGINAL','SUDDEN_HARDSHIP"
                                           : policy_statuses[i].code);
    TRY(db_one_list(
        cx, &r,
        arena_printf(
            cx->mem,
            "SELECT count(DISTINCT a.person_id) AS n FROM placement a WHERE SCOPE_NOT(placement 'an employer''s claim rests on all its staff')"
            " AND a.employer_id = $1 AND a.home BETWEEN $2 AND $3 AND a.start_on <= $4 AND (a.end_on IS NULL OR a.end_on >= $5)"
            " AND (SELECT count(*) FROM placement_month m WHERE SCOPE_NOT(placement_month 'an employer''s claim rests on all its staff')"
            " AND m.placement_id = a.id AND m.status = 'CONFIRMED' AND m.month <= $6) >= $7%s%s%s",
            kinds.len
                ? " AND EXISTS (SELECT 1 FROM person_status s WHERE SCOPE_NOT(person_status 'an employer''s claim rests on all its staff')"
                  " AND s.person_id = a.person_id AND s.from_on <= $5 AND (s.until_on IS NULL OR s.until_on >= $5) AND s.kind IN ("
                : "",
            kinds.len ? kinds.s : "", kinds.len ? "))" : ""),
        PARAMS_(P(employer_id), P(item->step.origin.lo), P(item->step.origin.hi),
                P(date_text(cx->mem, date_add_months(on, -(int)item->step.stable_months))), P(day),
                P(arena_strndup(cx->mem, day, 7)), P(item->step.stable_months))));
    *ret = (struct policy_headcount){ .origin = item->step.origin.lo,
                                      .status = item->step.status,
                                      .stable_months = item->step.stable_months,
                                      .n = (int32_t)row_int(&r, 0, "n"),
                                      .on = on };
    return OK;
}
