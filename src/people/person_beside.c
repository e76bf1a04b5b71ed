/* person_beside.c — what is written beside a person's row, in its transaction: household, dated
 * statuses, the newest intention, the pairs of characters she is found by, and the counts. */
#include "people/person_input.h"
#include "platform/journal.h"

#define IN struct person_input

/* --- household --- */
static enum err save_household(struct ctx *cx, const IN *in, int64_t home)
{
    if (!in->household_no)
        return OK;
    if (in->household_is_new)
        return db_exec(
            cx,
            "INSERT INTO household (id, home, household_no, head_name, size, income_per_head_fen, created_at, updated_at)"
            " SELECT $1, $2, $3, $4, $5, $6, $7, $7 WHERE SCOPE(household home=$2)",
            P(in->household_id), P(home), P(in->household_no), P(in->head_name),
            P(in->household_size), P(in->income_per_head_fen), P(cx->now));
    if (!in->head_name && in->household_size == NONE && in->income_per_head_fen == NONE)
        return OK;
    TRY(db_exec(
        cx,
        "UPDATE household AS h SET head_name = coalesce($1, h.head_name), size = coalesce($2, h.size),"
        " income_per_head_fen = coalesce($3, h.income_per_head_fen), updated_at = $4, version = version + 1"
        " WHERE h.id = $5 AND SCOPE(household h) AND (coalesce($1, h.head_name) IS DISTINCT FROM h.head_name"
        " OR coalesce($2, h.size) IS DISTINCT FROM h.size OR coalesce($3, h.income_per_head_fen) IS DISTINCT FROM h.income_per_head_fen)",
        P(in->head_name), P(in->household_size), P(in->income_per_head_fen), P(cx->now),
        P(in->household_id)));
    cx->changed_beside |= cx->changed > 0;
    return OK;
}

/* --- dated statuses --- */
enum err person_status_add(struct ctx *cx, int64_t person_id, int64_t home,
                           const struct status_input *in)
{
    return db_exec(
        cx,
        "INSERT INTO person_status (id, person_id, home, kind, from_on, until_on, source, created_at)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, $8 WHERE SCOPE(person_status home=$3, person_id=$2)",
        P(store_new_id(cx->store)), P(person_id), P(home), P(in->kind), P(in->from_on),
        P(in->until_on), P(in->source), P(cx->now));
}

static const char *status_from(struct ctx *cx, const IN *in)
{
    return in->identified_on  ? in->identified_on
           : in->collected_on ? in->collected_on
                              : date_text(cx->mem, cx->today);
}

/* The status that a roster states: it begins when it was identified; one that is open already
 * stays, and ends when the risk is said to be eliminated. */
static enum err state_status(struct ctx *cx, const IN *in, int64_t person_id, int64_t home,
                             const char *kind, const char *until_on, bool is_new)
{
    struct status_input s = { kind, status_from(cx, in), until_on, cx->batch_id };
    struct rows r;

    if (!is_new) {
        TRY(db_rows(
            cx, &r,
            "SELECT id, until_on FROM person_status s WHERE SCOPE(person_status s) AND s.person_id = $1 AND s.kind = $2"
            " AND (s.until_on IS NULL OR s.until_on = $3) ORDER BY s.from_on DESC LIMIT 1",
            P(person_id), P(kind), P(until_on)));
        if (r.n && str_eq(row_text(&r, 0, "until_on"), until_on))
            return OK;
        cx->changed_beside = true;
        if (r.n)
            return db_exec(
                cx,
                "UPDATE person_status AS s SET until_on = $1 WHERE s.id = $2 AND SCOPE(person_status s)",
                P(until_on), P(row_int(&r, 0, "id")));
    }
    return person_status_add(cx, person_id, home, &s);
}

/* What held until now ends on the day before the new status. */
static enum err end_status(struct ctx *cx, const IN *in, int64_t person_id, const char *kind)
{
    struct date last = date_add_days(date_of_text(status_from(cx, in)), -1);

