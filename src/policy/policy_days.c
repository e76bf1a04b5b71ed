/* policy_days.c — facts into day numbers. Dates are for people: twenty policies that each turn them
 * into days, and find the months of each spell again, spend most of their time on that. */
#include "policy/policy_days.h"

void *room_take(struct room *r, size_t size)
{
    size_t want = (size + 15) & ~(size_t)15;
    void *p = r->bytes + r->used;

    if (want > sizeof r->bytes - r->used) {
        if (!r->spill)
            r->spill = arena_new();
        return arena_alloc(r->spill, size);
    }
    r->used += want;
    return p;
}

void room_trim(struct room *r, const void *taken, size_t size)
{
    const unsigned char *p = taken;

    if (p >= r->bytes && p < r->bytes + sizeof r->bytes)
        r->used = (size_t)(p - r->bytes) + ((size + 15) & ~(size_t)15);
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
    struct day_month *m = ROOM_ARRAY(&x->room, struct day_month, f->month_count);
    struct time_month at;

    x->months = m;
    if (f->month_count)
        at = time_month_on(date_to_days(month_first_day(f->months[0].month)));
    for (int i = 0; i < f->month_count; i++, m++) {
        const struct policy_month *row = &f->months[i];

        while (at.number < month_number(row->month))
            time_month_step(&at);
        m->number = at.number;
        m->first = at.first;
        m->after = at.after;
        m->spell = row->spell >= 0 && row->spell < f->spell_count ? row->spell : -1;
        m->state = row->state;
    }
}

enum policy_month_state month_state(const struct fact_days *x, int32_t month, int32_t spell,
                                    int32_t *row)
{
    enum policy_month_state state = MONTH_UNKNOWN;
    int32_t i = *row, n = x->facts->month_count;

    while (i < n && x->months[i].number < month)
        i++;
    *row = i;
    for (; i < n && x->months[i].number == month; i++) {
        if (x->months[i].spell == spell)
            state = x->months[i].state;
    }
    return state;
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
    struct date start = x->facts->spells[spell].start;
    struct time_month m = { .number = month_number((struct month){ start.year, start.month }),
                            .first = s->first - start.day + 1 };
    int32_t row = s->rows, to = MIN(s->last, DAY_NEVER - 1) + 1;

    if (s->first > x->as_of)
        return p;
    m.after = m.first + month_length(m.number);
    for (int32_t from = s->first; from < to && m.first <= x->as_of; time_month_step(&m)) {
        enum policy_month_state state = month_state(x, m.number, spell, &row);
        bool is_over = m.first < x->month;

        if (state == MONTH_CONFIRMED || state == MONTH_UNKNOWN)
            *p++ =
                (struct day_piece){ from, MIN(to, m.after), state == MONTH_CONFIRMED || !is_over };
        from = m.after;
    }
    return p;
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
        most += most_pieces(x, s);
    }
    p = pieces = ROOM_ARRAY(&x->room, struct day_piece, most);
    for (int i = 0; i < f->spell_count; i++) {
        struct day_piece *first = p;

        p = add_pieces(x, i, &spells[i], p);
        spells[i].piece = (int32_t)(first - pieces);
        spells[i].piece_count = (int32_t)(p - first);
        spells[i].unverified = 0;
        for (; first < p; first++)
            spells[i].unverified += !first->is_confirmed;
    }
    assert(p - pieces <= most);
    x->spells = spells;
    x->pieces = pieces;
    x->piece_count = (int)(p - pieces);
    room_trim(&x->room, pieces, sizeof *pieces * (size_t)x->piece_count);
}

void fact_days_read(struct fact_days *ret, const struct policy_facts *f, struct date as_of)
{
    ret->facts = f;
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
