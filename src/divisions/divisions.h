/* divisions.h — administrative divisions (GB/T 2260 and the statistics bureau's codes).
 * A code is a 12-digit number: province 2 digits, city 4, county 6, township 9, village 12,
 * filled up with zeros. Codes change; old ones are kept with their last day and successors, so that
 * a roster of 2009 still finds its county and a report of 2020 still counts it where it lay in 2020
 * (D8). */
#pragma once
#include "platform/op.h"

extern const struct module divisions_module;

enum division_level {
    LEVEL_NONE,
    LEVEL_PROVINCE,
    LEVEL_CITY,
    LEVEL_COUNTY,
    LEVEL_TOWNSHIP,
    LEVEL_VILLAGE
};
extern const struct choice division_levels[]; /* PROVINCE CITY COUNTY TOWNSHIP VILLAGE */

/* --- from the digits alone --- */
/* LEVEL_NONE when it is no 12-digit code. */
enum division_level division_level(int64_t code);
const char *division_level_code(enum division_level level); /* "COUNTY" */
/* The 12-digit code of the county (city, province, township) that a code of this or a deeper level
 * lies in; a code of a higher level gives itself. */
int64_t division_at(int64_t code, enum division_level level);
int64_t division_county(int64_t code);
/* Is `code` the division `within`, or below it? */
bool division_within(int64_t code, int64_t within);

/* Parts of the country as the statistics bureau divides it; labour cooperation pairs provinces of
 * the east with the west and a few of the centre. */
enum division_region { REGION_UNKNOWN, REGION_EAST, REGION_CENTRE, REGION_WEST, REGION_NORTHEAST };
enum division_region division_region(int64_t code);

/* --- from the table; fast, from memory; inside or outside of a transaction --- */
/* 通渭县. A code not in the table gives its nearest known ancestor's name, or "" when there is
 * none; NONE gives NULL. */
const char *division_name(struct ctx *cx, int64_t code);
/* 甘肃省定西市通渭县 */
const char *division_full_name(struct ctx *cx, int64_t code);
bool division_exists(struct ctx *cx, int64_t code);
/* What a code of any depth is on a day: itself while in force (or not yet), its successor through
 * any number of steps after, NONE when it is unknown or was split among several and only a deeper
 * code could tell (500112140 茨竹镇 lies in 500112 in 2020 and in 500109 from 6 November 2025). */
int64_t division_successor_on(struct ctx *cx, int64_t code, struct date on);

/* The module's field_resolve_division; set when the modules are registered. */
enum division_match division_resolve(struct ctx *cx, const char *text, int64_t *ret);
/* Forget what is in memory; the next question reads the store again. */
void divisions_forget(void);
