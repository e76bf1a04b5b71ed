/* months_ops.h — the month grid, confirmations, conflicts. Inside the module. */
#pragma once
#include "placements/placements.h"

enum err months_grid(struct ctx *cx);
enum err months_confirm(struct ctx *cx);
enum err months_conflicts(struct ctx *cx);
enum err months_due(struct ctx *cx);
enum err months_resolve(struct ctx *cx);

/* Rows of a confirmation sheet: each is one word of evidence. */
extern const struct record month_record_kind;

struct grid_input {
    const char *month_from, *month_to;
    int64_t home, work, employer_id, person_id, limit;
    const char *after;
};
struct confirm_input {
    const char *month, *source;
    const struct json_value *items;
};
struct month_list_input {
    const char *month;
    int64_t limit;
};
struct resolve_input {
    int64_t placement_id;
    const char *month, *status, *reason;
};
extern const struct field grid_fields[], confirm_fields[], month_list_fields[], resolve_fields[];

#define MONTH_OPS                                                                                  \
    {                                                                                              \
        "months.grid",       "GET /months",                                                        \
        PERM_PLACEMENT_READ, months_grid,                                                          \
        "月度台账",          "Persons by months",                                                  \
        .in = grid_fields,   .in_size = sizeof(struct grid_input)                                  \
    },                                                                                             \
        { "months.conflicts",      "GET /months/conflicts",                                        \
          PERM_PLACEMENT_READ,     months_conflicts,                                               \
          "来源互相矛盾的月份",    "Months whose sources contradict",                              \
          .in = month_list_fields, .in_size = sizeof(struct month_list_input) },                   \
        { "months.due",                                                                            \
          "GET /months/due",                                                                       \
          PERM_PLACEMENT_READ,                                                                     \
          months_due,                                                                              \
          "当月未核实人员",                                                                        \
          "Placements without evidence",                                                           \
          .in = month_list_fields,                                                                 \
          .in_size = sizeof(struct month_list_input) },                                            \
        { "months.confirm",     "POST /months/confirm",                                            \
          PERM_MONTH_CONFIRM,   months_confirm,                                                    \
          "确认在岗",           "Confirm a month",                                                 \
          .in = confirm_fields, .in_size = sizeof(struct confirm_input) },                         \
    {                                                                                              \
        "months.resolve", "POST /months/resolve", PERM_MONTH_LOCK, months_resolve, "裁定矛盾月份", \
            "Decide a conflict", .in = resolve_fields, .in_size = sizeof(struct resolve_input)     \
    }
