/* run_constraints.c — conditions of a run: read, made of labels, stored with their outcome. */
#include "matching/run_constraints.h"

#include <stdlib.h>

enum {
    LIMITS_MAX = 100,
    PARTIES_MAX = 20000,
    PAIRS_MAX = 50000,
    MEMBERS_MAX = 12,
    N_MAX = 1000000
};

/* Finding out what each limit costs is a solution more for each: so many pairs together at most. */
enum { COST_PAIRS_MAX = 2000000 };

struct limit_input {
    const char *kind, *who, *where;
    int64_t county, village, post_id, employer_id, city, n;
};

struct party_input {
    const char *same;
    const struct json_value *person_ids;
};

struct pair_input {
    int64_t person_id, post_id;
};

struct top_input {
    const char *companions;
    const struct json_value *limits, *parties, *promises, *forbidden;
};

struct id_list {
    int64_t *ids;
    int32_t n;
};

struct match_constraints {
    struct limit_input *limits;
    struct party_input *parties;
    struct id_list *members; /* per party */
    struct pair_input *promises, *forbidden;
    int32_t n_limits, n_parties, n_promises, n_forbidden;
    const char *companions;
};

/* --- fields --- */

static const struct choice kinds[] = {
    /* in the order of enum group_kind */
    { "AT_MOST", "最多", "at most" },
    { "AT_LEAST", "至少", "at least" },
    { "NONE_OR", "不成行或至少", "none, or at least" },
    { "HELD", "预留名额（%）", "percent of seats held for" },
    { 0 },
};
static const struct choice whos[] = {
    /* of enum group_who */
    { "ANYBODY", "所有人", "anybody" },
    { "COUNTY", "每县", "each county" },
    { "VILLAGE", "每村", "each village" },
    { "REGISTERED", "脱贫人口和监测对象", "registered households" },
    { "UNREGISTERED", "一般户", "other households" },
    { 0 },
};
static const struct choice wheres[] = {
    /* of enum group_where */
    { "ANYWHERE", "所有岗位", "all posts" },
    { "POST", "每个岗位", "each post" },
    { "EMPLOYER", "每家企业", "each employer" },
    { "CITY", "每个城市", "each city" },
    { 0 },
};

#define NOT_IN_RUN .refers_not = "whoever takes no part in the run is passed over and counted"
#define LIMIT struct limit_input
static const struct field limit_fields[] = {
    PARAM(LIMIT, kind, FIELD_CHOICE, "条件", "Kind", .choices = kinds, .required = true),
    PARAM(LIMIT, who, FIELD_CHOICE, "对象", "Who", .choices = whos, .required = true),
    PARAM(LIMIT, where, FIELD_CHOICE, "去处", "Where", .choices = wheres, .required = true),
    PARAM(LIMIT, county, FIELD_DIVISION, "县", "County"),
    PARAM(LIMIT, village, FIELD_DIVISION, "村", "Village"),
    PARAM(LIMIT, post_id, FIELD_ID, "岗位", "Post", NOT_IN_RUN),
    PARAM(LIMIT, employer_id, FIELD_ID, "企业", "Employer", NOT_IN_RUN),
    PARAM(LIMIT, city, FIELD_DIVISION, "城市", "City"),
    PARAM(LIMIT, n, FIELD_INT, "人数或百分比", "People or percent", .required = true, .min = 0,
          .max = N_MAX),
    { 0 },
};
static const struct field party_fields[] = {
    PARAM(struct party_input, same, FIELD_CHOICE, "同一", "Same", .choices = wheres + 1,
          .required = true),
    PARAM(struct party_input, person_ids, FIELD_JSON, "人员", "People", .required = true),
    { 0 },
};
static const struct field pair_fields[] = {
    PARAM(struct pair_input, person_id, FIELD_ID, "人员", "Person", .required = true, NOT_IN_RUN),
    PARAM(struct pair_input, post_id, FIELD_ID, "岗位", "Post", .required = true, NOT_IN_RUN),
    { 0 },
};
static const struct field top_fields[] = {
    PARAM(struct top_input, companions, FIELD_CHOICE, "同伴同去", "Companions go to the same",
          .choices = wheres + 1),
    PARAM(struct top_input, limits, FIELD_JSON, "数量条件", "Limits"),
    PARAM(struct top_input, parties, FIELD_JSON, "同行的人", "Parties"),
    PARAM(struct top_input, promises, FIELD_JSON, "已承诺", "Promises"),
    PARAM(struct top_input, forbidden, FIELD_JSON, "不安排", "Forbidden"),
    { 0 },
};

