/* claims_bulk.c — one step for many claims, each with its own result. */
#include "claims/claims_steps.h"

enum { BULK_MAX = 5000, BULK_CHUNK = 100 };

const struct field bulk_fields[] = {
    PARAM(struct bulk_input, event, FIELD_TEXT, "环节", "Step", .max = 40),
    PARAM(struct bulk_input, ids, FIELD_JSON, "申领", "Claims",
          .help_zh = "不写则为所选条件下的全部"),
    PARAM(struct bulk_input, policy_id, FIELD_ID, "政策", "Policy", .refers = "policy"),
    PARAM(struct bulk_input, notice_id, FIELD_ID, "公示", "Notice", .refers = "public_notice"),
    PARAM(struct bulk_input, state, FIELD_TEXT, "状态", "State", .max = 40),
    PARAM(struct bulk_input, reason, FIELD_TEXT, "原因", "Reason", .max = 500),
    { 0 },
};

static enum err bad_ids(struct ctx *cx)
{
    return fail_field(cx, "ids", "field.invalid", "%s",
                      T("编号写成 \"1,2\" 或 [\"1\",\"2\"]",
                        "write ids as \"1,2\" or [\"1\",\"2\"]"));
}

enum err ids_read(struct ctx *cx, const struct json_value *v, const int64_t **ret, int *ret_n)
{
    int64_t *ids = NEW_ARRAY(cx->mem, int64_t, BULK_MAX);
    int n = 0;

    *ret = NULL;
    *ret_n = 0;
    if (!v || json_type(v) == JSON_NULL)
        return OK;
    if (json_type(v) == JSON_ARRAY) {
        if (json_count(v) > BULK_MAX)
            return fail(cx, E_LIMIT, "claim.too_many", T("一次至多 %d 笔", "%d at most at a time"),
                        BULK_MAX);
        for (size_t i = 0; i < json_count(v); i++) {
            ids[n] = json_as_int(json_at(v, i));
            if (ids[n++] == NONE)
                return bad_ids(cx);
        }
    } else {
        const char *at = json_as_str(v);
        for (; at && *at; at += strcspn(at, ","), at += *at == ',') {
            if (n == BULK_MAX)
                return fail(cx, E_LIMIT, "claim.too_many",
                            T("一次至多 %d 笔", "%d at most at a time"), BULK_MAX);
            if (!str_int(arena_strndup(cx->mem, at, strcspn(at, ",")), &ids[n++]))
                return bad_ids(cx);
        }
        if (!at)
            return bad_ids(cx);
    }
    *ret = ids;
    *ret_n = n;
    return OK;
}

struct result {
    int64_t id;
    bool ok;
    const char *code, *message;
};
struct bulk {
    const char *event, *reason, *state;
    int64_t policy_id, notice_id;
    const int64_t *ids;
    int n, from;
    struct result *results;
};

/* Not for those who only read. */
enum err claims_check_acts(struct ctx *cx)
{
    if (cx->who.perms & (PERM_BIT(PERM_CLAIM_WRITE) | PERM_BIT(PERM_CLAIM_CHECK) |
                         PERM_BIT(PERM_CLAIM_REVIEW) | PERM_BIT(PERM_CLAIM_APPROVE)))
        return OK;
    return fail(cx, E_FORBIDDEN, "op.forbidden", "%s",
                T("您的角色没有此项权限", "your role does not allow this"));
}

static const struct transition *step_of(const char *event)
{
    for (const struct transition *t = claim_record.transitions; t->event; t++)
        if (str_eq(t->event, event))
            return t;
    return NULL;
}

/* Our own codes between quotes: of the table, or checked to be one of them. */
static const char *quoted(struct arena *mem, const char *states)
{
    struct str s = str_new(mem);

    for (const char *at = states; *at; at += strcspn(at, "|"), at += *at == '|')
        str_addf(&s, "%s'%.*s'", s.len ? "," : "", (int)strcspn(at, "|"), at);
    return s.s;
}

/* All in scope that stand where the step begins: by their state, or in a chain by the step that is
 * next. */
