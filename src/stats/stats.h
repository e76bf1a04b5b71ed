/* stats.h — figures: indicators, completion of the year's agreements, the monthly bulletin, each
 * one's day. */
#pragma once
#include "stats/figures.h"

extern const struct module stats_module;

/* Of the part of a whole, whole percent rounded half up, as "percent", and as a fraction "rate";
 * null when the whole is 0. */
void stats_put_rate(struct json *j, int64_t part, int64_t whole);

/* "HOME" and "WORK"; NULL is SIDE_ANY. */
extern const struct choice figure_sides[];
enum side figure_side(const char *code);
/* By which side the caller's office lists: its own. */
enum side stats_own_side(const struct ctx *cx);

/* Operations in files of their own. */
enum err stats_bulletin(struct ctx *cx); /* bulletin.c */
enum err stats_home(struct ctx *cx);     /* home.c */
struct bulletin_input {
    int64_t year, month, pairing_id;
    const char *by;
};
extern const struct field bulletin_fields[];
