/* match_columns.h — what the lists of a match of files may say beside the columns of their records.
 * A ledger keeps these as records of their own (courses, rights cases, policies), from which it
 * counts; a match of files has no such records, and so its lists may give what they come to. They
 * are columns of these lists only, not of an import (docs/match-files.md). */
#pragma once
#include "app/match_files.h"

/* The record with those columns besides: persons trained, trained_by; posts and employers arrears,
 * rights; posts subsidy_fen, registered_subsidy_fen. */
struct record match_columns_persons(struct arena *mem);
struct record match_columns_employers(struct arena *mem);
struct record match_columns_posts(struct arena *mem);

/* How many cases the employer of posts[0 … n - 1] has: the most that one of the rows says, else
 * what the list of employers does, else none. Rows that differ are noted. */
void match_columns_cases(struct ctx *cx, struct match_files_result *r,
                         const struct match_file_post *posts, size_t n,
                         struct match_employer *employer);
/* The courses of all persons; posts have their employers. A course that was ordered by somebody who
 * offers none of the posts counts for its occupation alone, which is noted. */
void match_columns_courses(struct ctx *cx, struct match_files_result *r);
