/* manifest.c — who is on a batch, in which seat, under which leader, and how far each has come. */
#include "transfers/manifest.h"

#include "hiring/hiring.h"
#include "people/people.h"
#include "placements/placements.h"
#include "platform/journal.h"

enum { MANIFEST_MAX = 2000 };

static const struct choice states[] = {
    { "LISTED", "在名单", "Listed" },     { "BOARDED", "已登车", "Boarded" },
    { "ARRIVED", "已到达", "Arrived" },   { "HANDED_OVER", "已交接", "Handed over" },
    { "NO_SHOW", "未到", "No-show" },     { "DROPPED_OUT", "已退出", "Dropped out" },
    { "REFUSED", "企业拒收", "Refused" }, { 0 },
};

/* Whoever leaves the batch may travel another time: the accepted offer stands, the person is signed
 * up. */
static enum err back_to_signed_up(struct ctx *cx, const struct rows *p, const char *reason)
{
    (void)reason;
    return person_set_situation(cx, row_int(p, 0, "person_id"), row_int(p, 0, "work"),
                                row_int(p, 0, "employer_id"), "SIGNED_UP");
}

static const struct transition transitions[] = {
    { "drop_out", "LISTED|NO_SHOW", "DROPPED_OUT", "退出", "Drop out", .needs_reason = true,
      .rule = back_to_signed_up },
    { "refuse", "ARRIVED", "REFUSED", "企业拒收", "Refused", .needs_reason = true,
      .rule = back_to_signed_up },
    { 0 },
};

struct passenger_input {
    int64_t id, batch_id, person_id, offer_id, employer_id, home, work;
    const char *state;
};
#define IN struct passenger_input
static const struct field fields[] = {
    FIELD(IN, batch_id, FIELD_ID, "批次", "Batch", .sql = "q.batch_id", .use = USE_FILTER),
    FIELD(IN, person_id, FIELD_ID, "人员", "Person", .sql = "q.person_id", .use = USE_FILTER),
    OUTPUT(
        "person_name", FIELD_NAME, "姓名", "Name", .use = USE_LIST,
        .sql =
            "(SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the passenger is in scope') AND p.id = q.person_id)"),
    FIELD(IN, offer_id, FIELD_ID, "录用通知", "Offer", .sql = "q.offer_id"),
    FIELD(IN, employer_id, FIELD_ID, "企业", "Employer", .sql = "q.employer_id", .use = USE_FILTER),
    OUTPUT(
        "employer_name", FIELD_TEXT, "企业名称", "Employer name", .use = USE_LIST,
        .sql =
            "(SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the passenger is in scope') AND e.id = q.employer_id)"),
    FIELD(IN, home, FIELD_DIVISION, "户籍地", "Domicile", .sql = "q.home", .use = USE_FILTER),
    OUTPUT("home_name", FIELD_TEXT, "户籍地名称", "Domicile name", .use = USE_LIST,
           .sql = "(SELECT d.full_name FROM division d WHERE d.code = q.home)"),
    FIELD(IN, work, FIELD_DIVISION, "工作地", "Workplace", .sql = "q.work", .use = USE_FILTER),
    OUTPUT(
        "vehicle", FIELD_TEXT, "车辆", "Vehicle", .use = USE_LIST,
        .sql =
            "(SELECT v.label FROM transfer_vehicle v WHERE SCOPE_NOT(transfer_vehicle 'the passenger is in scope') AND v.id = q.vehicle_id)"),
    OUTPUT("seat", FIELD_INT, "座位", "Seat", .use = USE_LIST, .sql = "q.seat"),
    OUTPUT("note", FIELD_TEXT, "说明", "Note", .use = USE_LIST, .sql = "q.note"),
    FIELD(IN, state, FIELD_CHOICE, "状态", "State", .choices = states, .sql = "q.state",
          .use = USE_LIST | USE_FILTER),
    { 0 },
};

static void place(const void *input, int64_t *home, int64_t *work, int64_t *employer_id,
                  int64_t *person_id)
{
    const IN *in = input;

    *home = in->home;
    *work = in->work;
    *employer_id = in->employer_id;
    *person_id = in->person_id;
}

const struct record passenger_record = {
    .name = "passenger",
    .zh = "输转人员",
    .en = "passenger",
    .table = "passenger",
    .alias = "q",
    .fields = fields,
    .size = sizeof(IN),
    .order = "-id",
    .state = "state",
    .states = states,
    .transitions = transitions,
    .place = place,
};

