/* demo_offers.c — who is proposed, who says yes, who travels. */
#include "app/demo.h"
#include "matching/matching.h"

bool demo_match(struct demo *d)
{
    struct demo_user *clerk = demo_user(d, "dingxi-clerk");
    struct ctx *cx;

    d->today = date_add_days(d->world->start, -5);
    cx = demo_unit(d, clerk);
    if (match_run_now(cx, d->world->west_code, d->world->east_code, NULL, &d->run_id) != OK)
        return demo_fail(d, "%s [%s]", cx->failure.message, cx->failure.code);
    if (!demo_call(d, clerk, "match_runs.get", d->run_id, "%s", ""))
        return false;
    demo_say(
        d,
        S("求职 %lld 人，名额 %lld 个，匹配 %lld 人；总分 %lld，任何分法都不超过 %lld",
          "%lld seekers, %lld seats, %lld matched; %lld points, no assignment has more than %lld"),
        (long long)demo_int(d, "people"), (long long)demo_int(d, "seats"),
        (long long)demo_int(d, "placed"), (long long)demo_int(d, "value"),
        (long long)demo_int(d, "bound"));
    return demo_int(d, "placed") > 0 || demo_fail(d, "%s", S("无人匹配", "nobody was matched"));
}

struct offers {
    struct demo *d;
    struct rows rows;
};

static enum err read_offers(struct ctx *cx, void *arg)
{
    struct offers *o = arg;

    return db_rows(
        cx, &o->rows,
        "SELECT o.id, o.person_id, o.post_id FROM offer o WHERE SCOPE(offer o) AND o.state = 'OFFERED' ORDER BY o.id");
}

static int way_of(const struct demo *d, int64_t person_id)
{
    for (int i = 0; i < d->world->people_n; i++)
        if (d->ways[i].person_id == person_id)
            return i;
    return -1;
}

static int post_of(const struct demo *d, int64_t post_id)
{
    for (int i = 0; i < d->world->posts_n; i++)
        if (d->post_ids[i] == post_id)
            return i;
    return -1;
}

bool demo_offers(struct demo *d)
{
    struct offers o = { .d = d };
    int n = 0;

    d->today = date_add_days(d->world->start, -4);
    if (!demo_call(d, demo_user(d, "dingxi-clerk"), "offers.of_run", d->run_id, "{}"))
        return false;
    if (db_read(demo_unit(d, NULL), read_offers, &o) != OK)
        return demo_fail(d, "%s", d->cx->failure.message);
    for (int i = 0; i < o.rows.n; i++) {
        int way = way_of(d, row_int(&o.rows, i, "person_id"));
        if (way < 0)
            continue;
        d->ways[way].offer_id = row_int(&o.rows, i, "id");
        d->ways[way].post = post_of(d, row_int(&o.rows, i, "post_id"));
        n++;
    }
    demo_say(d, S("发出录用通知 %d 份", "%d offers made"), n);
    return n > 0 || demo_fail(d, "%s", S("没有发出录用通知", "no offer was made"));
}

/* Why somebody refuses: pay first, then distance, food and climate, family. NULL:
 * says yes. */
static const char *refusal(const struct demo *d, int way)
{
    struct sim_chance c = sim_chance(d->options.seed, "answers", way);
    const struct sim_person *p = &d->world->people[way];
    const struct sim_post *post = &d->world->posts[d->ways[way].post];
    int pay = post->newcomer_pay ? post->newcomer_pay : post->pay_low;

    if (p->least_wage > pay && sim_percent(&c, 45))
        return "PAY";
    if (!d->world->employers[post->employer].has_noodles && sim_percent(&c, 6))
        return "FOOD";
    if (sim_percent(&c, 5))
        return "CLIMATE";
    if (p->is_female && sim_percent(&c, 8))
        return "CARE";
    return sim_percent(&c, 6) ? "DISTANCE" : NULL;
}

/* "distance 20, climate 18": reasons as the form names them, the commonest first. */
static const char *reasons_text(struct demo *d, const int *counts)
{
    static const char *const names[][2] = { { "工资", "pay" },
                                            { "饮食", "food" },
                                            { "气候", "climate" },
                                            { "照料家人", "care" },
                                            { "路远", "distance" } };
    struct str s = str_new(d->mem);
    int left[ARRAY_LEN(names)];

    memcpy(left, counts, sizeof left);
    for (size_t shown = 0; shown < ARRAY_LEN(names); shown++) {
        size_t best = 0;
        for (size_t i = 1; i < ARRAY_LEN(names); i++)
            if (left[i] > left[best])
                best = i;
        if (left[best] > 0)
            str_addf(&s, "%s%s %d", s.len ? S("、", ", ") : "", S(names[best][0], names[best][1]),
                     left[best]);
        left[best] = 0;
    }
    return s.s;
}

