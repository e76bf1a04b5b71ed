/* policy_explain.c — decisions in JSON and in words. Words are made from the stored trace alone;
 * nothing is computed again. */
#include "policy/policy_explain.h"

#include "platform/json.h"

static const struct policy_name stretch_names[] = {
    [STRETCH_COUNTED] = { "COUNTED", "计入", "counted" },
    [STRETCH_GAP_ALLOWED] = { "GAP_ALLOWED", "空档，允许，不计入", "gap, allowed, not counted" },
    [STRETCH_GAP_COUNTED] = { "GAP_COUNTED", "空档，允许，计入", "gap, allowed, counted" },
    [STRETCH_RESTART] = { "RESTART", "空档过长，此后重新起算",
                          "gap too long, counting begins anew" },
    [STRETCH_UNVERIFIED] = { "UNVERIFIED", "未核实，暂不计入", "not verified, not counted yet" },
    { NULL, NULL, NULL },
};

void policy_stored_of(const struct policy *p, const struct policy_decision *d,
                      struct policy_stored *ret)
{
    *ret = (struct policy_stored){ .decision = *d,
                                   .title = p->title,
                                   .doc_no = p->doc_no,
                                   .doc_name = p->doc_name,
                                   .doc_source = p->doc_source,
                                   .item_count = p->item_count };
    for (int i = 0; i < p->item_count; i++) {
        ret->items[i] = p->items[i].title;
        ret->item_ids[i] = p->items[i].id;
    }
}

/* --- writing JSON --- */
static void put_text(struct json *j, const char *key, const char *text)
{
    if (text)
        json_put_str(j, key, text);
}

static void put_int(struct json *j, const char *key, int64_t n)
{
    if (n)
        json_put_int(j, key, n);
}

static void put_date(struct json *j, const char *key, struct date d)
{
    char text[11];

    if (!date_is_none(d))
        json_put_str(j, key, date_format(d, text));
}

static void put_both(struct json *j, const char *key, struct policy_text text)
{
    json_key(j, key);
    json_object(j);
    json_put_str(j, "zh", text.zh);
    json_put_str(j, "en", text.en);
    json_end(j);
}

static void write_outcomes(struct json *j, const struct policy_decision *d)
{
    json_key(j, "outcomes");
    json_array(j);
    for (int i = 0; i < d->outcome_count; i++) {
        const struct policy_outcome *o = &d->outcomes[i];

        json_object(j);
        json_put_str(j, "rule", policy_rules[o->rule].code);
        json_put_str(j, "result", policy_results[o->result].code);
        put_int(j, "want", o->want);
        put_int(j, "got", o->got);
        put_date(j, "date", o->date);
        put_date(j, "from", o->from);
        put_date(j, "until", o->until);
        put_text(j, "item", o->item);
        put_text(j, "ref", o->ref);
        put_text(j, "clause", o->clause);
        json_end(j);
    }
    json_end(j);
}

static void write_stretches(struct json *j, const struct policy_decision *d)
{
    json_key(j, "time_line");
    json_array(j);
    for (int i = 0; i < d->stretch_count; i++) {
        const struct policy_stretch *s = &d->stretches[i];

        json_object(j);
        json_put_str(j, "kind", stretch_names[s->kind].code);
        put_date(j, "from", s->from);
        put_date(j, "until", s->until);
        if (s->spell >= 0)
            json_put_int(j, "spell", s->spell);
        if (s->employer_id)
            json_put_id(j, "employer_id", s->employer_id);
        json_end(j);
    }
    json_end(j);
}

static void write_instalments(struct json *j, const struct policy_decision *d)
{
    json_key(j, "instalments");
    json_array(j);
    for (int i = 0; i < d->instalment_count; i++) {
        const struct policy_instalment *x = &d->instalments[i];

        json_object(j);
        json_put_str(j, "item", x->item);
        json_put_int(j, "seq", x->seq);
        put_date(j, "due", x->due);
        put_date(j, "from", x->from);
        put_date(j, "until", x->until);
        json_put_int(j, "earned_fen", x->earned_fen);
        put_int(j, "paid_fen", x->paid_fen);
        json_end(j);
    }
    json_end(j);
}

void policy_stored_write(struct json *j, const struct policy_stored *s)
{
    const struct policy_decision *d = &s->decision;

    json_object(j);
    json_put_str(j, "policy", d->policy_id);
    json_put_int(j, "version", d->policy_version);
    put_both(j, "title", s->title);
    put_text(j, "doc_no", s->doc_no);
    put_text(j, "doc_name", s->doc_name);
    put_text(j, "doc_source", s->doc_source);
    put_date(j, "as_of", d->as_of);
    put_int(j, "year", d->year);
    json_put_str(j, "verdict", policy_verdicts[d->verdict].code);
    json_put_int(j, "amount_fen", d->amount_fen);
    put_int(j, "earned_fen", d->earned_fen);
    put_int(j, "paid_fen", d->paid_fen);
    put_int(j, "overpaid_fen", d->overpaid_fen);
    put_date(j, "due", d->due);
    put_date(j, "earliest", d->earliest);
    put_int(j, "next_fen", d->next_fen);
    put_date(j, "period_from", d->period_from);
    put_date(j, "period_until", d->period_until);
    json_key(j, "items");
    json_array(j);
    for (int i = 0; i < s->item_count; i++) {
        json_object(j);
        json_put_str(j, "id", s->item_ids[i]);
        put_both(j, "title", s->items[i]);
        json_end(j);
    }
    json_end(j);
    write_outcomes(j, d);
    write_stretches(j, d);
    write_instalments(j, d);
    json_end(j);
}