const struct field passengers_fields[] = {
    PARAM(struct passengers_input, offer_ids, FIELD_TEXT, "录用通知", "Offers", .max = 40000),
    PARAM(struct passengers_input, all_accepted, FIELD_BOOL, "全部已接受的", "All accepted"),
    { 0 },
};
const struct field vehicle_fields[] = {
    PARAM(struct vehicle_input, label, FIELD_TEXT, "车辆", "Vehicle", .required = true, .max = 40),
    PARAM(struct vehicle_input, seats, FIELD_INT, "座位数", "Seats", .required = true, .min = 1,
          .max = 2000),
    { 0 },
};
const struct field leader_fields[] = {
    PARAM(struct leader_input, township, FIELD_DIVISION, "乡镇", "Township", .required = true),
    PARAM(struct leader_input, name, FIELD_NAME, "带队人员", "Leader", .required = true, .max = 40),
    PARAM(struct leader_input, phone, FIELD_TEXT, "电话", "Phone", .max = 20),
    { 0 },
};
const struct field check_off_fields[] = {
    PARAM(struct check_off_input, passenger_ids, FIELD_TEXT, "人员", "Passengers", .max = 40000),
    PARAM(struct check_off_input, all, FIELD_BOOL, "全部", "All"),
    PARAM(struct check_off_input, on, FIELD_DATE, "日期", "On"),
    { 0 },
};

/* --- lists --- */
static enum err reply_items(struct ctx *cx, const struct rows *r)
{
    json_object(cx->out);
    json_key(cx->out, "items");
    json_rows(cx->out, r);
    json_put_int(cx->out, "total", r->n);
    json_end(cx->out);
    return OK;
}

static enum err reply_count(struct ctx *cx, const char *name, int64_t n)
{
    json_object(cx->out);
    json_put_int(cx->out, name, n);
    json_end(cx->out);
    return OK;
}

enum err manifest_list(struct ctx *cx)
{
    struct rows batch, r;

    TRY(record_load(cx, &batch_record, cx->id, &batch));
    TRY(db_rows(
        cx, &r,
        "SELECT q.id, q.person_id, q.offer_id, q.employer_id, q.home, q.vehicle_id, q.seat, q.state, q.note,"
        " (SELECT p.name FROM person p WHERE SCOPE_NOT(person 'the passenger is in scope') AND p.id = q.person_id) AS person_name,"
        " (SELECT p.phone_mask FROM person p WHERE SCOPE_NOT(person 'the passenger is in scope') AND p.id = q.person_id) AS phone_mask,"
        " (SELECT e.name FROM employer e WHERE SCOPE_NOT(employer 'the passenger is in scope') AND e.id = q.employer_id) AS employer_name,"
        " (SELECT d.full_name FROM division d WHERE d.code = q.home) AS home_name,"
        " (SELECT v.label FROM transfer_vehicle v WHERE SCOPE_NOT(transfer_vehicle 'the passenger is in scope') AND v.id = q.vehicle_id) AS vehicle"
        " FROM passenger q WHERE SCOPE(passenger q) AND q.batch_id = $1 ORDER BY q.home, q.id LIMIT 2000",
        P(cx->id)));
    return reply_items(cx, &r);
}

enum err manifest_vehicles(struct ctx *cx)
{
    struct rows batch, r;

    TRY(record_load(cx, &batch_record, cx->id, &batch));
    TRY(db_rows(
        cx, &r,
        "SELECT v.id, v.label, v.seats, (SELECT count(*) FROM passenger q WHERE SCOPE_NOT(passenger 'the vehicle is in scope')"
        " AND q.vehicle_id = v.id) AS taken FROM transfer_vehicle v WHERE SCOPE(transfer_vehicle v) AND v.batch_id = $1 ORDER BY v.id LIMIT 200",
        P(cx->id)));
    return reply_items(cx, &r);
}