bool demo_answers(struct demo *d)
{
    static const char *const codes[] = { "PAY", "FOOD", "CLIMATE", "CARE", "DISTANCE" };
    int yes = 0, no = 0, counts[ARRAY_LEN(codes)] = { 0 };

    d->today = date_add_days(d->world->start, 1);
    for (int i = 0; i < d->world->people_n; i++) {
        struct demo_user *clerk = demo_clerk(d, d->world->west[d->world->people[i].county].code);
        const char *reason;
        if (d->ways[i].offer_id == NONE || d->ways[i].post < 0)
            continue;
        reason = refusal(d, i);
        if (reason ? !demo_call(d, clerk, "offers.decline", d->ways[i].offer_id, "{'reason':'%s'}",
                                reason)
                   : !demo_call(d, clerk, "offers.accept", d->ways[i].offer_id, "{}"))
            return false;
        for (size_t k = 0; reason && k < ARRAY_LEN(codes); k++)
            counts[k] += str_eq(reason, codes[k]);
        if (reason)
            d->ways[i].offer_id = NONE, no++;
        else
            yes++;
    }
    demo_say(d, S("接受 %d 人，谢绝 %d 人（%s）", "%d accept, %d decline (%s)"), yes, no,
             reasons_text(d, counts));
    return yes > 0 || demo_fail(d, "%s", S("无人接受", "nobody accepted"));
}

/* --- the journey --- */
/* Leaders of the townships that need one: the mayor's office sends somebody. */
static bool name_leaders(struct demo *d, struct demo_user *clerk, int64_t batch, int *ret_leaders)
{
    int64_t towns[200];
    int n = 0;

    if (!demo_call(d, clerk, "batches.leaders", batch, "%s", ""))
        return false;
    for (size_t i = 0; i < demo_count(d, "items") && n < (int)ARRAY_LEN(towns); i++) {
        const struct json_value *item = json_at(json_get(d->reply, "items"), i);
        if (json_as_bool(json_get(item, "is_missing")))
            towns[n++] = json_as_int(json_get(item, "township"));
    }
    for (int i = 0; i < n; i++)
        if (!demo_call(d, clerk, "batches.set_leader", batch,
                       "{'township':%lld,'name':'张建国','phone':'0932-8213%03d'}",
                       (long long)towns[i], 100 + i))
            return false;
    *ret_leaders += n;
    return true;
}

/* The list is locked without leaders first, as a clerk in a hurry does: where a township sends more
 * than 20 people that is refused. */
static bool lock_list(struct demo *d, struct demo_user *clerk, struct demo_batch *b)
{
    if (demo_call(d, clerk, "batches.lock", b->id, "{}"))
        return true;
    if (!str_eq(d->cx->failure.code, "batch.leader"))
        return false;
    b->refused = arena_strdup(d->mem, d->cx->failure.message);
    return name_leaders(d, clerk, b->id, &b->leaders) &&
           demo_call(d, clerk, "batches.lock", b->id, "{}");
}

bool demo_plan_batch(struct demo *d, struct demo_batch *b)
{
    const struct sim_place *place = &d->world->west[b->county];
    struct demo_user *clerk = demo_clerk(d, place->code);
    char day[11];

    if (!demo_call(
            d, clerk, "batches.create", NONE,
            "{'name':'%s%s','home':%lld,'work':%lld,'mode':'COACH','depart_on':'%s','depart_place':'%s汽车站','cost_fen':%d,'paid_by':'WORK_GOVERNMENT'}",
            place->name, b->name, (long long)place->code, (long long)d->world->east_code,
            date_format(b->depart, day), place->name, 1800000))
        return false;
    b->id = demo_int(d, "id");
    if (!demo_call(d, clerk, "batches.add_passengers", b->id, "{'all_accepted':true}"))
        return false;
    b->people = (int)demo_int(d, "added");
    for (; b->coaches * 49 < b->people; b->coaches++)
        if (!demo_call(d, clerk, "batches.add_vehicle", b->id, "{'label':'甘J%05d','seats':49}",
                       12001 + b->county * 100 + b->coaches))
            return false;
    return demo_call(d, clerk, "batches.seats", b->id, "{}") && lock_list(d, clerk, b) &&
           demo_call(d, demo_user(d, "dingxi-reviewer"), "batches.approve", b->id, "{}");
}

static bool has_accepted(const struct demo *d, int county)
{
    for (int i = 0; i < d->world->people_n; i++)
        if (d->world->people[i].county == county && d->ways[i].offer_id != NONE)
            return true;
    return false;
}