const char *policy_stored_json(struct arena *mem, const struct policy_stored *s)
{
    struct json *j = json_new(mem);

    policy_stored_write(j, s);
    return json_text(j);
}

/* --- reading JSON --- */
static int64_t get_int(const struct json_value *v, const char *key)
{
    int64_t n = json_as_int(json_get(v, key));

    return n == NONE ? 0 : n;
}

static const char *get_text(struct arena *mem, const struct json_value *v, const char *key)
{
    return arena_strdup(mem, json_as_str(json_get(v, key)));
}

static struct date get_date(const struct json_value *v, const char *key)
{
    return date_of_text(json_as_str(json_get(v, key)));
}

static struct policy_text get_both(struct arena *mem, const struct json_value *v)
{
    return (struct policy_text){ get_text(mem, v, "zh"), get_text(mem, v, "en") };
}

static int get_code(const struct json_value *v, const char *key, const struct policy_name *names)
{
    return policy_name_find(names, json_as_str(json_get(v, key)));
}

static void read_outcomes(struct arena *mem, const struct json_value *list,
                          struct policy_decision *d)
{
    d->outcomes = NEW_ARRAY(mem, struct policy_outcome, json_count(list));
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *v = json_at(list, i);
        int rule = get_code(v, "rule", policy_rules);
        int result = get_code(v, "result", policy_results);

        if (rule < 0 || result < 0)
            continue;
        d->outcomes[d->outcome_count++] = (struct policy_outcome){
            .rule = (enum policy_rule)rule,
            .result = (enum policy_result)result,
            .want = get_int(v, "want"),
            .got = get_int(v, "got"),
            .date = get_date(v, "date"),
            .from = get_date(v, "from"),
            .until = get_date(v, "until"),
            .item = get_text(mem, v, "item"),
            .ref = get_text(mem, v, "ref"),
            .clause = get_text(mem, v, "clause"),
        };
    }
}

static void read_stretches(struct arena *mem, const struct json_value *list,
                           struct policy_decision *d)
{
    struct policy_stretch *x = NEW_ARRAY(mem, struct policy_stretch, json_count(list));

    d->stretches = x;
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *v = json_at(list, i);
        int kind = get_code(v, "kind", stretch_names);

        if (kind < 0)
            continue;
        x[d->stretch_count++] = (struct policy_stretch){
            .kind = (enum policy_stretch_kind)kind,
            .from = get_date(v, "from"),
            .until = get_date(v, "until"),
            .spell = json_get(v, "spell") ? (int32_t)get_int(v, "spell") : -1,
            .employer_id = get_int(v, "employer_id"),
        };
    }
}

static void read_instalments(struct arena *mem, const struct json_value *list,
                             struct policy_decision *d)
{
    d->instalments = NEW_ARRAY(mem, struct policy_instalment, json_count(list));
    for (size_t i = 0; i < json_count(list); i++) {
        const struct json_value *v = json_at(list, i);

        d->instalments[d->instalment_count++] = (struct policy_instalment){
            .item = get_text(mem, v, "item"),
            .seq = (int32_t)get_int(v, "seq"),
            .due = get_date(v, "due"),
            .from = get_date(v, "from"),
            .until = get_date(v, "until"),
            .earned_fen = get_int(v, "earned_fen"),
            .paid_fen = get_int(v, "paid_fen"),
        };
    }
}

bool policy_stored_read(struct arena *mem, const struct json_value *v, struct policy_stored *ret)
{
    struct policy_stored s = { .title = get_both(mem, json_get(v, "title")),
                               .doc_no = get_text(mem, v, "doc_no"),
                               .doc_name = get_text(mem, v, "doc_name"),
                               .doc_source = get_text(mem, v, "doc_source") };
    const struct json_value *items = json_get(v, "items");
    struct policy_decision *d = &s.decision;
    int verdict = get_code(v, "verdict", policy_verdicts);

    if (verdict < 0 || !json_as_str(json_get(v, "policy")) || !s.title.zh || !s.title.en ||
        !s.doc_name || (!s.doc_no && !s.doc_source))
        return false;
    for (size_t i = 0; i < json_count(items) && i < POLICY_ITEMS_MAX; i++) {
        s.item_ids[i] = get_text(mem, json_at(items, i), "id");
        s.items[i] = get_both(mem, json_get(json_at(items, i), "title"));
        s.item_count++;
    }
    d->policy_id = get_text(mem, v, "policy");
    d->policy_version = (int32_t)get_int(v, "version");
    d->as_of = get_date(v, "as_of");
    d->year = (int16_t)get_int(v, "year");
    d->verdict = (enum policy_verdict)verdict;
    d->amount_fen = get_int(v, "amount_fen");
    d->earned_fen = get_int(v, "earned_fen");
    d->paid_fen = get_int(v, "paid_fen");
    d->overpaid_fen = get_int(v, "overpaid_fen");
    d->due = get_date(v, "due");
    d->earliest = get_date(v, "earliest");
    d->next_fen = get_int(v, "next_fen");
    d->period_from = get_date(v, "period_from");
    d->period_until = get_date(v, "period_until");
    read_outcomes(mem, json_get(v, "outcomes"), d);
    read_stretches(mem, json_get(v, "time_line"), d);
    read_instalments(mem, json_get(v, "instalments"), d);
    *ret = s;
    return true;
}
