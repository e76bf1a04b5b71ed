/* date.h — calendar days, months and instants as plain values. No time zone database and no libc
 * time: a day is a day in China (UTC+8 all year), an instant is UTC seconds since 1970.
 *
 * Years 1 to 9999. {0} is "no date" (date_is_none); it sorts before every day, formats as "",
 * and date_add_* of it is again no date. Results that would leave the range are no date. */
#pragma once
#include "base/base.h"

struct date {
    int16_t year;
    int8_t month, day;
};

/* A calendar month, "YYYY-MM"; {0} is none. */
struct month {
    int16_t year;
    int8_t month;
};

/* --- days --- */
static inline bool year_is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline int days_in_month(int year, int month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    assert(month >= 1 && month <= 12);
    return days[month - 1] + (month == 2 && year_is_leap(year));
}

static inline bool date_is_none(struct date d)
{
    return d.year == 0 && d.month == 0 && d.day == 0;
}

/* Days since 1970-01-01. The date must be valid. Years begin on 1 March here, so that the leap day
 * is the last of its year: 719 468 days lie between 1 March of year 0 and 1970, 146 097 are 400
 * years. In the header because evaluating policies does it by the million. */
static inline int32_t date_to_days(struct date d)
{
    assert(d.year >= 1 && d.year <= 9999 && d.month >= 1 && d.month <= 12 && d.day >= 1 &&
           (d.day <= 28 || d.day <= days_in_month(d.year, d.month)));
    uint32_t is_early = d.month <= 2; /* January and February end the year that began in March */
    uint32_t year = (uint32_t)d.year - is_early, month = (uint32_t)d.month + 12 * is_early;
    uint32_t century = year / 100;

    /* (979 m - 2919) / 32 is the number of days before month m, March being 3. */
    return (int32_t)(1461 * year / 4 - century + century / 4 + (979 * month - 2919) / 32) + d.day -
           1 - 719468;
}

static inline struct date date_from_days(int64_t days)
{
    /* 0001-01-01 … 9999-12-31 */
    if (days < -719162 || days > 2932896)
        return (struct date){ 0 };
    /* Quarters of days, so that a century and a year have whole numbers of them; division by 1461
     * and the day within the month by multiplication (Neri and Schneider, Euclidean affine
     * functions and their application to calendar algorithms, 2022). */
    uint32_t n = 4 * (uint32_t)(days + 719468) + 3;
    uint32_t century = n / 146097, in_century = n % 146097 / 4 * 4 + 3;
    uint64_t product = 2939745ull * in_century;
    uint32_t day_of_year = (uint32_t)product / 2939745 / 4;
    uint32_t month_day = 2141 * day_of_year + 197913;
    uint32_t is_early = day_of_year >= 306; /* January or February of the next year */
    uint32_t year = 100 * century + (uint32_t)(product >> 32) + is_early;

    return (struct date){ (int16_t)year, (int8_t)((month_day >> 16) - 12 * is_early),
                          (int8_t)((month_day & 0xffff) / 2141 + 1) };
}

/* The date, or none when there is no such day (30 Feb). */
struct date date_make(int year, int month, int day);
bool date_valid(struct date d);
/* <0, 0, >0 */
int date_compare(struct date a, struct date b);
/* 1 Monday … 7 Sunday. The date must be valid. */
int date_weekday(struct date d);

struct date date_add_days(struct date d, int64_t n);
/* The same day n months on, or the last day of a shorter month: 30 Nov 2018 + 3 = 28 Feb 2019
 * (Civil Code art. 202). Always add to the first day of a spell: adding twice clamps twice. */
struct date date_add_months(struct date d, int n);
/* to − from in days; both valid. */
int32_t date_diff_days(struct date from, struct date to);
/* Whole anniversary months in [from, to): the largest n with date_add_months(from, n) <= to, 0
 * when to is not after from. Whoever holds an inclusive last day passes the day after it:
 * 11 Feb to 10 Aug inclusive is 6 (B4 case 4). Both valid. */
int date_months_between(struct date from, struct date to);
struct date date_first_of_month(struct date d);
struct date date_last_of_month(struct date d);
/* Completed years of life on a day; -1 before birth or when either is none. Who is born on
 * 29 February has the birthday on the 28th of other years. */
int date_age(struct date birth, struct date on);

/* --- text of days --- */
/* Strictly "YYYY-MM-DD" and a day that exists; accepts NULL (false). */
bool date_parse_iso(const char *text, struct date *ret);
/* Writes "YYYY-MM-DD", or "" for none; returns out. */
const char *date_format(struct date d, char out[11]);
/* As stored: none is a NULL text both ways. date_of_text gives none for anything malformed. */
const char *date_text(struct arena *a, struct date d);
struct date date_of_text(const char *text);

/* --- months --- */
bool month_parse(const char *text, struct month *ret);
const char *month_format(struct month m, char out[8]);
bool month_is_none(struct month m);
struct month month_add(struct month m, int n);
int month_compare(struct month a, struct month b);
/* b − a in months; both valid. */
int month_diff(struct month a, struct month b);
struct month month_of(struct date d);
struct date month_first_day(struct month m);
struct date month_last_day(struct month m);

/* --- instants --- */
/* Strictly "YYYY-MM-DDTHH:MM:SSZ". */
bool instant_parse(const char *text, int64_t *ret);
/* Returns out; "" outside the years 1 to 9999. */
const char *instant_format(int64_t seconds, char out[21]);
/* The day in China at that instant, and the instant at which a day (valid) begins there. */
struct date date_of_instant(int64_t seconds);
int64_t instant_of_date(struct date d);

/* --- what people write in a roster (date_read.c) --- */
enum date_precision { PRECISE_DAY, PRECISE_MONTH, PRECISE_YEAR, ONGOING };

struct date_reading {
    struct date date; /* the first day of a month or year; none when ONGOING */
    enum date_precision precision;
    bool is_lunar; /* was written as a lunar date; `date` is the Gregorian day */
};

/* Reads the forms found in rosters: 2023.3.1, 2023年3月5日, 2023/3, 2023年, 20230301, 3月5日,
 * an Excel serial as text, 正月十五, 农历腊月廿九, 2月28日(二月初三), 至今; full-width digits and
 * inner blanks are accepted, a time of day after a full date is dropped. context_year completes
 * forms without a year (for a lunar date it is the lunar year); 0 = not known, and such forms are
 * refused. Also refused: two-digit years, days that do not exist, a lunar remark that contradicts
 * its Gregorian day. */
bool date_read(const char *text, int context_year, struct date_reading *ret);

/* The day of an Excel serial number; the time of day is dropped. In the 1900 system serial 60 is
 * the 29 Feb 1900 that never was: refused. False outside 1900–9999. */
bool date_from_excel(double serial, bool is_1904, struct date *ret);
