/* hiring_run.c — offers to everybody a match run proposed. */
#include "hiring/hiring_run.h"

#include "matching/matching.h"

#include <stdlib.h>

/* So many in one transaction: other writers wait no longer than that takes. */
enum { AT_ONCE = 100, CHOSEN_MAX = 20000 };

const struct field offers_of_run_fields[] = {
    PARAM(struct offers_input, result_ids, FIELD_JSON, "只给这些匹配结果", "Only these results",
          .help_zh = "匹配结果的编号；不填则给全部推荐人员",
          .help_en = "ids of match results; everybody proposed when not given"),
    { 0 },
};

const struct field offers_of_run_output[] = {
    OUTPUT("made", FIELD_INT, "已发出", "Made"),
    OUTPUT("skipped_total", FIELD_INT, "未发出", "Not made"),
    OUTPUT("skipped", FIELD_JSON, "未发出的原因", "Why not"),
    { 0 },
};

struct skipped {
    int64_t result_id, person_id;
    const char *code, *message;
};

/* What one transaction did; made anew when it is run again. */
struct part {
    int64_t run_id, after;
    const int64_t *chosen; /* results, ascending, of which none is done yet; NULL = all */
    int n_chosen;
    int64_t last; /* id of the last result looked at; NONE when there was none */
    int made, n_skipped;
    struct skipped skipped[AT_ONCE];
};

struct one {
    int64_t result_id, person_id, post_id, run_id;
};

static enum err offer_one(struct ctx *cx, void *arg)
{
    const struct one *o = arg;
    int64_t id;

    TRY(offer_make(cx, o->person_id, o->post_id, o->run_id, &id));
    return match_result_offered(cx, o->result_id);
}

/* A full post or a person at work stops only that offer; a fault of the store stops all. */
static enum err offer_row(struct ctx *cx, struct part *p, const struct rows *r, int row)
{
    struct one o = { row_int(r, row, "id"), row_int(r, row, "person_id"),
                     row_int(r, row, "post_id"), p->run_id };
    enum err err = db_write(cx, offer_one, &o);

    if (err != OK && err != E_CONFLICT && err != E_INVALID && err != E_NOT_FOUND)
        return err;
    if (err == OK)
        p->made++;
    else
        p->skipped[p->n_skipped++] =
            (struct skipped){ o.result_id, o.person_id, arena_strdup(cx->mem, cx->failure.code),
                              arena_strdup(cx->mem, cx->failure.message) };
    memset(&cx->failure, 0, sizeof cx->failure);
    return OK;
}

static enum err offer_part(struct ctx *cx, void *arg)
{
    struct part *p = arg;
    struct rows r;

    p->last = NONE;
    p->made = p->n_skipped = 0;
    TRY(match_proposals(cx, p->run_id, p->after, AT_ONCE, &r));
    for (int i = 0; i < r.n; i++) {
        TRY(offer_row(cx, p, &r, i));
        p->last = row_int(&r, i, "id");
    }
    return OK;
}

/* The same for the first AT_ONCE of the chosen ones. What is no proposal (any more) is skipped
 * with that as its reason, whoever's it is. */
static enum err offer_chosen_part(struct ctx *cx, void *arg)
{
    struct part *p = arg;
    int n = MIN(p->n_chosen, AT_ONCE);

    p->last = n > 0 ? p->chosen[n - 1] : NONE;
    p->made = p->n_skipped = 0;
    for (int i = 0; i < n; i++) {
        struct rows r;

        TRY(match_proposals(cx, p->run_id, p->chosen[i] - 1, 1, &r));
        if (r.n == 1 && row_int(&r, 0, "id") == p->chosen[i])
            TRY(offer_row(cx, p, &r, 0));
        else
            p->skipped[p->n_skipped++] =
                (struct skipped){ p->chosen[i], NONE, "match.not_proposed",
                                  T("该结果已不是推荐状态", "it is no proposal any more") };
    }
    return OK;
}

static enum err check_run(struct ctx *cx, void *arg)
{
    struct rows r;

    (void)arg;
    TRY(record_load(cx, &match_run_record, cx->id, &r));
    if (!str_eq(row_text(&r, 0, "state"), "DONE"))
        return fail(cx, E_CONFLICT, "match.not_done", "%s",
                    T("匹配尚未完成", "the run is not done"));
    return OK;
}