static int32_t choice_at(const struct choice *choices, const char *code)
{
    int32_t i = 0;

    while (choices[i].code && !str_eq(choices[i].code, code))
        i++;
    return i;
}

/* --- reading --- */

static enum err refuse(struct ctx *cx, const char *code, const char *message)
{
    return fail_field(cx, "constraints", code, "%s", message);
}

struct list_kind {
    const char *name;
    const struct field *fields;
    size_t size;
    int32_t most;
};

/* Reads each item of a list by its fields; an error names the list and the place. */
static enum err read_list(struct ctx *cx, const struct list_kind *kind, const struct json_value *v,
                          void *ret_items, int32_t *ret_n)
{
    size_t n = json_count(v);
    char *items;

    if (v && json_type(v) != JSON_ARRAY && json_type(v) != JSON_NULL)
        return refuse(cx, "constraints.list",
                      arena_printf(cx->mem, T("%s 应为列表", "%s must be a list"), kind->name));
    if (n > (size_t)kind->most)
        return refuse(cx, "constraints.too_many",
                      arena_printf(cx->mem, T("%s 最多 %d 项", "%s takes %d at most"), kind->name,
                                   kind->most));
    items = arena_alloc(cx->mem, kind->size * MAX(n, 1));
    for (size_t i = 0; i < n; i++) {
        enum err err =
            fields_read_json(cx, kind->fields, json_at(v, i), true, items + i * kind->size);

        if (err != OK)
            return hint(cx, err, T("见 %s 第 %zu 项", "see %s, item %zu"), kind->name, i + 1);
    }
    *(void **)ret_items = items;
    *ret_n = (int32_t)n;
    return OK;
}

static enum err check_limit(struct ctx *cx, const struct limit_input *l, int32_t at)
{
    bool is_held = str_eq(l->kind, "HELD");

    if (is_held && (!str_eq(l->who, "REGISTERED") || l->n > 100 ||
                    (!str_eq(l->where, "POST") && !str_eq(l->where, "EMPLOYER"))))
        return refuse(cx, "constraints.held",
                      arena_printf(cx->mem,
                                   T("limits 第 %d 项：预留名额只能在岗位或企业为 REGISTERED 预留"
                                     " 0–100%%",
                                     "limits, item %d: seats are held for REGISTERED, at posts or"
                                     " employers, 0 to 100 percent"),
                                   at + 1));
    if ((l->county != NONE && !str_eq(l->who, "COUNTY")) ||
        (l->village != NONE && !str_eq(l->who, "VILLAGE")) ||
        (l->post_id != NONE && !str_eq(l->where, "POST")) ||
        (l->employer_id != NONE && !str_eq(l->where, "EMPLOYER")) ||
        (l->city != NONE && !str_eq(l->where, "CITY")))
        return refuse(
            cx, "constraints.label",
            arena_printf(cx->mem,
                         T("limits 第 %d 项：指定的县、村、岗位、企业或城市与 who、where 不符",
                           "limits, item %d: what is named does not go with who and where"),
                         at + 1));
    return OK;
}

