/* policy_days.h — facts in day numbers: what all policies ask of one beneficiary's facts alike,
 * worked out once. Only for the engine. Days are numbers since 1970, intervals half-open. */
#pragma once
#include "policy/policy_eval.h"

enum { DAY_NEVER = INT32_MAX, ROOM_INLINE = 16384 };

/* Memory that goes when the beneficiary is decided on: a piece of the stack, and an arena for the
 * few with a history too long for it. */
struct room {
    struct arena *spill;
    size_t used;
    _Alignas(16) unsigned char bytes[ROOM_INLINE];
};

/* Not zeroed. */
void *room_take(struct room *r, size_t size);
/* What was taken last needs only the first `size` bytes. */
void room_trim(struct room *r, const void *taken, size_t size);
#define ROOM_ARRAY(r, type, n) ((type *)room_take((r), sizeof(type) * (size_t)(n)))

struct day_status {
    uint32_t bit;         /* 1 << enum policy_status */
    int32_t first, after; /* after DAY_NEVER: still */
};

struct day_spell {
    int32_t first, last; /* days worked; last DAY_NEVER: still working */
    int32_t rows;        /* the first row of months that is not before the one it starts in */
    int32_t piece, piece_count;
    int32_t unverified; /* pieces of these that are not confirmed */
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
};

struct time_line;

struct fact_days {
    const struct policy_facts *facts;
    struct date as_of_date;
    int32_t as_of, month;           /* the day, and the first of its month */
    int32_t year_first, year_after; /* 1 January of the benefit year and of the next */
    int16_t year;
    const struct day_status *statuses; /* as many as the facts have, as are: */
    const struct day_spell *spells;
    const struct day_month *months;
    const struct day_piece *pieces;
    int piece_count;
    struct time_line *lines; /* built so far (policy_time.h) */
    struct room room;
};

/* Sets everything. The facts must stay; release it afterwards. */
void fact_days_read(struct fact_days *ret, const struct policy_facts *f, struct date as_of);
void fact_days_release(struct fact_days *x);

/* Is the month of this spell confirmed? *row goes along in a walk in order of months. */
enum policy_month_state month_state(const struct fact_days *x, int32_t month, int32_t spell,
                                    int32_t *row);

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

static inline struct time_month time_month_on(int32_t day)
{
    struct date d = date_from_days(day);
    struct time_month m = { .number = month_number((struct month){ d.year, d.month }),
                            .first = day - d.day + 1 };

    m.after = m.first + month_length(m.number);
    return m;
}

/* As date_add_months: the same day of the month n months on, or the last of a shorter one. */
static inline int32_t day_add_months(int32_t day, int32_t n)
{
    struct date d = date_from_days(day);
    int32_t number = month_number((struct month){ d.year, d.month }) + n;
    struct date then = { (int16_t)(number / 12), (int8_t)(number % 12 + 1), 0 };

    then.day = (int8_t)MIN(d.day, days_in_month(then.year, then.month));
    return date_to_days(then);
}

static inline void time_month_step(struct time_month *m)
{
    m->first = m->after;
    m->after += month_length(++m->number);
}
