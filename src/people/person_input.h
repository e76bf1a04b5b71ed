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
    int64_t least_wage_fen;
    const char *source, *collected_on, *remark;
};

/* people_index.c: what is kept beside a person's row so that finding and counting stay quick. */
MUST_CHECK enum err person_index_add(struct ctx *cx, int64_t id, int64_t home, const char *name);
MUST_CHECK enum err person_index_remove(struct ctx *cx, int64_t id, int64_t home, const char *name);
MUST_CHECK enum err person_count_add(struct ctx *cx, int64_t home, const char *labour_status,
                                     const char *household_type, int n);
/* Exact total of a list, from person_count where the filters allow it. */
enum err person_count_list(struct ctx *cx, const struct list_query *q, int64_t *ret_total);
void person_search(struct ctx *cx, const char *q, struct list_search *ret);

/* GET /people/summary?home=…: {items: [{county, county_name, counts: {STATUS: n}, total}], total} of the counties
 * in that subtree, exact, as far as the actor sees. */
struct people_summary_input {
    int64_t home;
};
extern const struct field people_summary_in[], people_summary_out[];
enum err people_summary(struct ctx *cx);