static void write_skipped(struct json *j, const struct part *p)
{
    for (int i = 0; i < p->n_skipped; i++) {
        json_object(j);
        json_put_id(j, "result_id", p->skipped[i].result_id);
        json_put_id(j, "person_id", p->skipped[i].person_id);
        json_put_str(j, "code", p->skipped[i].code);
        json_put_str(j, "message", p->skipped[i].message);
        json_end(j);
    }
}

static int ascending(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

static enum err refuse_ids(struct ctx *cx)
{
    return fail_field(cx, "result_ids", "offers.results",
                      T("应是最多 %d 个匹配结果的编号", "these must be at most %d ids of results"),
                      (int)CHOSEN_MAX);
}

static enum err read_chosen(struct ctx *cx, const struct json_value *v, struct part *p)
{
    int64_t *ids = NEW_ARRAY(cx->mem, int64_t, json_count(v) + 1);
    int n = 0;

    if (json_type(v) != JSON_ARRAY || json_count(v) > CHOSEN_MAX)
        return refuse_ids(cx);
    for (size_t i = 0; i < json_count(v); i++) {
        int64_t id = json_as_int(json_at(v, i));

        if (id == NONE || id <= 0)
            return refuse_ids(cx);
        ids[i] = id;
    }
    qsort(ids, json_count(v), sizeof *ids, ascending);
    for (size_t i = 0; i < json_count(v); i++)
        if (n == 0 || ids[n - 1] != ids[i])
            ids[n++] = ids[i];
    p->chosen = ids;
    p->n_chosen = n;
    return OK;
}

/* One more part; p->last is NONE when there was nothing left. */
static enum err offer_next(struct ctx *cx, struct part *p)
{
    int n;

    if (!p->chosen)
        return db_write(cx, offer_part, p);
    TRY(db_write(cx, offer_chosen_part, p));
    n = MIN(p->n_chosen, AT_ONCE);
    p->chosen += n;
    p->n_chosen -= n;
    return OK;
}

enum err offers_of_run(struct ctx *cx)
{
    const struct offers_input *in = cx->in;
    struct part *p = NEW(cx->mem, struct part);
    struct json *skipped = json_new(cx->mem);
    int64_t made = 0, total = 0;

    TRY(db_read(cx, check_run, NULL));
    p->run_id = cx->id;
    if (in->result_ids && json_type(in->result_ids) != JSON_NULL)
        TRY(read_chosen(cx, in->result_ids, p));
    json_array(skipped);
    do {
        TRY(offer_next(cx, p));
        made += p->made;
        if (total + p->n_skipped <= SKIPPED_SHOWN)
            write_skipped(skipped, p);
        total += p->n_skipped;
        p->after = p->last;
    } while (p->last != NONE);
    json_end(skipped);
    json_object(cx->out);
    json_put_int(cx->out, "made", made);
    json_put_int(cx->out, "skipped_total", total);
    json_put_raw(cx->out, "skipped", json_text(skipped));
    json_end(cx->out);
    return OK;
}

/* --- what a run asks about offers --- */

struct offer_reader {
    match_offer_fn *fn;
    void *arg;
};

static enum err read_offer(struct ctx *cx, const struct rows *r, void *arg)
{
    const struct offer_reader *reader = arg;
    const struct match_offer offer = { row_int(r, 0, "person_id"), row_int(r, 0, "post_id"),
                                       str_eq(row_text(r, 0, "state"), "DECLINED"),
                                       row_int(r, 0, "answered_at") };

    return reader->fn(cx, &offer, reader->arg);
}

enum err match_each_offer(struct ctx *cx, int64_t home, int64_t since, match_offer_fn *fn,
                          void *arg)
{
    struct offer_reader reader = { fn, arg };
    int64_t lo, hi;

    division_range(home, &lo, &hi);
    return db_each(
        cx, read_offer, &reader,
        "SELECT o.person_id, o.post_id, o.state, o.answered_at FROM offer o WHERE SCOPE(offer o)"
        " AND o.home BETWEEN $1 AND $2 AND (o.state IN ('ACCEPTED', 'OFFERED')"
        " OR (o.state = 'DECLINED' AND o.answered_at >= $3))"
        " ORDER BY o.person_id, o.state, o.id DESC",
        P(lo), P(hi), P(since));
}

enum err match_has_refused(struct ctx *cx, int64_t person_id, int64_t post_id, bool *ret)
{
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT 1 AS n FROM offer o WHERE SCOPE(offer o) AND o.person_id = $1"
                " AND o.post_id = $2 AND o.state = 'DECLINED' LIMIT 1",
                P(person_id), P(post_id)));
    *ret = r.n > 0;
    return OK;
}
