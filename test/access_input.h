/* access_input.h — inputs for any operation, from its field table: values that fit each type, with
 * ids and divisions of a chosen side. */
#pragma once
#include "access_rows.h"

enum input_side {
    INPUT_OWN,         /* of what the caller may see */
    INPUT_FOREIGN,     /* ids that exist and are far from her, divisions of the foreign pair */
    INPUT_ABSENT,      /* as foreign, with ids that nobody has */
    INPUT_ONE_FOREIGN, /* as own, but the one-th id is one from afar */
    INPUT_ONE_ABSENT,  /* as own, but the one-th id is nobody's */
};
struct input_wish {
    enum input_side side;
    bool is_full; /* all fields, not only the required ones */
    int turn;     /* which of the rows and choices that fit */
    int one;      /* which id, for the INPUT_ONEs */
};
enum { ABSENT_ID = 123456789012345678 };

/* JSON body or, for GET and uploads, query; NULL when the operation takes none. */
const char *access_input(const struct op *op, const struct known_rows *rows,
                         const struct access_actor *a, const struct input_wish *w);
/* A policy that a county of this code may draft. */
const char *access_policy_file(const char *origin);
/* How many ids the input takes, and whether it takes a place or a person's number. */
int access_ids(const struct op *op);
bool access_takes_places(const struct op *op);
/* The n-th row that the op's {id} can mean: visible ones for INPUT_OWN, far ones for INPUT_FOREIGN;
 * NULL after the last. Rows of open tables are everybody's own. */
const struct known_row *access_target(const struct op *op, const struct known_rows *rows,
                                      const struct access_actor *a, enum input_side side, int n);
/* The table that a list's rows or an {id} are of, from the record or the other operations of the
 * same path; NULL: any, of each table one. */
const char *access_table(const struct op *op);