static int id_order(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static enum err check_no_twice(struct ctx *cx, int64_t *ids, size_t n, const char *list)
{
    if (n > 1)
        qsort(ids, n, sizeof *ids, id_order);
    for (size_t i = 1; i < n; i++)
        if (ids[i] == ids[i - 1])
            return refuse(cx, "constraints.twice",
                          arena_printf(cx->mem, T("%s 中同一人出现两次", "somebody is twice in %s"),
                                       list));
    return OK;
}

static enum err read_members(struct ctx *cx, struct match_constraints *c)
{
    int64_t *all = NULL;
    size_t n = 0, room = 0;

    c->members = NEW_ARRAY(cx->mem, struct id_list, c->n_parties);
    for (int32_t i = 0; i < c->n_parties; i++) {
        const struct json_value *v = c->parties[i].person_ids;
        struct id_list *m = &c->members[i];

        if (json_type(v) != JSON_ARRAY || json_count(v) < 2 || json_count(v) > MEMBERS_MAX)
            return refuse(cx, "constraints.party",
                          arena_printf(cx->mem,
                                       T("parties 第 %d 项：person_ids 应为 2–%d 人的列表",
                                         "parties, item %d: person_ids must list 2 to %d people"),
                                       i + 1, MEMBERS_MAX));
        m->n = (int32_t)json_count(v);
        m->ids = NEW_ARRAY(cx->mem, int64_t, m->n);
        for (int32_t k = 0; k < m->n; k++) {
            m->ids[k] = json_as_int(json_at(v, (size_t)k));
            *ARENA_PUSH(cx->mem, all, n, room) = m->ids[k];
        }
    }
    return check_no_twice(cx, all, n, "parties");
}

static enum err read_all(struct ctx *cx, const struct json_value *v, struct match_constraints *c)
{
    static const struct list_kind limit_list = { "limits", limit_fields, sizeof(struct limit_input),
                                                 LIMITS_MAX },
                                  party_list = { "parties", party_fields,
                                                 sizeof(struct party_input), PARTIES_MAX },
                                  promise_list = { "promises", pair_fields,
                                                   sizeof(struct pair_input), PAIRS_MAX },
                                  forbidden_list = { "forbidden", pair_fields,
                                                     sizeof(struct pair_input), PAIRS_MAX };
    struct top_input top;
    int64_t *promised;

    TRY(fields_read_json(cx, top_fields, v, true, &top));
    c->companions = top.companions;
    TRY(read_list(cx, &limit_list, top.limits, &c->limits, &c->n_limits));
    TRY(read_list(cx, &party_list, top.parties, &c->parties, &c->n_parties));
    TRY(read_list(cx, &promise_list, top.promises, &c->promises, &c->n_promises));
    TRY(read_list(cx, &forbidden_list, top.forbidden, &c->forbidden, &c->n_forbidden));
    for (int32_t i = 0; i < c->n_limits; i++)
        TRY(check_limit(cx, &c->limits[i], i));
    TRY(read_members(cx, c));
    promised = NEW_ARRAY(cx->mem, int64_t, c->n_promises);
    for (int32_t i = 0; i < c->n_promises; i++)
        promised[i] = c->promises[i].person_id;
    return check_no_twice(cx, promised, (size_t)c->n_promises, "promises");
}

enum err match_constraints_read(struct ctx *cx, const struct json_value *v,
                                const struct match_constraints **ret)
{
    struct match_constraints *c = NEW(cx->mem, struct match_constraints);
    uint64_t given[] = { cx->in_set[0], cx->in_set[1] }; /* of the run's own fields */
    enum err err;

    *ret = NULL;
    if (!v || json_type(v) == JSON_NULL || (json_type(v) == JSON_OBJECT && json_count(v) == 0))
        return OK;
    if (json_type(v) != JSON_OBJECT)
        return refuse(cx, "constraints.invalid",
                      T("条件应写成 JSON 对象", "constraints must be a JSON object"));
    err = read_all(cx, v, c);
    cx->in_set[0] = given[0];
    cx->in_set[1] = given[1];
    if (err == OK)
        *ret = c;
    return err;
}

enum err match_constraints_text_read(struct ctx *cx, const char *text,
                                     const struct match_constraints **ret)
{
    const struct json_value *v = NULL;

    if (text)
        TRY(json_parse(cx, text, strlen(text), &v));
    return match_constraints_read(cx, v, ret);
}

static void write_value(struct json *j, const struct json_value *v)
{
    switch (json_type(v)) {
    case JSON_OBJECT:
        json_object(j);
        for (size_t i = 0; i < json_count(v); i++) {
            json_key(j, json_key_at(v, i));
            write_value(j, json_at(v, i));
        }
        json_end(j);
        break;
    case JSON_ARRAY:
        json_array(j);
        for (size_t i = 0; i < json_count(v); i++)
            write_value(j, json_at(v, i));
        json_end(j);
        break;
    case JSON_STRING:
        json_str(j, json_as_str(v));
        break;
    case JSON_INT:
        json_int(j, json_as_int(v));
        break;
    case JSON_BOOL:
    case JSON_REAL: /* no field takes one */
    case JSON_NULL:
        json_null(j);
        break;
    }
}

const char *match_constraints_text(struct arena *mem, const struct json_value *v)
{
    struct json *j;

    if (!v || json_type(v) != JSON_OBJECT || json_count(v) == 0)
        return NULL;
    j = json_new(mem);
    write_value(j, v);
    return json_text(j);
}

/* --- labels --- */

/* Numbers 0 … n - 1 for the different values. */
struct labels {
    int64_t *value;
    int32_t n;
};

static struct labels labels_of(struct arena *mem, const int64_t *value, int32_t n)
{
    struct labels l = { NEW_ARRAY(mem, int64_t, n), 0 };

    if (n > 0)
        memcpy(l.value, value, sizeof *value * (size_t)n);
    if (n > 1)
        qsort(l.value, (size_t)n, sizeof *l.value, id_order);
    for (int32_t i = 0; i < n; i++)
        if (l.n == 0 || l.value[l.n - 1] != l.value[i])
            l.value[l.n++] = l.value[i];
    return l;
}

/* One behind the last for a value that is not there. */
static int32_t label_of(const struct labels *l, int64_t value)
{
    const int64_t *at =
        l->n ? bsearch(&value, l->value, (size_t)l->n, sizeof value, id_order) : NULL;

    return at ? (int32_t)(at - l->value) : l->n;
}

static int32_t *label_all(struct arena *mem, const int64_t *value, int32_t n, struct labels *ret)
{
    int32_t *label = NEW_ARRAY(mem, int32_t, n);

    *ret = labels_of(mem, value, n);
    for (int32_t i = 0; i < n; i++)
        label[i] = label_of(ret, value[i]);
    return label;
}

struct world {
    const struct match_problem *problem;
    struct labels county, village, employer, city, person_ids, post_ids;
    int32_t *person_at, *post_at; /* per label of ids: index */
};

enum { COUNTY_UNIT = 1000000 };
static const int64_t CITY_UNIT = 100000000;

static void label_world(struct arena *mem, const struct match_problem *in, struct world *x,
                        struct group_input *g)
{
    int32_t n = in->n_persons, m = in->n_posts;
    int64_t *home = NEW_ARRAY(mem, int64_t, n), *id = NEW_ARRAY(mem, int64_t, n);
    int64_t *county = NEW_ARRAY(mem, int64_t, n), *post_id = NEW_ARRAY(mem, int64_t, m);
    int64_t *employer = NEW_ARRAY(mem, int64_t, m), *city = NEW_ARRAY(mem, int64_t, m);
    bool *is_registered = NEW_ARRAY(mem, bool, n);
    int32_t *label;

    for (int32_t i = 0; i < n; i++) {
        home[i] = in->persons[i].home;
        county[i] = in->persons[i].home / COUNTY_UNIT;
        id[i] = in->persons[i].id;
        is_registered[i] = in->persons[i].is_registered;
    }
    for (int32_t p = 0; p < m; p++) {
        post_id[p] = in->posts[p].id;
        employer[p] = in->posts[p].employer->id;
        city[p] = in->posts[p].work / CITY_UNIT;
    }
    x->problem = in;
    g->village = label_all(mem, home, n, &x->village);
    g->county = label_all(mem, county, n, &x->county);
    g->employer = label_all(mem, employer, m, &x->employer);
    g->city = label_all(mem, city, m, &x->city);
    g->is_registered = is_registered;
    g->worker_key = id;
    label = label_all(mem, id, n, &x->person_ids);
    x->person_at = NEW_ARRAY(mem, int32_t, n);
    for (int32_t i = 0; i < n; i++)
        x->person_at[label[i]] = i;
    label = label_all(mem, post_id, m, &x->post_ids);
    x->post_at = NEW_ARRAY(mem, int32_t, m);
    for (int32_t p = 0; p < m; p++)
        x->post_at[label[p]] = p;
}

static int32_t person_of(const struct world *x, int64_t id)
{
    int32_t l = label_of(&x->person_ids, id);

    return l < x->person_ids.n ? x->person_at[l] : -1;
}

static int32_t post_of(const struct world *x, int64_t id)
{
    int32_t l = label_of(&x->post_ids, id);

    return l < x->post_ids.n ? x->post_at[l] : -1;
}

static int32_t named(const struct labels *l, int64_t value, int64_t unit)
{
    return value == NONE ? GROUP_EACH : label_of(l, value / unit);
}

static struct group_limit limit_of(const struct world *x, const struct limit_input *l)
{
    struct group_limit r = { .kind = (enum group_kind)choice_at(kinds, l->kind),
                             .who = (enum group_who)choice_at(whos, l->who),
                             .where = (enum group_where)choice_at(wheres, l->where),
                             .who_label = GROUP_EACH,
                             .where_label = GROUP_EACH,
                             .n = (int32_t)l->n };

    if (r.who == GROUP_COUNTY)
        r.who_label = named(&x->county, l->county, COUNTY_UNIT);
    if (r.who == GROUP_VILLAGE)
        r.who_label = named(&x->village, l->village, 1);
    if (r.where == GROUP_EMPLOYER)
        r.where_label = named(&x->employer, l->employer_id, 1);
    if (r.where == GROUP_CITY)
        r.where_label = named(&x->city, l->city, CITY_UNIT);
    if (r.where == GROUP_POST && l->post_id != NONE) {
        int32_t p = post_of(x, l->post_id);

        r.where_label = p >= 0 ? p : x->problem->n_posts;
    }
    return r;
}

/* --- as input --- */

static void add_parties(struct arena *mem, const struct match_constraints *c, const struct world *x,
                        struct group_input *g, int32_t *unknown)
{
    int32_t n = x->problem->n_persons, parties = 0;
    struct group_party *all = NEW_ARRAY(mem, struct group_party, c->n_parties + n / 2);
    bool *is_in = NEW_ARRAY(mem, bool, n);

    for (int32_t i = 0; i < c->n_parties; i++) {
        int32_t *workers = NEW_ARRAY(mem, int32_t, c->members[i].n), members = 0;

        for (int32_t k = 0; k < c->members[i].n; k++) {
            int32_t w = person_of(x, c->members[i].ids[k]);

            *unknown += w < 0;
            if (w >= 0)
                workers[members++] = w;
        }
        all[parties++] =
            (struct group_party){ workers, members,
                                  (enum group_where)choice_at(wheres, c->parties[i].same) };
        for (int32_t k = 0; k < members; k++)
            is_in[workers[k]] = true;
    }
    for (int32_t i = 0; c->companions && i < n; i++) {
        int64_t id = x->problem->persons[i].companion_id;
        int32_t other = id == NONE ? -1 : person_of(x, id), *pair;

        if (other < 0 || other == i || is_in[i] || is_in[other])
            continue;
        is_in[i] = is_in[other] = true;
        pair = NEW_ARRAY(mem, int32_t, 2);
        pair[0] = i;
        pair[1] = other;
        all[parties++] =
            (struct group_party){ pair, 2, (enum group_where)choice_at(wheres, c->companions) };
    }
    g->parties = all;
    g->n_parties = parties;
}

static int32_t promise_score(const struct match_problem *in, int32_t person, int32_t post)
{
    if (!match_feasible(&in->persons[person], &in->posts[post], in->today))
        return 0;
    return MAX(0, match_points(&in->persons[person], &in->posts[post], in->weights));
}

void match_constraints_input(struct arena *mem, const struct match_constraints *c,
                             const struct match_problem *problem, struct group_input *ret,
                             int32_t *ret_unknown)
{
    struct group_limit *limits = NEW_ARRAY(mem, struct group_limit, c->n_limits);
    struct group_promise *promises = NEW_ARRAY(mem, struct group_promise, c->n_promises);
    struct group_pair *forbidden = NEW_ARRAY(mem, struct group_pair, c->n_forbidden);
    struct group_input g = {
        .limits = limits, .n_limits = c->n_limits, .promises = promises, .forbidden = forbidden
    };
    struct world x;

    *ret_unknown = 0;
    label_world(mem, problem, &x, &g);
    for (int32_t i = 0; i < c->n_limits; i++)
        limits[i] = limit_of(&x, &c->limits[i]);
    add_parties(mem, c, &x, &g, ret_unknown);
    for (int32_t i = 0; i < c->n_promises; i++) {
        int32_t w = person_of(&x, c->promises[i].person_id),
                p = post_of(&x, c->promises[i].post_id);

        *ret_unknown += w < 0 || p < 0;
        if (w >= 0 && p >= 0)
            promises[g.n_promises++] = (struct group_promise){ w, p, promise_score(problem, w, p) };
    }
    for (int32_t i = 0; i < c->n_forbidden; i++) {
        int32_t w = person_of(&x, c->forbidden[i].person_id),
                p = post_of(&x, c->forbidden[i].post_id);

        *ret_unknown += w < 0 || p < 0;
        if (w >= 0 && p >= 0)
            forbidden[g.n_forbidden++] = (struct group_pair){ w, p };
    }
    *ret = g;
}

/* --- deciding --- */

/* Beside those given with the conditions, which go before. */
static void add_kept(struct arena *mem, const struct match_again *again,
                     const struct match_problem *problem, struct group_input *g)
{
    int32_t n = g->n_promises;
    struct group_promise *all = NEW_ARRAY(mem, struct group_promise, n + problem->n_persons);
    bool *is_in = NEW_ARRAY(mem, bool, problem->n_persons);

    for (int32_t i = 0; i < n; i++) {
        all[i] = g->promises[i];
        is_in[all[i].worker] = true;
    }
    for (int32_t i = 0; i < problem->n_persons; i++)
        if (again->kept[i] >= 0 && !is_in[i])
            all[n++] = (struct group_promise){ i, again->kept[i],
                                               promise_score(problem, i, again->kept[i]) };
    g->promises = all;
    g->n_promises = n;
}

const struct match_constrained *match_constrain(struct arena *mem,
                                                const struct match_constraints *c,
                                                const struct match_again *again,
                                                const struct match_problem *problem,
                                                struct match_assignment *a)
{
    struct match_constrained *done;
    struct auction_input *market;
    int32_t *cap;

    if (!c)
        return NULL;
    done = NEW(mem, struct match_constrained);
    market = NEW(mem, struct auction_input);
    cap = NEW_ARRAY(mem, int32_t, problem->n_posts);
    for (int32_t p = 0; p < problem->n_posts; p++)
        cap[p] = MAX(0, problem->posts[p].seats);
    *market = (struct auction_input){ .workers = problem->n_persons,
                                      .posts = problem->n_posts,
                                      .cap = cap,
                                      .row = a->considered.row,
                                      .edges = a->considered.edges };
    match_constraints_input(mem, c, problem, &done->input, &done->unknown);
    if (again)
        add_kept(mem, again, problem, &done->input);
    done->input.market = market;
    groups_solve(mem, &done->input, &done->groups);
    if (a->considered.row[problem->n_persons] * (done->input.n_limits + 2) <= COST_PAIRS_MAX) {
        done->costs = NEW_ARRAY(mem, int64_t, done->input.n_limits + 2);
        groups_costs(&done->input, &done->groups, done->costs);
    }
    a->auction.post = done->groups.post;
    a->auction.price = done->groups.price;
    a->auction.scale = done->groups.scale;
    a->auction.certificate.placed = done->groups.placed;
    a->value = done->groups.value;
    a->gap = a->bound - a->value;
    return done;
}

/* --- storing --- */

const struct choice match_left_out[] = {
    { "PARTY", "同行的人没有能一起去的岗位", "no place for all who go together" },
    { "AT_MOST", "已到规定的最多人数", "the most people allowed is reached" },
    { "HELD", "余下的名额为脱贫人口和监测对象预留",
      "the seats left are held for registered households" },
    { "NONE_OR", "同行人数不够，不成行", "too few people would go there" },
    { "FORBIDDEN", "按要求不安排到可去的岗位", "what was possible is forbidden" },
    { "PROMISE", "已承诺的岗位没有名额", "no seat at the post promised" },
    { 0 },
};

static const char *left_out_code(enum group_reason reason)
{
    switch (reason) {
    case GROUP_REASON_PARTY:
        return "PARTY";
    case GROUP_REASON_AT_MOST:
        return "AT_MOST";
    case GROUP_REASON_HELD:
        return "HELD";
    case GROUP_REASON_NONE_OR:
        return "NONE_OR";
    case GROUP_REASON_FORBIDDEN:
        return "FORBIDDEN";
    case GROUP_REASON_PROMISE:
        return "PROMISE";
    case GROUP_REASON_PLACED:
    case GROUP_REASON_NO_POST:
    case GROUP_REASON_FULL:
    case GROUP_REASON_COUNT:
        break;
    }
    return NULL; /* told by the posts themselves */
}

static const char *outcome_json(struct arena *mem, const struct match_constrained *d)
{
    const struct group_result *g = &d->groups;
    struct json *j = json_new(mem);
    int32_t apart = 0, n = d->input.n_limits;

    for (int32_t i = 0; i < d->input.n_parties; i++)
        apart += g->is_apart[i];
    json_object(j);
    json_put_int(j, "value", g->value);
    json_put_int(j, "bound", g->bound);
    json_put_int(j, "unknown", d->unknown);
    json_put_int(j, "parties", d->input.n_parties);
    json_put_int(j, "apart", apart);
    json_put_int(j, "parties_cost", d->costs ? d->costs[n] : NONE);
    json_put_int(j, "forbidden_cost", d->costs ? d->costs[n + 1] : NONE);
    json_key(j, "limits");
    json_array(j);
    for (int32_t i = 0; i < n; i++) {
        json_object(j);
        json_put_int(j, "cells", g->limits[i].cells);
        json_put_int(j, "tight", g->limits[i].tight);
        json_put_int(j, "left_out", g->limits[i].left_out);
        json_put_int(j, "broken", g->limits[i].broken);
        json_put_int(j, "short_by", g->limits[i].short_by);
        json_put_int(j, "cost", d->costs ? d->costs[i] : NONE);
        json_end(j);
    }
    json_end(j);
    json_end(j);
    return json_text(j);
}

enum err match_constrained_save(struct ctx *cx, int64_t run_id, const struct match_problem *problem,
                                const struct match_constrained *done)
{
    if (!done)
        return OK;
    for (int32_t i = 0; i < problem->n_persons; i++) {
        const char *code = left_out_code((enum group_reason)done->groups.reason[i]);

        if (code)
            TRY(db_exec(cx,
                        "UPDATE match_result AS m SET left_out = $1, left_out_by = $2 WHERE"
                        " SCOPE(match_result m) AND m.run_id = $3 AND m.person_id = $4",
                        P(code), P(done->groups.by[i] < 0 ? NONE : (int64_t)done->groups.by[i]),
                        P(run_id), P(problem->persons[i].id)));
    }
    return db_exec(cx,
                   "UPDATE match_run AS r SET constraint_outcome = $1 WHERE SCOPE(match_run r)"
                   " AND r.id = $2",
                   P(outcome_json(cx->mem, done)), P(run_id));
}

/* --- telling --- */

static const char *limit_text(struct ctx *cx, enum lang lang, const struct json_value *limit,
                              const struct json_value *outcome)
{
    const char *kind = choice_label(kinds, json_as_str(json_get(limit, "kind")), lang);
    const char *who = choice_label(whos, json_as_str(json_get(limit, "who")), lang);
    const char *where = choice_label(wheres, json_as_str(json_get(limit, "where")), lang);
    long long n = json_as_int(json_get(limit, "n")),
              left = json_as_int(json_get(outcome, "left_out")),
              missing = json_as_int(json_get(outcome, "short_by"));
    int64_t cost = json_as_int(json_get(outcome, "cost"));
    struct str s = str_new(cx->mem);

    if (lang == LANG_EN)
        str_addf(&s, "%s at %s: %s %lld. %lld people are left out by it", who, where, kind, n,
                 left);
    else
        str_addf(&s, "%s在%s：%s%lld。因此未安排%lld人", who, where, kind, n, left);
    if (missing > 0)
        str_addf(&s, lang == LANG_EN ? "; %lld people short" : "；还差%lld人", missing);
    if (cost != NONE)
        str_addf(&s, lang == LANG_EN ? "; it costs %lld points" : "；总分少%lld", (long long)cost);
    return s.s;
}

const char *match_constraints_told(struct ctx *cx, const char *constraints, const char *outcome)
{
    const struct json_value *c, *o, *limits;
    struct json *j = json_new(cx->mem);

    if (!constraints || !outcome || json_parse(cx, constraints, strlen(constraints), &c) != OK ||
        json_parse(cx, outcome, strlen(outcome), &o) != OK)
        return outcome;
    limits = json_get(c, "limits");
    json_object(j);
    for (size_t i = 0; i < json_count(o); i++)
        if (!str_eq(json_key_at(o, i), "limits"))
            json_put_int(j, json_key_at(o, i), json_as_int(json_at(o, i)));
    json_key(j, "limits");
    json_array(j);
    for (size_t i = 0; i < json_count(limits); i++) {
        const struct json_value *one = json_at(json_get(o, "limits"), i);

        json_object(j);
        for (size_t k = 0; k < json_count(one); k++)
            json_put_int(j, json_key_at(one, k), json_as_int(json_at(one, k)));
        json_put_str(j, "zh", limit_text(cx, LANG_ZH, json_at(limits, i), one));
        json_put_str(j, "en", limit_text(cx, LANG_EN, json_at(limits, i), one));
        json_end(j);
    }
    json_end(j);
    json_end(j);
    return json_text(j);
}