    cx->changed_beside = true;
    return db_exec(
        cx,
        "UPDATE person_status AS s SET until_on = CASE WHEN s.from_on > $1 THEN s.from_on ELSE $1 END"
        " WHERE s.person_id = $2 AND s.kind = $3 AND s.until_on IS NULL AND SCOPE(person_status s)",
        P(date_text(cx->mem, last)), P(person_id), P(kind));
}

static enum err save_statuses(struct ctx *cx, const IN *in, int64_t person_id, int64_t home)
{
    bool is_new = !in->before;
    const char *old = is_new ? NULL : row_text(in->before, 0, "household_type");

    if (in->household_type && old && !str_eq(old, in->household_type) && !str_eq(old, "ORDINARY"))
        TRY(end_status(cx, in, person_id, old));
    if (in->household_type && !str_eq(in->household_type, "ORDINARY"))
        TRY(state_status(cx, in, person_id, home, in->household_type, NULL, is_new));
    if (in->monitored_said)
        TRY(state_status(cx, in, person_id, home, in->monitored_said, in->risk_eliminated_on,
                         is_new));
    return OK;
}

/* --- what she wants --- */
/* The newest row counts; what is not said again stays as it was. */
static enum err save_intention(struct ctx *cx, const IN *in, int64_t person_id, int64_t home)
{
    const char *destinations = in->destinations, *occupations = in->occupations, *needs = in->needs;
    int64_t wage = in->least_wage_fen, companion = in->companion_id;
    struct rows r;

    if (!destinations && !occupations && wage == NONE && !needs && companion == NONE)
        return OK;
    if (in->before) {
        TRY(db_rows(
            cx, &r,
            "SELECT destinations, occupations, least_wage_fen, needs, companion_id FROM job_intention i"
            " WHERE SCOPE(job_intention i) AND i.person_id = $1 ORDER BY i.id DESC LIMIT 1",
            P(person_id)));
        if (r.n) {
            destinations = destinations ? destinations : row_text(&r, 0, "destinations");
            occupations = occupations ? occupations : row_text(&r, 0, "occupations");
            needs = needs ? needs : row_text(&r, 0, "needs");
            wage = wage != NONE ? wage : row_int(&r, 0, "least_wage_fen");
            companion = companion != NONE ? companion : row_int(&r, 0, "companion_id");
            if (str_eq(destinations, row_text(&r, 0, "destinations")) &&
                str_eq(occupations, row_text(&r, 0, "occupations")) &&
                str_eq(needs, row_text(&r, 0, "needs")) &&
                wage == row_int(&r, 0, "least_wage_fen") &&
                companion == row_int(&r, 0, "companion_id"))
                return OK;
        }
        cx->changed_beside = true;
    }
    return db_exec(
        cx,
        "INSERT INTO job_intention (id, person_id, home, destinations, occupations, least_wage_fen, needs, companion_id, from_on,"
        " created_at, updated_at) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10"
        " WHERE SCOPE(job_intention home=$3, person_id=$2)",
        P(store_new_id(cx->store)), P(person_id), P(home), P(destinations), P(occupations), P(wage),
        P(needs), P(companion), P(in->collected_on), P(cx->now));
}

/* --- together --- */
/* Names and counts follow a change of name, domicile, status or type. */
static enum err follow_change(struct ctx *cx, const IN *in, int64_t id, int64_t home)
{
    const struct rows *b = in->before;
    const char *name = in->name ? in->name : row_text(b, 0, "name"),
               *type = in->household_type ? in->household_type : row_text(b, 0, "household_type");
    const char *old_status = row_text(b, 0, "labour_status"),
               *old_type = row_text(b, 0, "household_type");
    const char *status = field_given(cx, field_index(person_record.fields, "labour_status"))
                             ? in->labour_status
                             : old_status;
    int64_t old_home = row_int(b, 0, "home");

