/* hiring_run.c — offers to everybody a match run proposed. */
#include "hiring/hiring_run.h"

#include "matching/matching.h"

/* So many in one transaction: other writers wait no longer than that takes. */
enum { AT_ONCE = 100 };

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
static enum err offer_part(struct ctx *cx, void *arg)
{
    struct part *p = arg;
    struct rows r;

    p->last = NONE;
    p->made = p->n_skipped = 0;
    TRY(match_proposals(cx, p->run_id, p->after, AT_ONCE, &r));
    for (int i = 0; i < r.n; i++) {
        struct one o = { row_int(&r, i, "id"), row_int(&r, i, "person_id"),
                         row_int(&r, i, "post_id"), p->run_id };
        enum err err = db_write(cx, offer_one, &o);

        p->last = o.result_id;
        if (err != OK && err != E_CONFLICT && err != E_INVALID && err != E_NOT_FOUND)
            return err;
        if (err == OK)
            p->made++;
        else
            p->skipped[p->n_skipped++] =
                (struct skipped){ o.result_id, o.person_id, arena_strdup(cx->mem, cx->failure.code),
                                  arena_strdup(cx->mem, cx->failure.message) };
        memset(&cx->failure, 0, sizeof cx->failure);
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

enum err offers_of_run(struct ctx *cx)
{
    struct part *p = NEW(cx->mem, struct part);
    struct json *skipped = json_new(cx->mem);
    int64_t made = 0, total = 0;

    TRY(db_read(cx, check_run, NULL));
    p->run_id = cx->id;
    json_array(skipped);
    do {
        TRY(db_write(cx, offer_part, p));
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
