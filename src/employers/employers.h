/* employers.h — enterprises, bases, workshops: who offers posts. */
#pragma once
#include "platform/op.h"

extern const struct module employers_module;
extern const struct record employer_record;
extern const struct record rights_case_record; /* rights_cases.c */

struct employer_input {
    int64_t id;
    int64_t work;
    const char *name, *credit_code, *kind, *industry;
    int64_t size;
    const char *address, *contact_name, *phone;
    int64_t has_canteen, has_western_food, has_lodging, has_couple_rooms;
    const char *base_from, *base_until;
    const char *account, *account_bank, *account_name; /* where subsidies to it are paid */
};

/* Find by credit code, else by exact name within a division's subtree (NONE: anywhere). Not limited
 * by scope. *ret_id is NONE when there is none, or when several have the name. */
MUST_CHECK enum err employer_find(struct ctx *cx, const char *credit_code, const char *name,
                                  int64_t within, int64_t *ret_id);
