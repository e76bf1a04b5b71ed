/* lunar.h — the Chinese lunar calendar (农历) of the lunar years 1990 to 2050, that is from
 * 27 Jan 1990 to 10 Feb 2051.
 *
 * Needed because people plan by it: departures peak before the 15th of the first month,
 * and rosters carry dates such as 正月十五. */
#pragma once
#include "base/date.h"

/* `year` is the lunar year, named by the Gregorian year in which it begins. */
struct lunar_date {
    int16_t year;
    int8_t month, day;
    bool is_leap; /* of the leap month that follows month `month` */
};

/* False outside the table. */
bool lunar_from_date(struct date d, struct lunar_date *ret);
/* False when there is no such lunar day: outside the table, the 30th of a short month, a leap
 * month the year does not have. */
bool lunar_to_date(struct lunar_date l, struct date *ret);
/* First day of the lunar year (春节); none outside the table. */
struct date lunar_new_year(int year);
/* The month after which the leap month stands, 0 when the year has none or is not in the table. */
int lunar_leap_month(int year);

/* "二月初三", "闰六月初一", "腊月廿九": without the year. The date must come from lunar_from_date
 * or be one that lunar_to_date accepts. Returns out. */
const char *lunar_format(struct lunar_date l, char out[24]);
