/* report.h — an assignment as a whole: how stable it is, how groups of people fared, what it would
 * cost to even that out (stability.h), as figures for a reply or a file. Inside the module and for
 * commands.
 *
 * What groups are made of (sex, age, household) comes in beside the scores and is used here alone:
 * the structs that are scored do not have it. */
#pragma once
#include "matching/stability.h"
#include "platform/field.h"
#include "platform/json.h"

/* Of one person. Texts are codes of people/codes.h and may be NULL. */
struct match_label {
    int64_t home;
    struct date birth;
    const char *sex, *household_type, *monitored_type;
};

struct match_report_input {
    struct match_placing placing; /* over each person's best posts (match_candidates()) */
    const struct match_label *labels;
    struct date today;
    /* The considered pairs of match_assign(), over which evening out is tried: some twenty auctions
     * for each division. NULL = not asked for. */
    const struct auction_input *evening;
};

struct match_report_group {
    const char *code, *zh, *en;
    struct match_group count;
};
/* Where the group placed least, of those that are shown, would reach the share of all. */
struct match_report_evening {
    const struct match_report_group *group; /* NULL = not asked for, or nobody lags behind */
    int32_t wanted;
    struct match_evening result;
};
struct match_report_division {
    const char *code, *zh, *en; /* COUNTY HOUSEHOLD SEX AGE */
    struct match_report_group *groups;
    int n;
    struct match_report_evening evening;
};
enum { MATCH_DIVISIONS = 4 };
struct match_report {
    int32_t people, placed;
    struct match_blocking blocking;
    struct match_report_division by[MATCH_DIVISIONS];
};
void match_report_make(struct ctx *cx, const struct match_report_input *in,
                       struct match_report *ret);
/* The members people, placed, blocking and groups of an object that is open. */
void match_report_put(struct json *j, const struct match_report *report);
/* Placed of a thousand; points of one placed; NONE where hidden or nobody is. */
int64_t match_group_share(const struct match_group *g);
int64_t match_group_mean(const struct match_group *g);

/* match_report.c: GET /match-runs/{id}/report. Inside the module. */
struct match_report_ask {
    int64_t evening;
};
extern const struct field match_report_fields[], match_report_output[];
enum err match_run_report(struct ctx *cx);