/* Townships of a batch with how many they send; deeper codes count for their township. */
static enum err townships(struct ctx *cx, int64_t batch_id, struct rows *ret)
{
    return db_rows(
        cx, ret,
        "SELECT t.township, t.people, (SELECT d.full_name FROM division d WHERE d.code = t.township) AS township_name,"
        " (SELECT l.name FROM transfer_leader l WHERE SCOPE_NOT(transfer_leader 'the batch is in scope') AND l.batch_id = $1"
        " AND l.township = t.township) AS leader FROM (SELECT q.home / 1000 * 1000 AS township, count(*) AS people FROM passenger q"
        " WHERE SCOPE(passenger q) AND q.batch_id = $1 AND q.state <> 'DROPPED_OUT' GROUP BY q.home / 1000 * 1000) t"
        " ORDER BY t.township LIMIT 500",
        P(batch_id));
}

enum err manifest_leaders(struct ctx *cx)
{
    struct rows batch, r;

    TRY(record_load(cx, &batch_record, cx->id, &batch));
    TRY(townships(cx, cx->id, &r));
    json_object(cx->out);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int i = 0; i < r.n; i++) {
        bool needed = row_int(&r, i, "people") > LEADER_NEEDED_ABOVE &&
                      row_int(&r, i, "township") % 1000000 != 0;
        json_object(cx->out);
        json_put_int(cx->out, "township", row_int(&r, i, "township"));
        json_put_str(cx->out, "township_name", row_text(&r, i, "township_name"));
        json_put_int(cx->out, "people", row_int(&r, i, "people"));
        json_put_str(cx->out, "leader", row_text(&r, i, "leader"));
        json_put_bool(cx->out, "is_needed", needed);
        json_put_bool(cx->out, "is_missing", needed && !row_text(&r, i, "leader"));
        json_end(cx->out);
    }
    json_end(cx->out);
    json_put_int(cx->out, "total", r.n);
    json_end(cx->out);
    return OK;
}

/* --- planning --- */
static enum err planned_batch(struct ctx *cx, struct rows *ret)
{
    TRY(record_load(cx, &batch_record, cx->id, ret));
    if (!str_eq(row_text(ret, 0, "state"), "PLANNED"))
        return fail(cx, E_CONFLICT, "batch.locked", "%s", T("名单已锁定", "the roster is locked"));
    return OK;
}

/* Accepted offers of the batch's direction that are on no other live batch. */
static enum err free_offers(struct ctx *cx, const struct rows *batch, struct rows *ret)
{
    int64_t home_lo, home_hi, work_lo, work_hi;

    division_range(row_int(batch, 0, "home"), &home_lo, &home_hi);
    division_range(row_int(batch, 0, "work"), &work_lo, &work_hi);
    return db_rows(
        cx, ret,
        "SELECT o.id, o.person_id, o.employer_id, o.home, o.work FROM offer o WHERE SCOPE(offer o) AND o.state = 'ACCEPTED'"
        " AND o.home BETWEEN $1 AND $2 AND o.work BETWEEN $3 AND $4"
        " AND NOT EXISTS (SELECT 1 FROM passenger q WHERE SCOPE_NOT(passenger 'one journey for each offer') AND q.offer_id = o.id"
        " AND q.state IN ('LISTED', 'BOARDED', 'ARRIVED', 'HANDED_OVER')) ORDER BY o.id LIMIT 2001",
        P(home_lo), P(home_hi), P(work_lo), P(work_hi));
}

static bool in_ids(const char *ids, int64_t id)
{
    for (const char *at = ids; at && *at; at += strcspn(at, ","), at += *at == ',') {
        int64_t n = 0;
        for (const char *d = at; *d >= '0' && *d <= '9'; d++)
            n = n * 10 + (*d - '0');
        if (n == id)
            return true;
    }
    return false;
}

enum err manifest_add(struct ctx *cx)
{
    const struct passengers_input *in = cx->in;
    struct rows batch, offers;
    int64_t added = 0;

    TRY(planned_batch(cx, &batch));
    if (!in->offer_ids && in->all_accepted != 1)
        return fail_field(cx, "offer_ids", "field.required", "%s",
                          T("请选择人员", "choose the people"));
    TRY(free_offers(cx, &batch, &offers));
    for (int i = 0; i < offers.n && added < MANIFEST_MAX; i++) {
        IN p = { .batch_id = cx->id,
                 .person_id = row_int(&offers, i, "person_id"),
                 .offer_id = row_int(&offers, i, "id"),
                 .employer_id = row_int(&offers, i, "employer_id"),
                 .home = row_int(&offers, i, "home"),
                 .work = row_int(&offers, i, "work"),
                 .state = "LISTED" };
        int64_t id;
        if (in->all_accepted != 1 && !in_ids(in->offer_ids, p.offer_id))
            continue;
        TRY(record_insert(cx, &passenger_record, &p, &id));
        added++;
    }
    if (added == 0)
        return hint(cx,
                    fail(cx, E_CONFLICT, "batch.nobody", "%s",
                         T("没有可加入的人员", "there is nobody to list")),
                    "%s",
                    T("只有已接受录用通知、且不在其他批次的人员可以加入",
                      "only people with an accepted offer who are on no other batch"));
    return reply_count(cx, "added", added);
}

