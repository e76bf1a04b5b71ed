/* occupations.h — what kinds of work there are, so that free text of posts and wishes meets. Codes
 * are those of the Occupational Classification of the People's Republic of China (职业分类大典,
 * 2015/2022): major group 1 digit, middle group 2, small group 2, occupation 2.
 * "6-05-01-03" is one occupation, "6-05-01-00" all of its small group, "6-00-00-00" any hand in
 * production, "8-00-00-00" anything. Where the occupation itself is not sure, the group stands. */
#pragma once
#include "platform/field.h"

extern const struct choice occupations[];

/* The code that a word names, as people write it ("电焊工", "熟练缝纫工", "6-18-02-04"): a code, a
 * label or synonym, else the longest of these within the text. NULL when none is. */
const char *occupation_find(const char *text);

/* The next word of a list such as "缝纫工、电焊工", which *at is moved behind; "" between two
 * marks, NULL at the end. */
const char *occupations_next(struct arena *mem, const char **at);
/* Codes of a list of wishes such as "缝纫工、电焊工"; unknown words are passed over, and a wish for
 * anything makes the list empty. Returns how many, at most `most`. */
int occupations_read(struct arena *mem, const char *text, const char **ret, int most);
