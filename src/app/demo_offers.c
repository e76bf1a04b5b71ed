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
    demo_say(d,
             S("求职 %lld 人，名额 %lld 个，匹配 %lld 人",
               "%lld seekers, %lld seats, %lld matched"),
             (long long)demo_int(d, "people"), (long long)demo_int(d, "seats"),
             (long long)demo_int(d, "placed"));
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

/* Why somebody refuses (domain.md A3): pay first, then distance, food and climate, family. NULL:
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

bool demo_answers(struct demo *d)
{
    int yes = 0, no = 0, pay = 0;

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
        if (reason)
            d->ways[i].offer_id = NONE, no++, pay += str_eq(reason, "PAY");
        else
            yes++;
    }
    demo_say(d,
             S("接受 %d 人，谢绝 %d 人（其中嫌工资低 %d 人）",
               "%d accept, %d decline (%d for the pay)"),
             yes, no, pay);
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

static bool plan_batch(struct demo *d, int county, int64_t *ret_id, int *people, int *coaches,
                       int *leaders)
{
    const struct sim_place *place = &d->world->west[county];
    struct demo_user *clerk = demo_clerk(d, place->code);
    int64_t batch;
    int listed;
    char day[11];

    if (!demo_call(
            d, clerk, "batches.create", NONE,
            "{'name':'%s2019年第一批','home':%lld,'work':%lld,'mode':'COACH','depart_on':'%s','depart_place':'%s汽车站','cost_fen':%d,'paid_by':'WORK_GOVERNMENT'}",
            place->name, (long long)place->code, (long long)d->world->east_code,
            date_format(date_add_days(d->world->start, 8), day), place->name, 1800000))
        return false;
    batch = demo_int(d, "id");
    if (!demo_call(d, clerk, "batches.add_passengers", batch, "{'all_accepted':true}"))
        return false;
    listed = (int)demo_int(d, "added");
    for (int k = 0; k * 49 < listed; k++, (*coaches)++)
        if (!demo_call(d, clerk, "batches.add_vehicle", batch, "{'label':'甘J%05d','seats':49}",
                       12001 + county * 100 + k))
            return false;
    if (!name_leaders(d, clerk, batch, leaders) ||
        !demo_call(d, clerk, "batches.seats", batch, "{}") ||
        !demo_call(d, clerk, "batches.lock", batch, "{}") ||
        !demo_call(d, demo_user(d, "dingxi-reviewer"), "batches.approve", batch, "{}"))
        return false;
    *people += listed;
    *ret_id = batch;
    return true;
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

    d->today =
        date_add_days(d->world->start,
                      5); /* the departure peak ends with the lantern festival (A3 cause 4) */
    d->batches = NEW_ARRAY(d->mem, int64_t, d->world->west_n);
    for (int county = 0; county < d->world->west_n; county++) {
        d->batches[county] = NONE;
        if (!has_accepted(d, county))
            continue;
        if (!plan_batch(d, county, &d->batches[county], &people, &coaches, &leaders))
            return false;
        batches++;
    }
    demo_say(d,
             S("%d 批 %d 人，客车 %d 辆，带队 %d 人",
               "%d batches, %d people, %d coaches, %d leaders"),
             batches, people, coaches, leaders);
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