enum err manifest_add_vehicle(struct ctx *cx)
{
    const struct vehicle_input *in = cx->in;
    struct rows batch;
    int64_t id = store_new_id(cx->store);

    TRY(planned_batch(cx, &batch));
    TRY(db_exec(
        cx,
        "INSERT INTO transfer_vehicle (id, batch_id, home, work, label, seats) SELECT $1, $2, $3, $4, $5, $6 WHERE SCOPE(transfer_vehicle home=$3, work=$4)",
        P(id), P(cx->id), P(row_int(&batch, 0, "home")), P(row_int(&batch, 0, "work")),
        P(in->label), P(in->seats)));
    json_object(cx->out);
    json_put_id(cx->out, "id", id);
    json_end(cx->out);
    return OK;
}

/* Seats in order of the villages, so that neighbours sit together and a leader has her people in
 * one coach. */
enum err manifest_seats(struct ctx *cx)
{
    struct rows batch, people, vehicles;
    int64_t seated = 0;
    int v = 0;
    int64_t seat = 1;

    TRY(planned_batch(cx, &batch));
    TRY(db_rows(
        cx, &vehicles,
        "SELECT id, seats FROM transfer_vehicle v WHERE SCOPE(transfer_vehicle v) AND v.batch_id = $1 ORDER BY v.id LIMIT 200",
        P(cx->id)));
    TRY(db_rows(
        cx, &people,
        "SELECT id FROM passenger q WHERE SCOPE(passenger q) AND q.batch_id = $1 AND q.state = 'LISTED' ORDER BY q.home, q.employer_id, q.id LIMIT 2000",
        P(cx->id)));
    TRY(db_exec(
        cx,
        "UPDATE passenger AS q SET vehicle_id = NULL, seat = NULL WHERE q.batch_id = $1 AND SCOPE(passenger q)",
        P(cx->id)));
    for (int i = 0; i < people.n && v < vehicles.n; i++) {
        TRY(db_exec(
            cx,
            "UPDATE passenger AS q SET vehicle_id = $1, seat = $2, version = version + 1, updated_at = $3 WHERE q.id = $4 AND SCOPE(passenger q)",
            P(row_int(&vehicles, v, "id")), P(seat), P(cx->now), P(row_int(&people, i, "id"))));
        seated++;
        if (++seat > row_int(&vehicles, v, "seats"))
            seat = 1, v++;
    }
    if (seated < people.n)
        return hint(cx,
                    fail(cx, E_CONFLICT, "batch.seats", T("还差 %d 个座位", "%d seats are missing"),
                         (int)(people.n - seated)),
                    "%s", T("请增加车辆", "add a vehicle"));
    return reply_count(cx, "seated", seated);
}

enum err manifest_set_leader(struct ctx *cx)
{
    const struct leader_input *in = cx->in;
    struct rows batch;

    TRY(record_load(cx, &batch_record, cx->id, &batch));
    TRY(db_exec(
        cx,
        "INSERT INTO transfer_leader (batch_id, township, home, work, name, phone) SELECT $1, $2, $3, $4, $5, $6"
        " WHERE SCOPE(transfer_leader home=$3, work=$4) ON CONFLICT (batch_id, township) DO UPDATE SET name = excluded.name, phone = excluded.phone",
        P(cx->id), P(in->township / 1000 * 1000), P(row_int(&batch, 0, "home")),
        P(row_int(&batch, 0, "work")), P(in->name), P(in->phone)));
    return reply_count(cx, "township", in->township / 1000 * 1000);
}

enum err manifest_check(struct ctx *cx, const struct rows *batch, const char *reason)
{
    struct rows r, towns;
    int64_t id = row_int(batch, 0, "id");

