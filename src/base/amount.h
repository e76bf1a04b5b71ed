/* amount.h — money as people write it. Amounts are int64 fen (1 yuan = 100 fen). */
#pragma once
#include "base/base.h"

enum amount_reason {
    AMOUNT_OK,
    AMOUNT_EMPTY,
    AMOUNT_FORM,  /* not an amount */
    AMOUNT_RANGE, /* "3500-4000": two amounts where one is wanted */
    AMOUNT_PARTS, /* less than a fen */
    AMOUNT_LARGE, /* beyond 10^13 yuan */
};

/* Reads 3500元, 3,500.00, ￥3500, 0.35万, 3.5千元, ３５００, 约3500, 3500左右, 3500元/月, -200 and
 * the bookkeeper's (200.00). Thousands are grouped by three or not at all. What a double leaves
 * behind (386.50000000000006) is rounded to the fen it was. *ret is written for OK only. */
enum amount_reason amount_read(const char *text, int64_t *ret);

/* The same, and ranges: 3500-4000, 3000~3500元, 3千至4千, 0.3-0.4万 (the unit holds for both).
 * A single amount is a range of itself. The lower end must not exceed the upper. */
enum amount_reason amount_read_range(const char *text, int64_t *ret_low, int64_t *ret_high);

/* "3,500.00" and "3500.00"; "" for NONE. Return out. */
const char *amount_format(int64_t fen, char out[32]);
const char *amount_format_plain(int64_t fen, char out[32]);