static enum err choose(struct ctx *cx, void *arg)
{
    struct bulk *b = arg;
    const char *from = step_of(b->event)->from, *usual = claim_states_of(b->event);
    struct rows r;
    int64_t *ids;

    TRY(db_rows_list(
        cx, &r,
        arena_printf(
            cx->mem,
            "SELECT c.id FROM claim c WHERE SCOPE(claim c) AND c.state IN (%s) AND ($1 = 0 OR c.policy_id = $1)"
            " AND ($2 = 0 OR c.notice_id = $2) AND ((c.next_step IS NULL AND c.state IN (%s)) OR c.next_step IN (%s))"
            " ORDER BY c.id LIMIT %d",
            quoted(cx->mem, b->state ? b->state : from), quoted(cx->mem, usual ? usual : from),
            usual ? claim_steps_of(cx->mem, b->event) : "c.next_step", BULK_MAX),
        PARAMS_(P(b->policy_id == NONE ? (int64_t)0 : b->policy_id),
                P(b->notice_id == NONE ? (int64_t)0 : b->notice_id))));
    ids = NEW_ARRAY(cx->mem, int64_t, r.n + 1);
    for (int i = 0; i < r.n; i++)
        ids[i] = row_int(&r, i, "id");
    b->ids = ids;
    b->n = r.n;
    return OK;
}

static enum err one(struct ctx *cx, void *arg)
{
    struct bulk *b = arg;

    return claim_event(cx, b->ids[b->from], b->event, b->reason);
}

static enum err chunk(struct ctx *cx, void *arg)
{
    struct bulk b = *(struct bulk *)arg;
    int until = MIN(b.n, b.from + BULK_CHUNK);

    for (; b.from < until; b.from++) {
        enum err err = db_write(cx, one, &b);
        if (err == E_BUSY || err == E_INTERNAL)
            return err;
        b.results[b.from] =
            (struct result){ b.ids[b.from], err == OK,
                             err ? arena_strdup(cx->mem, cx->failure.code) : NULL,
                             err ? arena_strdup(cx->mem, cx->failure.message) : NULL };
    }
    return OK;
}

static void reply(struct ctx *cx, const struct bulk *b)
{
    int done = 0;

    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < b->n; i++) {
        const struct result *x = &b->results[i];
        done += x->ok;
        json_object(cx->out);
        json_put_id(cx->out, "id", x->id);
        json_put_bool(cx->out, "ok", x->ok);
        json_put_str(cx->out, "code", x->code);
        json_put_str(cx->out, "message", x->message);
        json_end(cx->out);
    }
    json_end(cx->out);
    json_put_int(cx->out, "done", done);
    json_put_int(cx->out, "failed", b->n - done);
    json_end(cx->out);
}

enum err claims_op_bulk(struct ctx *cx)
{
    const struct bulk_input *in = cx->in;
    struct bulk b = { .event = in->event,
                      .reason = in->reason,
                      .state = in->state,
                      .policy_id = in->policy_id,
                      .notice_id = in->notice_id };
    bool known = !b.state;

    TRY(claims_check_acts(cx));
    if (!b.event || !step_of(b.event))
        return fail_field(cx, "event", "claim.event", "%s",
                          T("没有这个环节", "there is no such step"));
    TRY(claim_may(cx, b.event));
    for (const struct choice *s = claim_record.states; s->code; s++)
        known |= str_eq(s->code, b.state);
    if (!known)
        return fail_field(cx, "state", "choice.unknown", "%s",
                          T("没有这个状态", "there is no such state"));
    TRY(ids_read(cx, in->ids, &b.ids, &b.n));
    if (!b.ids)
        TRY(db_read(cx, choose, &b));
    b.results = NEW_ARRAY(cx->mem, struct result, b.n + 1);
    for (b.from = 0; b.from < b.n; b.from += BULK_CHUNK)
        TRY(db_write(cx, chunk, &b));
    memset(&cx->failure, 0, sizeof cx->failure);
    reply(cx, &b);
    return OK;
}