    (void)reason;
    TRY(db_one(
        cx, &r,
        "SELECT count(*) AS people, count(q.seat) AS seated FROM passenger q WHERE SCOPE(passenger q) AND q.batch_id = $1 AND q.state = 'LISTED'",
        P(id)));
    if (row_int(&r, 0, "people") == 0)
        return fail(cx, E_CONFLICT, "batch.nobody", "%s", T("名单为空", "nobody is listed"));
    if (!str_eq(row_text(batch, 0, "mode"), "SELF") &&
        row_int(&r, 0, "seated") < row_int(&r, 0, "people"))
        return hint(cx,
                    fail(cx, E_CONFLICT, "batch.seats",
                         T("还有 %d 人没有座位", "%d people have no seat"),
                         (int)(row_int(&r, 0, "people") - row_int(&r, 0, "seated"))),
                    "%s", T("请先排座", "assign the seats first"));
    TRY(townships(cx, id, &towns));
    for (int i = 0; i < towns.n; i++)
        if (row_int(&towns, i, "people") > LEADER_NEEDED_ABOVE && !row_text(&towns, i, "leader") &&
            row_int(&towns, i, "township") % 1000000 != 0)
            return hint(cx,
                        fail(cx, E_CONFLICT, "batch.leader",
                             T("%s 输转 %d 人，须指定 1 名带队人员",
                               "%s sends %d people and needs a leader"),
                             row_text(&towns, i, "township_name")
                                 ? row_text(&towns, i, "township_name")
                                 : "?",
                             (int)row_int(&towns, i, "people")),
                        "%s",
                        T("超过 20 人的乡镇须有带队人员",
                          "a township that sends more than 20 names a leader"));
    return OK;
}

/* --- on the way --- */
enum err manifest_depart(struct ctx *cx, const struct rows *batch, const char *reason)
{
    struct rows r;

    (void)reason;
    TRY(db_exec(
        cx,
        "UPDATE passenger AS q SET state = 'NO_SHOW', version = version + 1, updated_at = $1 WHERE q.batch_id = $2 AND q.state = 'LISTED' AND SCOPE(passenger q)",
        P(cx->now), P(row_int(batch, 0, "id"))));
    TRY(db_one(
        cx, &r,
        "SELECT count(*) AS n FROM passenger q WHERE SCOPE(passenger q) AND q.batch_id = $1 AND q.state = 'BOARDED'",
        P(row_int(batch, 0, "id"))));
    if (row_int(&r, 0, "n") == 0)
        return fail(cx, E_CONFLICT, "batch.nobody", "%s", T("无人登车", "nobody has boarded"));
    return OK;
}

/* Passengers of the batch in a state, narrowed to those asked for. */
static enum err chosen(struct ctx *cx, const char *state, struct rows *ret,
                       const struct check_off_input *in)
{
    if (!in->passenger_ids && in->all != 1)
        return fail_field(cx, "passenger_ids", "field.required", "%s",
                          T("请选择人员", "choose the people"));
    return db_rows(
        cx, ret,
        "SELECT q.id, q.person_id, q.offer_id, q.employer_id, q.home, q.work FROM passenger q WHERE SCOPE(passenger q) AND q.batch_id = $1 AND q.state = $2 ORDER BY q.id LIMIT 2000",
        P(cx->id), P(state));
}

static enum err set_state(struct ctx *cx, const struct rows *p, int i, const char *state)
{
    TRY(db_exec(
        cx,
        "UPDATE passenger AS q SET state = $1, version = version + 1, updated_at = $2 WHERE q.id = $3 AND SCOPE(passenger q)",
        P(state), P(cx->now), P(row_int(p, i, "id"))));
    return journal_append(cx, &(struct journal_entry){
                                  .kind = "passenger",
                                  .record_id = row_int(p, i, "id"),
                                  .action = state,
                                  .after = arena_printf(cx->mem, "{\"state\":\"%s\"}", state),
                                  .home = row_int(p, i, "home"),
                                  .work = row_int(p, i, "work"),
                                  .employer_id = row_int(p, i, "employer_id"),
                                  .person_id = row_int(p, i, "person_id") });
}

static enum err batch_in(struct ctx *cx, const char *state, const char *zh, const char *en)
{
    struct rows batch;

    TRY(record_load(cx, &batch_record, cx->id, &batch));
    if (!str_eq(row_text(&batch, 0, "state"), state))
        return fail(cx, E_CONFLICT, "state.wrong", "%s", T(zh, en));
    return OK;
}

