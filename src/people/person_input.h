/* person_input.h — what a roster row or a form says of a person. Inside the module. */
#pragma once
#include "people/people.h"

struct person_input {
    int64_t id;
    int64_t home;
    /* domicile in parts, when a roster has a column for each */
    const char *home_province, *home_city, *home_county, *home_township, *home_village, *home_group;
    const char *household_no, *relation, *head_name;
    int64_t household_size, income_per_head_fen;
    const char *name, *id_no, *sex, *birth, *name_mask;
    const char *ethnic, *education, *health, *work_ability;
    const char *phone, *account, *account_bank, *account_name;
    const char *skill, *skill_level;
    const char *household_type, *monitored_type, *identified_on, *risk_eliminated_on;
    const char *willingness, *labour_status, *destinations, *occupations, *needs;
    int64_t least_wage_fen, companion_id;
    const char *work_time; /* as written: months, or from and until */
    int64_t worked_months;
    const char *worked_from, *worked_until;
    const char *source, *collected_on, *remark;

    /* Worked out by person_check() for person_saved(). */
    int64_t household_id;
    bool household_is_new;
    const char *monitored_said; /* the monitored type written down, in force or not */
    const struct rows *before;  /* the present row; NULL for a new person */
};

struct household_input {
    int64_t id, home;
    const char *household_no, *head_name;
    int64_t size, income_per_head_fen, is_relocated;
};

struct status_input {
    const char *kind, *from_on, *until_on, *source;
};

/* person_rules.c: what must hold across fields, and what follows from them. */
MUST_CHECK enum err person_check(struct ctx *cx, void *input, const struct rows *before);
void person_check_row(struct ctx *cx, const void *input, struct field_problems *ps);
MUST_CHECK enum err household_check(struct ctx *cx, void *input, const struct rows *before);

/* person_beside.c: what is written beside a person's row: household, statuses, intention, names to
 * find her by. */
MUST_CHECK enum err person_saved(struct ctx *cx, void *input, int64_t id, bool is_new);
MUST_CHECK enum err person_removing(struct ctx *cx, const struct rows *before);
/* A status from a day on (the end NULL = still); ends an open one of the same kind that it
 * contradicts. */
MUST_CHECK enum err person_status_add(struct ctx *cx, int64_t person_id, int64_t home,
                                      const struct status_input *in);

/* person_ops.c */
extern const struct field status_fields[], survey_fields[];
enum err people_get(struct ctx *cx);
enum err people_create(struct ctx *cx);
enum err people_survey(struct ctx *cx);
enum err people_statuses(struct ctx *cx);
enum err people_add_status(struct ctx *cx);

/* people_index.c: what is kept beside a person's row so that finding and counting stay quick. */
MUST_CHECK enum err person_index_add(struct ctx *cx, int64_t id, int64_t home, const char *name);
MUST_CHECK enum err person_index_remove(struct ctx *cx, int64_t id, int64_t home, const char *name);
MUST_CHECK enum err person_count_add(struct ctx *cx, int64_t home, const char *labour_status,
                                     const char *household_type, int n);
/* Write what was gathered (person_gather.c); person_record.save_gathered. */
MUST_CHECK enum err person_save_gathered(struct ctx *cx);
/* Exact total of a list, from person_count where the filters allow it. */
enum err person_count_list(struct ctx *cx, const struct list_query *q, int64_t *ret_total);
void person_search(struct ctx *cx, const char *q, struct list_search *ret);

/* GET /people/summary?home=…: {items: [{county, county_name, counts: {STATUS: n}, total}], total}
 * of the counties in that subtree, exact, as far as the actor sees. */
struct people_summary_input {
    int64_t home;
};
extern const struct field people_summary_in[], people_summary_out[];
enum err people_summary(struct ctx *cx);

/* person_gather.c: what an import of many persons puts off to the end of a chunk (cx->gathered),
 * and what it need not look up again. */
struct person_gram {
    int64_t gram, home, person_id;
};
struct person_count {
    int64_t county;
    const char *labour_status, *household_type;
    int64_t n; /* to add */
};
void person_gather_grams(struct ctx *cx, const struct person_gram *grams, int n);
void person_gather_count(struct ctx *cx, const struct person_count *count);
/* In the order of their table's key; NULL and 0 when there are none. */
const struct person_gram *person_gathered_grams(struct ctx *cx, int *ret_n);
const struct person_count *person_gathered_counts(struct ctx *cx, int *ret_n);
/* Rosters list a household's members one after the other: fills household_id and household_is_new
 * when the row before named the same household. */
bool person_household_seen(struct ctx *cx, struct person_input *in);
/* After find_household(), and after a new household was written. */
void person_household_note(struct ctx *cx, const struct person_input *in, bool is_new);