bool demo_batches(struct demo *d)
{
    int people = 0, coaches = 0, leaders = 0, batches = 0;
    const char *refused = NULL;

    /* the departure peak ends with the lantern festival (A3 cause 4) */
    d->today = date_add_days(d->world->start, 5);
    d->batches = NEW_ARRAY(d->mem, int64_t, d->world->west_n);
    for (int county = 0; county < d->world->west_n; county++) {
        struct demo_batch b = { .name = "2019年第一批",
                                .county = county,
                                .depart = date_add_days(d->world->start, 8) };
        d->batches[county] = NONE;
        if (!has_accepted(d, county))
            continue;
        if (!demo_plan_batch(d, &b))
            return false;
        d->batches[county] = b.id;
        people += b.people, coaches += b.coaches, leaders += b.leaders, batches++;
        refused = b.refused ? b.refused : refused;
    }
    demo_say(d,
             S("%d 批 %d 人，客车 %d 辆，带队 %d 人%s%s%s",
               "%d batches, %d people, %d coaches, %d leaders%s%s%s"),
             batches, people, coaches, leaders, refused ? S("（先被拒：", " (refused first: ") : "",
             refused ? refused : "",
             refused ? S("，指定带队后放行）", "; let go once one was named)") : "");
    return true;
}

/* A few never come to the coach. */
static bool board(struct demo *d, int county, int *boarded)
{
    struct demo_user *clerk = demo_clerk(d, d->world->west[county].code);
    int64_t batch = d->batches[county];
    struct str ids = str_new(d->mem);

    if (!demo_call(d, clerk, "batches.passengers", batch, "%s", ""))
        return false;
    for (size_t i = 0; i < demo_count(d, "items"); i++) {
        struct sim_chance c =
            sim_chance(d->options.seed, "boarding", (int64_t)county * 10000 + (int64_t)i);
        int64_t id = json_as_int(json_get(json_at(json_get(d->reply, "items"), i), "id"));
        if (i > 0 && sim_percent(&c, 4))
            continue;
        str_addf(&ids, "%s%lld", ids.len ? "," : "", (long long)id);
    }
    if (!demo_call(d, clerk, "batches.board", batch, "{'passenger_ids':'%s'}", ids.s))
        return false;
    *boarded += (int)demo_int(d, "boarded");
    return true;
}

struct placements {
    struct demo *d;
};

static enum err read_placements(struct ctx *cx, void *arg)
{
    struct demo *d = ((struct placements *)arg)->d;
    struct rows r;

    TRY(db_rows(cx, &r,
                "SELECT a.id, a.person_id, a.start_on FROM placement a WHERE SCOPE(placement a)"));
    for (int i = 0; i < r.n; i++) {
        int way = way_of(d, row_int(&r, i, "person_id"));
        if (way < 0)
            continue;
        d->ways[way].placement_id = row_int(&r, i, "id");
        d->ways[way].start = date_of_text(row_text(&r, i, "start_on"));
        d->placed++;
    }
    return OK;
}

bool demo_journey(struct demo *d)
{
    struct demo_user *station = demo_user(d, "station");
    int boarded = 0, handed = 0;

    for (int county = 0; county < d->world->west_n; county++) {
        struct demo_user *clerk = demo_clerk(d, d->world->west[county].code);
        int64_t batch = d->batches[county];
        if (batch == NONE)
            continue;
        d->today = date_add_days(d->world->start, 8);
        if (!board(d, county, &boarded) || !demo_call(d, clerk, "batches.depart", batch, "{}"))
            return false;
        d->today = date_add_days(d->world->start, 10);
        if (!demo_call(d, station, "batches.arrive", batch, "{}") ||
            !demo_call(d, station, "batches.arrivals", batch, "{'all':true}") ||
            !demo_call(d, station, "batches.hand_over", batch, "{'all':true}"))
            return false;
        handed += (int)demo_int(d, "handed_over");
        if (!demo_call(d, demo_user(d, "fuzhou-clerk"), "batches.close", batch, "{}"))
            return false;
    }
    if (db_read(demo_unit(d, NULL), read_placements, &(struct placements){ d }) != OK)
        return demo_fail(d, "%s", d->cx->failure.message);
    demo_say(d, S("登车 %d 人，交接上岗 %d 人", "%d boarded, %d handed over and at work"), boarded,
             handed);
    return handed > 0 && handed == d->placed
               ? true
               : demo_fail(d, S("交接 %d 人，台账 %d 人", "%d handed over, %d placements"), handed,
                           d->placed);
}
