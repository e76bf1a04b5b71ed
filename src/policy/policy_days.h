/* policy_days.h — facts in day numbers: what all policies ask of one beneficiary's facts alike,
 * worked out once. Only for the engine. Days are numbers since 1970, intervals half-open. */
#pragma once
#include "policy/policy_plan.h"

enum { ROOM_INLINE = 16384 };

/* Memory that goes when the beneficiary is decided on: a piece of the stack, and an arena for the
 * few with a history too long for it. */
struct room {
    struct arena *spill;
    size_t used;
    _Alignas(16) unsigned char bytes[ROOM_INLINE];
};

void *room_spill(struct room *r, size_t size);

/* Not zeroed. */
static inline void *room_take(struct room *r, size_t size)
{
    size_t want = (size + 15) & ~(size_t)15;
    void *p = r->bytes + r->used;

    if (want > sizeof r->bytes - r->used)
        return room_spill(r, size);
    r->used += want;
    return p;
}

/* What was taken last needs only the first `size` bytes. */
static inline void room_trim(struct room *r, const void *taken, size_t size)
{
    const unsigned char *p = taken;

    if (p >= r->bytes && p < r->bytes + sizeof r->bytes)
        r->used = (size_t)(p - r->bytes) + ((size + 15) & ~(size_t)15);
}

#define ROOM_ARRAY(r, type, n) ((type *)room_take((r), sizeof(type) * (size_t)(n)))

struct day_status {
    uint32_t bit;         /* 1 << enum policy_status */
    int32_t first, after; /* after DAY_NEVER: still */
};

struct day_spell {
    int32_t first, last; /* days worked; last DAY_NEVER: still working */
    int32_t rows;        /* the first row of months that is not before the one it starts in */
    int32_t piece, piece_count;
    uint32_t traits; /* bits 1 << TRAIT_… (policy_plan.h) */
};

/* The days of a calendar month worked in a spell that began by the as-of day; months without
 * evidence that the person worked are left out. The month in which the as-of day lies is not over
 * and nobody can have confirmed it yet: it counts by the dates of the spell, as if confirmed. */
struct day_piece {
    int32_t from, to;
    bool is_confirmed; /* false: the month is over and nobody verified it */
};

/* A row of the months that the facts have: calendar month [first, after). */
struct day_month {
    int32_t number; /* years * 12 + months */
    int32_t first, after;
    int32_t spell; /* -1: none that there is */
    enum policy_month_state state;
    bool is_insured;
};

/* Days that are all of one spell. */
struct time_segment {
    int32_t from, to;
    int32_t spell;
};

/* Dates and months by table: whoever decides on many converts them by the hundred a person. */
struct calendar {
    const struct date *dates; /* of the days from `first` on */
    const int32_t *months;    /* first days of the months from `number` on, one more than counted */
    int32_t first, number;
    uint32_t day_count, month_count; /* 0: no table */
};
/* Fifty years from 2000; what lies outside is worked out, as all is without a table. */
struct calendar calendar_make(struct arena *mem);

struct time_line;

struct fact_days {
    const struct policy_facts *facts;
    struct calendar calendar;
    struct date as_of_date;
    int32_t as_of, month;           /* the day, and the first of its month */
    int32_t year_first, year_after; /* 1 January of the benefit year and of the next */
    int16_t year;
    const struct day_status *statuses; /* as many as the facts have, as are: */
    const struct day_spell *spells;
    const struct day_month *months;
    const struct day_piece *pieces;
    const struct time_segment *unverified; /* those that are not confirmed, spell by spell */
    int piece_count, unverified_count;
    struct time_line *lines; /* built so far (policy_time.h) */
    struct room room;
};

/* Sets everything. The facts and the calendar must stay; release it afterwards. */
void fact_days_read(struct fact_days *ret, const struct policy_facts *f, struct date as_of,
                    struct calendar calendar);
void fact_days_release(struct fact_days *x);

/* --- days, months and dates --- */
/* A calendar month as days [first, after). */
struct time_month {
    int32_t number, first, after;
};

static inline int32_t month_number(struct month m)
{
    return m.year * 12 + m.month - 1;
}

static inline int32_t month_length(int32_t number)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    int32_t month = number % 12;

    return days[month] + (month == 1 && year_is_leap(number / 12));
}

/* The day as a date; none for DAY_NEVER and INT32_MIN. */
static inline struct date calendar_date(struct calendar c, int32_t day)
{
    uint32_t i = (uint32_t)day - (uint32_t)c.first;

    return i < c.day_count ? c.dates[i] : date_from_days(day);
}

static inline struct date date_on(const struct fact_days *x, int32_t day)
{
    return calendar_date(x->calendar, day);
}

static inline struct time_month time_month_on(const struct fact_days *x, int32_t day)
{
    struct date d = date_on(x, day);
    struct time_month m = { .number = month_number((struct month){ d.year, d.month }),
                            .first = day - d.day + 1 };

    m.after = m.first + month_length(m.number);
    return m;
}

static inline void calendar_step(struct calendar c, struct time_month *m)
{
    uint32_t i = (uint32_t)(++m->number - c.number);

    m->first = m->after;
    m->after = i < c.month_count ? c.months[i + 1] : m->after + month_length(m->number);
}

/* As date_add_months: the same day of the month n months on, or the last of a shorter one. */
static inline int32_t day_add_months(const struct fact_days *x, int32_t day, int32_t n)
{
    struct date d = date_on(x, day);
    int32_t number = month_number((struct month){ d.year, d.month }) + n;
    struct date then = { (int16_t)(number / 12), (int8_t)(number % 12 + 1), 0 };

    then.day = (int8_t)MIN(d.day, days_in_month(then.year, then.month));
    return date_to_days(then);
}

/* A walk through the rows in order of months. */
struct month_walk {
    const struct day_month *row, *end;
};

/* From the month in which the spell starts. */
static inline struct month_walk month_walk(const struct fact_days *x, const struct day_spell *s)
{
    return (struct month_walk){ x->months + s->rows, x->months + x->facts->month_count };
}

/* Is that month of the spell confirmed? Ask for one month after the other. */
static inline enum policy_month_state month_state(struct month_walk *w, int32_t month,
                                                  int32_t spell)
{
    enum policy_month_state state = MONTH_UNKNOWN;

    while (w->row < w->end && w->row->number < month)
        w->row++;
    for (const struct day_month *m = w->row; m < w->end && m->number == month; m++) {
        if (m->spell == spell)
            state = m->state;
    }
    return state;
}
