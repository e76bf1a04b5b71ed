/* policy_days.c — facts into day numbers. Dates are for people: twenty policies that each turn them
 * into days, and find the months of each spell again, spend most of their time on that. */
#include "policy/policy_days.h"

void *room_spill(struct room *r, size_t size)
{
    if (!r->spill)
        r->spill = arena_new();
    return arena_alloc(r->spill, size);
}

struct calendar calendar_make(struct arena *mem)
{
    enum { YEAR = 2000, YEARS = 50, MONTHS = 12 * YEARS };
    int32_t first = date_to_days(date_make(YEAR, 1, 1));
    int32_t n = date_to_days(date_make(YEAR + YEARS, 1, 1)) - first;
    struct date *dates = NEW_ARRAY(mem, struct date, n);
    int32_t *months = NEW_ARRAY(mem, int32_t, MONTHS + 1);

    for (int32_t i = 0; i < n; i++)
        dates[i] = date_from_days(first + i);
    months[0] = first;
    for (int32_t i = 0; i < MONTHS; i++)
        months[i + 1] = months[i] + month_length(12 * YEAR + i);
    return (struct calendar){ .dates = dates,
                              .months = months,
                              .first = first,
                              .number = 12 * YEAR,
                              .day_count = (uint32_t)n,
                              .month_count = MONTHS };
}

static void read_statuses(struct fact_days *x)
{
    const struct policy_facts *f = x->facts;
    struct day_status *s = ROOM_ARRAY(&x->room, struct day_status, f->status_count);

    x->statuses = s;
    for (int i = 0; i < f->status_count; i++, s++) {
        const struct policy_status_row *row = &f->statuses[i];

        s->bit = 1u << row->status;
        s->first = date_to_days(row->from);
        s->after = date_is_none(row->until) ? DAY_NEVER : date_to_days(row->until) + 1;
    }
}

static void read_months(struct fact_days *x)
{
    const struct policy_facts *f = x->facts;
    const struct policy_month *row = f->months, *end = row + f->month_count;
    struct day_month *m = ROOM_ARRAY(&x->room, struct day_month, f->month_count);
    struct calendar calendar = x->calendar;
    int32_t spells = f->spell_count;
    struct time_month at;

    x->months = m;
    if (row < end)
        at = time_month_on(x, date_to_days(month_first_day(row->month)));
    for (; row < end; row++, m++) {
        while (at.number < month_number(row->month))
            calendar_step(calendar, &at);
        *m = (struct day_month){ .number = at.number,
                                 .first = at.first,
                                 .after = at.after,
                                 .spell = row->spell < 0 || row->spell >= spells ? -1 : row->spell,
                                 .state = row->state,
                                 .is_insured = row->insured };
    }
}

/* Most of a spell's months can have a piece. */
static int most_pieces(const struct fact_days *x, const struct day_spell *s)
{
    int32_t last = MIN(s->last, x->as_of);

    return last < s->first ? 0 : (last - s->first) / 28 + 2;
}

static struct day_piece *add_pieces(const struct fact_days *x, int32_t spell,
                                    const struct day_spell *s, struct day_piece *p)
{
    struct calendar calendar = x->calendar;
    struct month_walk rows = month_walk(x, s);
    struct time_month m = time_month_on(x, s->first);
    int32_t to = MIN(s->last, DAY_NEVER - 1) + 1, as_of = x->as_of, this_month = x->month;

    for (int32_t from = s->first; from < to && from <= as_of; calendar_step(calendar, &m)) {
        enum policy_month_state state = month_state(&rows, m.number, spell);
        bool is_confirmed = state == MONTH_CONFIRMED || m.first >= this_month;

        if (state != MONTH_NOT_WORKING)
            *p++ = (struct day_piece){ from, MIN(to, m.after), is_confirmed };
        from = m.after;
    }
    return p;
}

static void read_unverified(struct fact_days *x)
{
    struct time_segment *u = ROOM_ARRAY(&x->room, struct time_segment, x->piece_count), *first = u;

    x->unverified = u;
    for (int32_t i = 0; i < x->facts->spell_count; i++) {
        const struct day_piece *p = &x->pieces[x->spells[i].piece];

        for (const struct day_piece *end = p + x->spells[i].piece_count; p < end; p++) {
            *u = (struct time_segment){ p->from, p->to, i };
            u += !p->is_confirmed;
        }
    }
    x->unverified_count = (int)(u - first);
    room_trim(&x->room, first, sizeof *first * (size_t)x->unverified_count);
}

static void read_spells(struct fact_days *x)
{
    const struct policy_facts *f = x->facts;
    struct day_spell *spells = ROOM_ARRAY(&x->room, struct day_spell, f->spell_count);
    struct day_piece *pieces, *p;
    int rows = 0, most = 0;

    for (int i = 0; i < f->spell_count; i++) {
        const struct policy_spell *row = &f->spells[i];
        struct day_spell *s = &spells[i];
        int32_t month = month_number((struct month){ row->start.year, row->start.month });

        while (rows < f->month_count && x->months[rows].number < month)
            rows++;
        s->first = date_to_days(row->start);
        s->last = date_is_none(row->end) ? DAY_NEVER : date_to_days(row->end);
        s->rows = rows;
        s->traits = spell_traits(f, row);
        most += most_pieces(x, s);
    }
    p = pieces = ROOM_ARRAY(&x->room, struct day_piece, most);
    for (int i = 0; i < f->spell_count; i++) {
        spells[i].piece = (int32_t)(p - pieces);
        p = add_pieces(x, i, &spells[i], p);
        spells[i].piece_count = (int32_t)(p - pieces) - spells[i].piece;
    }
    assert(p - pieces <= most);
    x->spells = spells;
    x->pieces = pieces;
    x->piece_count = (int)(p - pieces);
    room_trim(&x->room, pieces, sizeof *pieces * (size_t)x->piece_count);
    read_unverified(x);
}

void fact_days_read(struct fact_days *ret, const struct policy_facts *f, struct date as_of,
                    struct calendar calendar)
{
    ret->facts = f;
    ret->calendar = calendar;
    ret->as_of_date = as_of;
    ret->as_of = date_to_days(as_of);
    ret->month = ret->as_of - as_of.day + 1;
    ret->year = f->year ? f->year : as_of.year;
    ret->year_first = date_to_days(date_make(ret->year, 1, 1));
    ret->year_after = ret->year_first + 365 + year_is_leap(ret->year);
    ret->lines = NULL;
    ret->room.spill = NULL;
    ret->room.used = 0;
    read_statuses(ret);
    read_months(ret);
    read_spells(ret);
}

void fact_days_release(struct fact_days *x)
{
    arena_free(x->room.spill);
    x->room.spill = NULL;
}
