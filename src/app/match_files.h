/* match_files.h — a match from spreadsheets to spreadsheets, without a ledger. Rosters are read as
 * an import reads them (header recognition, field tables, checks of imports/), the decision is the
 * console's (candidates.h, score.h), and everything it rests on is written out. cx needs a store
 * for the names of divisions only; nothing is written to it.
 *
 * The order of rows changes nothing: people stand by their ID number, posts by employer, number and
 * title. */
#pragma once
#include "imports/imports.h"
#include "matching/candidates.h"
#include "matching/load.h"
#include "matching/report.h"

struct match_files {
    const char *workers, *posts; /* paths, joined by ',' when there are several */
    const char *employers;       /* facilities and places of those who offer the posts, or NULL */
    const char *weights;         /* JSON, or a file of "name: points" lines; NULL = the defaults */
    const char *previous;        /* folder of an earlier match to begin from, or NULL */
    const char *dir; /* made when absent; files of an earlier match there are replaced */
};

/* A row of the roster. */
struct match_file_person {
    struct match_label label;
    int64_t row, ordinal; /* as shown; among all people read */
    const char *file, *sheet, *name, *mask, *id_no;
    const char *trained, *trained_by; /* as written (match_columns.h) */
    struct match_person person;
};
/* What rights cases are counted by (score.h). */
enum match_case_kind { MATCH_CASES_ARREARS, MATCH_CASES_RIGHTS, MATCH_CASE_KINDS };
struct match_file_post {
    int64_t row, ordinal;
    const char *file, *sheet, *title, *number, *employer, *key, *employer_key;
    int64_t cases[MATCH_CASE_KINDS]; /* of its employer, as this row says; NONE = it does not */
    int64_t listed_cases[MATCH_CASE_KINDS]; /* the same of the list of employers */
    struct match_stated subsidy;
    struct match_post post;
};
struct match_file_problem {
    const char *file;
    struct import_problem problem;
};

struct match_before;

/* A match of files as it stands; persons[i] and posts[i] are those of the problem. */
struct match_files_result {
    struct match_file_person *persons;
    struct match_file_post *posts;
    struct match_weights weights;
    struct match_problem problem;
    struct match_assignment assignment;
    struct match_report report;
    const struct match_before *before; /* NULL when it begins from none */
    size_t problems_n, problems_cap, persons_n, persons_cap, posts_n, posts_cap;
    struct match_file_problem *problems; /* warnings too */
    int64_t bad;                         /* rows left out */
    int64_t seats;
};

/* Read, match, write. E_INVALID and its like when a file as a whole cannot be taken; bad rows are
 * no failure: the others are matched. */
MUST_CHECK enum err match_files_run(struct ctx *cx, const struct match_files *in,
                                    struct match_files_result *ret);

/* Weights as given on a command line: see struct match_files. */
MUST_CHECK enum err match_weights_given(struct ctx *cx, const char *text,
                                        struct match_weights *ret);

/* A problem of a row of `file` goes on the list; its texts are copied. */
void match_files_note(struct ctx *cx, struct match_files_result *r, const char *file,
                      const struct import_problem *problem);

/* --- match_tables.c --- */

/* Everything into `dir` (docs/match-files.md lists the files and their columns). */
MUST_CHECK enum err match_files_write(struct ctx *cx, const char *dir,
                                      const struct match_files_result *r);
/* What summary.json holds. */
const char *match_files_summary(struct ctx *cx, const struct match_files_result *r);
