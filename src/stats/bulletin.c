/* bulletin.c — the monthly bulletin (通报): one table by county. Each column is computed for the
 * counties and for the whole from the same groups. */
#include "stats/stats.h"

#include <stdlib.h>

#include "divisions/divisions.h"
#include "targets/targets.h"

const struct field bulletin_fields[] = {
    PARAM(struct bulletin_input, year, FIELD_INT, "年度", "Year", .min = 1996, .max = 2100),
    PARAM(struct bulletin_input, month, FIELD_INT, "月", "Month", .min = 1, .max = 12),
    PARAM(struct bulletin_input, pairing_id, FIELD_ID, "结对关系", "Pairing", .refers = "pairing"),
    PARAM(struct bulletin_input, by, FIELD_CHOICE, "分列", "Listed by", .choices = figure_sides),
    { 0 },
};

/* What is said of an indicator (P57): of a flow the month, the year so far and the change since the
 * month before; of a stock the level and its change; of both completion and the share of last year.
 */
enum part { PART_MONTH, PART_NOW, PART_GOAL, PART_RATE, PART_SHARE, PART_CHANGE, PART_COUNT };
static const char *const part_ids[] = { "month", "now", "goal", "rate", "share", "change" };
static const struct {
    const char *indicator;
    unsigned parts;
} shown[] = {
    { "transferred_east", 1 << PART_MONTH | 1 << PART_NOW | 1 << PART_GOAL | 1 << PART_RATE |
                              1 << PART_SHARE | 1 << PART_CHANGE },
    { "transferred_east_registered", 1 << PART_MONTH | 1 << PART_NOW },
    { "placed_near_home", 1 << PART_MONTH | 1 << PART_NOW | 1 << PART_GOAL | 1 << PART_RATE },
    { "in_work", 1 << PART_NOW | 1 << PART_SHARE | 1 << PART_CHANGE },
    { "stable_3m", 1 << PART_NOW | 1 << PART_CHANGE },
    { "paid_yuan", 1 << PART_MONTH | 1 << PART_NOW },
};

/* One indicator over the four periods that its parts need. */
struct series {
    const struct indicator *indicator;
    unsigned parts;
    enum side side;
    struct figure month, now, last_year, before;
    int goals;
    struct target_line *targets;
};

static enum err count_series(struct ctx *cx, struct series *s, int year, int month,
                             int64_t pairing_id)
{
    struct month m = { (int16_t)year, (int8_t)month }, previous = month_add(m, -1);
    bool is_stock = s->indicator->is_stock;
    struct figure_query q = figure_period(year, month, (struct date){ 0 }, cx->today), now = q,
                        last, before;

    now.from = date_make(year, 1, 1);
    last = figure_period(year - 1, 0, (struct date){ 0 }, cx->today);
    before = figure_period(previous.year, previous.month, (struct date){ 0 }, cx->today);
    q.pairing_id = now.pairing_id = last.pairing_id = before.pairing_id = pairing_id;
    TRY(figure_count(cx, s->indicator, &now, &s->now));
    TRY(figure_count(cx, s->indicator, is_stock ? &now : &q, &s->month));
    if (s->parts & 1 << PART_SHARE)
        TRY(figure_count(cx, s->indicator, &last, &s->last_year));
    if (s->parts & 1 << PART_CHANGE)
        TRY(figure_count(cx, s->indicator, &before, &s->before));
    return OK;
}

static int64_t goal_of(const struct series *s, int64_t division)
{
    for (int k = 0; k < s->goals; k++)
        if (s->targets[k].division == division && str_eq(s->targets[k].indicator, s->indicator->id))
            return s->targets[k].goal;
    return NONE;
}

static void put_cell(struct ctx *cx, const struct series *s, enum part part, int64_t division,
                     int64_t goal)
{
    struct json *j = cx->out;
    int64_t now = figure_sum(&s->now, division, s->side).value,
            month = figure_sum(&s->month, division, s->side).value, whole, percent;

    json_key(j, arena_printf(cx->mem, "%s:%s", s->indicator->id, part_ids[part]));
    json_object(j);
    switch (part) {
    case PART_MONTH:
        json_put_int(j, "value", month);
        json_put_str(j, "rows_url",
                     figure_rows_url(cx, s->indicator, &s->month.query, division, s->side));
        break;
    case PART_NOW:
        json_put_int(j, "value", now);
        json_put_str(j, "rows_url",
                     figure_rows_url(cx, s->indicator, &s->now.query, division, s->side));
        break;
    case PART_GOAL:
        json_put_int(j, "value", goal);
        break;
    case PART_RATE:
    case PART_SHARE:
        whole = part == PART_RATE ? goal : figure_sum(&s->last_year, division, s->side).value;
        percent = whole == NONE ? NONE : target_rate(now, whole);
        json_put_int(j, "percent", percent);
        json_key(j, "value");
        if (percent == NONE)
            json_null(j);
        else
            json_real(j, (double)percent / 100);
        break;
    case PART_CHANGE:
        json_put_int(j, "value", month - figure_sum(&s->before, division, s->side).value);
        break;
    case PART_COUNT:
        break;
    }
    json_end(j);
}

/* division NONE is the total; its goal is the one of the whole agreement, which stands at `root`.
 */
