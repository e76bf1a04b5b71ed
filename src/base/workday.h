/* workday.h — working days in China: weekends, public holidays and make-up workdays.
 *
 * The days of 2015 to 2026 are those of the yearly notices of the General Office of the State
 * Council on holiday arrangements (国务院办公厅关于部分节假日安排的通知), with the later changes of
 * 2015, 2019 and 2020. Other years have no notice in here: there Monday to Friday are worked except
 * the statutory holidays themselves (全国年节及纪念日放假办法, as of 2014 and 2025), without the
 * bridging and the make-up days that a notice brings; outside the lunar table (1990–2050) only
 * those of fixed date. A screen that plans beyond workday_table_known should say so. */
#pragma once
#include "base/date.h"

bool workday_table_known(int year);
/* The date must be valid, as everywhere below. */
bool is_workday(struct date d);
/* The nth working day after d (n > 0), not counting d itself: five working days of public notice
 * posted on d end with the day add_workdays(d, 5). n = 0 is d; n < 0 goes back. None outside the
 * calendar. */
struct date add_workdays(struct date d, int n);
/* Working days after `from`, up to and with `to`; 0 when to is not after from. So for n > 0
 * workdays_between(d, add_workdays(d, n)) is n. */
int workdays_between(struct date from, struct date to);
