/* scope.h — jurisdiction as a range (D3). A division code is a 12-digit number, so "this county and
 * all below it" is lo ≤ code ≤ hi and an index serves it.
 *
 * SQL names its scope where it names the table, and the store refuses a statement that touches a
 * scoped table without one:
 *
 *     SELECT … FROM person p WHERE SCOPE(person p) AND p.state = $1
 *         the rows of alias p that the actor may see
 *     INSERT INTO person (id, home, …) SELECT $1, $2, … WHERE SCOPE(person home=$2)
 *         only if the new row lies within; columns not named count as NULL
 *     SELECT 1 FROM person WHERE SCOPE_NOT(person 'an ID number is unique in the whole ledger') AND
 * … deliberately without scope, with the reason
 *
 * Each expands to a condition; its parameters are added behind the statement's own. */
#pragma once
#include "base/base.h"

/* Zeroed = sees nothing. Offices have a home range (west), a work range (east), or both (a labour
 * station of a western county in an eastern city). */
enum scope_kind { SCOPE_NOTHING, SCOPE_ALL, SCOPE_OFFICE, SCOPE_EMPLOYER, SCOPE_PERSON };
struct scope {
    enum scope_kind kind;
    int64_t home_lo, home_hi; /* NONE when there is no such range */
    int64_t work_lo, work_hi;
    int64_t employer_id, person_id;
};

/* How one table carries jurisdiction: the columns' names, NULL where it has none (then actors of
 * that kind see no row of it). `extra` is an additional SQL condition under which an office sees
 * the row, with `$a` for the alias and $home_lo, $home_hi, $work_lo, $work_hi for the office's
 * ranges, such as open posts of a paired city. `is_open` tables are not personal and have no scope.
 * A table that no module declares cannot be touched at all. */
struct scoped {
    const char *table;
    bool is_open;
    const char *home, *work, *employer, *person;
    const char *extra;
};
#define OPEN_TABLE(name)               \
    {                                  \
        .table = name, .is_open = true \
    }

/* Subtree of a division: 621121000000 → 621121000000 … 621121999999. */
void division_range(int64_t division, int64_t *ret_lo, int64_t *ret_hi);
/* Whether a row with these values (NONE where it has none) lies within the scope. */
bool scope_covers(const struct scope *s, int64_t home, int64_t work, int64_t employer_id,
                  int64_t person_id);