enum err manifest_board(struct ctx *cx)
{
    const struct check_off_input *in = cx->in;
    struct rows r;
    int64_t n = 0;

    TRY(batch_in(cx, "APPROVED", "批准后才能登车", "boarding begins after approval"));
    TRY(chosen(cx, "LISTED", &r, in));
    for (int i = 0; i < r.n; i++)
        if (in->all == 1 || in_ids(in->passenger_ids, row_int(&r, i, "id"))) {
            TRY(set_state(cx, &r, i, "BOARDED"));
            TRY(person_set_situation(cx, row_int(&r, i, "person_id"), row_int(&r, i, "work"),
                                     row_int(&r, i, "employer_id"), "IN_TRANSFER"));
            n++;
        }
    return reply_count(cx, "boarded", n);
}

enum err manifest_arrive(struct ctx *cx)
{
    const struct check_off_input *in = cx->in;
    struct rows r;
    int64_t n = 0;

    TRY(batch_in(cx, "ARRIVED", "到达后才能核对", "the batch has not arrived"));
    TRY(chosen(cx, "BOARDED", &r, in));
    for (int i = 0; i < r.n; i++)
        if (in->all == 1 || in_ids(in->passenger_ids, row_int(&r, i, "id"))) {
            TRY(set_state(cx, &r, i, "ARRIVED"));
            n++;
        }
    return reply_count(cx, "arrived", n);
}

/* The station and the employer sign: the journey ends and the placement begins, in one transaction.
 */
static enum err hand_over_one(struct ctx *cx, const struct rows *r, int i, const char *on)
{
    struct placement_input *p = NEW(cx->mem, struct placement_input);
    struct rows post;
    int64_t id;

    TRY(db_one(
        cx, &post,
        "SELECT j.id, j.is_reserved, j.newcomer_pay_fen, j.pay_low_fen FROM job_post j JOIN offer o ON o.post_id = j.id"
        " WHERE SCOPE_NOT(job_post 'the passenger is in scope') AND SCOPE_NOT(offer 'the passenger is in scope') AND o.id = $1",
        P(row_int(r, i, "offer_id"))));
    TRY(set_state(cx, r, i, "HANDED_OVER"));
    fields_clear(placement_record.fields, p);
    p->person_id = row_int(r, i, "person_id");
    p->employer_id = row_int(r, i, "employer_id");
    p->post_id = row_int(&post, 0, "id");
    p->offer_id = row_int(r, i, "offer_id");
    p->work = row_int(r, i, "work");
    p->channel = "ORGANISED";
    p->is_reserved = row_int(&post, 0, "is_reserved");
    p->wage_fen = row_int(&post, 0, "newcomer_pay_fen") != NONE
                      ? row_int(&post, 0, "newcomer_pay_fen")
                      : row_int(&post, 0, "pay_low_fen");
    p->start_on = on;
    return placement_start(cx, p, &id);
}

enum err manifest_hand_over(struct ctx *cx)
{
    const struct check_off_input *in = cx->in;
    const char *on = in->on ? in->on : date_text(cx->mem, cx->today);
    struct rows batch, r, left;
    int64_t n = 0;

    TRY(record_load(cx, &batch_record, cx->id, &batch));
    if (!str_eq(row_text(&batch, 0, "state"), "ARRIVED"))
        return fail(cx, E_CONFLICT, "state.wrong", "%s",
                    T("到达后才能交接", "the batch has not arrived"));
    TRY(chosen(cx, "ARRIVED", &r, in));
    for (int i = 0; i < r.n; i++)
        if (in->all == 1 || in_ids(in->passenger_ids, row_int(&r, i, "id"))) {
            TRY(hand_over_one(cx, &r, i, on));
            n++;
        }
    TRY(db_one(
        cx, &left,
        "SELECT count(*) AS n FROM passenger q WHERE SCOPE_NOT(passenger 'the batch is done when nobody is left') AND q.batch_id = $1 AND q.state IN ('BOARDED', 'ARRIVED')",
        P(cx->id)));
    if (row_int(&left, 0, "n") == 0)
        TRY(db_exec(
            cx,
            "UPDATE transfer_batch AS b SET state = 'HANDED_OVER', version = version + 1, updated_at = $1 WHERE b.id = $2 AND b.state = 'ARRIVED' AND SCOPE(transfer_batch b)",
            P(cx->now), P(cx->id)));
    return reply_count(cx, "handed_over", n);
}