static void put_cells(struct ctx *cx, const struct series *all, int n, int64_t division,
                      int64_t root)
{
    json_key(cx->out, "cells");
    json_object(cx->out);
    for (int k = 0; k < n; k++)
        for (int part = 0; part < PART_COUNT; part++)
            if (all[k].parts & 1U << part)
                put_cell(cx, &all[k], (enum part)part, division,
                         goal_of(&all[k], division == NONE ? root : division));
    json_end(cx->out);
}

static void put_columns(struct ctx *cx, const struct series *all, int n)
{
    static const char *const zh[] = { "本月", "累计", "任务", "完成率", "占上年", "比上月" };
    static const char *const en[] = { "this month", "to date",      "goal",
                                      "completion", "of last year", "change on the month" };
    struct json *j = cx->out;

    json_key(j, "columns");
    json_array(j);
    for (int k = 0; k < n; k++)
        for (int part = 0; part < PART_COUNT; part++) {
            const struct indicator *i = all[k].indicator;
            bool is_share = part == PART_RATE || part == PART_SHARE;
            if (!(all[k].parts & 1U << part))
                continue;
            json_object(j);
            json_put_str(j, "id", arena_printf(cx->mem, "%s:%s", i->id, part_ids[part]));
            json_put_str(j, "indicator", i->id);
            json_put_str(j, "zh",
                         arena_printf(cx->mem, "%s·%s", i->zh,
                                      part == PART_NOW && i->is_stock ? "现有" : zh[part]));
            json_put_str(j, "en",
                         arena_printf(cx->mem, "%s, %s", i->en,
                                      part == PART_NOW && i->is_stock ? "now" : en[part]));
            json_put_str(j, "unit", is_share ? "rate" : measure_code(i->measure));
            json_put_str(j, "definition_zh", i->definition_zh);
            json_put_str(j, "definition_en", i->definition_en);
            json_end(j);
        }
    json_end(j);
}

static int by_code(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Every county that any column speaks of, sorted; where a place is known no closer than its city,
 * the city, which then stands before its counties as their subtotal. */
static int64_t *counties_of(struct ctx *cx, const struct series *all, int n, int *ret_n)
{
    int64_t *codes;
    int room = 1, count = 0, unique = 0;

    for (int k = 0; k < n; k++)
        room += all[k].now.n + all[k].month.n + all[k].last_year.n + all[k].before.n;
    codes = NEW_ARRAY(cx->mem, int64_t, room);
    for (int k = 0; k < n; k++) {
        const struct figure *of[] = { &all[k].now, &all[k].month, &all[k].last_year,
                                      &all[k].before };
        for (size_t f = 0; f < ARRAY_LEN(of); f++)
            for (int g = 0; g < of[f]->n; g++) {
                int64_t code =
                    all[k].side == SIDE_WORK ? of[f]->groups[g].work : of[f]->groups[g].home;
                if (code != NONE)
                    codes[count++] = division_county(code);
            }
    }
    qsort(codes, (size_t)count, sizeof *codes, by_code);
    for (int k = 0; k < count; k++)
        if (unique == 0 || codes[unique - 1] != codes[k])
            codes[unique++] = codes[k];
    *ret_n = unique;
    return codes;
}

static enum err read_series(struct ctx *cx, const struct bulletin_input *in, int year, int month,
                            struct series *all, int *ret_n)
{
    struct target_line *targets = NULL;
    int goals = 0, n = 0;

    if (in->pairing_id != NONE)
        TRY(targets_of(cx, in->pairing_id, year, &targets, &goals));
    for (size_t k = 0; k < ARRAY_LEN(shown); k++) {
        struct series s = { .parts = shown[k].parts,
                            .side = in->by ? figure_side(in->by) : stats_own_side(cx),
                            .goals = goals,
                            .targets = targets };
        TRY(indicator_find(cx, shown[k].indicator, &s.indicator));
        TRY(count_series(cx, &s, year, month, in->pairing_id));
        all[n++] = s;
    }
    *ret_n = n;
    return OK;
}

enum err stats_bulletin(struct ctx *cx)
{
    const struct bulletin_input *in = cx->in;
    int year = in->year == NONE ? cx->today.year : (int)in->year,
        month = in->month == NONE ? cx->today.month : (int)in->month;
    struct series all[ARRAY_LEN(shown)];
    struct rows pairing;
    int64_t root = NONE, *counties;
    int n, m;

    if (in->pairing_id != NONE) {
        TRY(db_one(cx, &pairing, "SELECT home FROM pairing WHERE id = $1", P(in->pairing_id)));
        root = row_int(&pairing, 0, "home");
    }
    TRY(read_series(cx, in, year, month, all, &n));
    counties = counties_of(cx, all, n, &m);
    json_object(cx->out);
    json_put_int(cx->out, "year", year);
    json_put_int(cx->out, "month", month);
    json_put_str(cx->out, "as_of", date_text(cx->mem, all[0].now.query.to));
    put_columns(cx, all, n);
    json_key(cx->out, "items");
    json_array(cx->out);
    for (int k = 0; k < m; k++) {
        json_object(cx->out);
        json_put_id(cx->out, "division", counties[k]);
        json_put_str(cx->out, "division_name", division_full_name(cx, counties[k]));
        json_put_bool(cx->out, "is_subtotal",
                      k + 1 < m && division_within(counties[k + 1], counties[k]));
        put_cells(cx, all, n, counties[k], root);
        json_end(cx->out);
    }
    json_end(cx->out);
    json_key(cx->out, "total");
    json_object(cx->out);
    put_cells(cx, all, n, NONE, root);
    json_end(cx->out);
    json_end(cx->out);
    return OK;
}