    if (home != old_home || !str_eq(name, row_text(b, 0, "name"))) {
        TRY(person_index_remove(cx, id, old_home, row_text(b, 0, "name")));
        TRY(person_index_add(cx, id, home, name));
    }
    if (home != old_home || !str_eq(status, old_status) || !str_eq(type, old_type)) {
        TRY(person_count_add(cx, old_home, old_status, old_type, -1));
        TRY(person_count_add(cx, home, status, type, 1));
    }
    if (home == old_home)
        return OK;
    TRY(db_exec(
        cx,
        "UPDATE person_status SET home = $1 WHERE person_id = $2 AND SCOPE_NOT(person_status 'follows its person')",
        P(home), P(id)));
    return db_exec(
        cx,
        "UPDATE job_intention SET home = $1 WHERE person_id = $2 AND SCOPE_NOT(job_intention 'follows its person')",
        P(home), P(id));
}

/* What a change wrote beside the row is journalled here; what came with a new person goes without
 * saying. */
static enum err journal_beside(struct ctx *cx, const IN *in, int64_t id, int64_t home)
{
    struct json *j;

    if (!in->before || !cx->changed_beside)
        return OK;
    j = json_new(cx->mem);
    json_object(j);
    json_put_str(j, "household_no", in->household_no);
    json_put_str(j, "household_type", in->household_type);
    json_put_str(j, "monitored_type", in->monitored_said);
    json_put_str(j, "destinations", in->destinations);
    json_put_str(j, "occupations", in->occupations);
    json_put_int(j, "least_wage_fen", in->least_wage_fen);
    json_put_str(j, "needs", in->needs);
    json_end(j);
    return journal_append(cx, &(struct journal_entry){ .kind = "person",
                                                       .record_id = id,
                                                       .action = "details",
                                                       .after = json_text(j),
                                                       .home = home,
                                                       .work = row_int(in->before, 0, "work"),
                                                       .employer_id =
                                                           row_int(in->before, 0, "employer_id"),
                                                       .person_id = id });
}

enum err person_saved(struct ctx *cx, void *input, int64_t id, bool is_new)
{
    IN *in = input;
    int64_t home = is_new || field_given(cx, field_index(person_record.fields, "home"))
                       ? in->home
                       : row_int(in->before, 0, "home");

    if (is_new) {
        TRY(person_index_add(cx, id, home, in->name));
        TRY(person_count_add(cx, home, in->labour_status, in->household_type, 1));
    } else {
        TRY(follow_change(cx, in, id, home));
    }
    TRY(save_household(cx, in, home));
    person_household_note(cx, in, false);
    TRY(save_statuses(cx, in, id, home));
    TRY(save_intention(cx, in, id, home));
    return journal_beside(cx, in, id, home);
}

/* A person who came with a roster that is taken back. A household goes with its last member. */
enum err person_removing(struct ctx *cx, const struct rows *before)
{
    int64_t id = row_int(before, 0, "id"), home = row_int(before, 0, "home"),
            household_id = row_int(before, 0, "household_id");

    TRY(person_index_remove(cx, id, home, row_text(before, 0, "name")));
    TRY(person_count_add(cx, home, row_text(before, 0, "labour_status"),
                         row_text(before, 0, "household_type"), -1));
    TRY(db_exec(cx,
                "DELETE FROM person_status AS s WHERE s.person_id = $1 AND SCOPE(person_status s)",
                P(id)));
    TRY(db_exec(cx,
                "DELETE FROM job_intention AS i WHERE i.person_id = $1 AND SCOPE(job_intention i)",
                P(id)));
    if (household_id == NONE)
        return OK;
    TRY(db_exec(cx,
                "UPDATE person AS p SET household_id = NULL WHERE p.id = $1 AND SCOPE(person p)",
                P(id)));
    return db_exec(
        cx,
        "DELETE FROM household AS h WHERE h.id = $1 AND SCOPE(household h) AND NOT EXISTS (SELECT 1 FROM person p"
        " WHERE SCOPE_NOT(person 'whoever belongs to the household') AND p.household_id = h.id)",
        P(household_id));
}
