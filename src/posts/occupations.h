/* occupations.h — what kinds of work there are, so that free text of posts and wishes meets. Codes are our
 * own short words, grouped by the major groups of the Occupational Classification (2022): 4 services, 5
 * farming, 6 production, 3 clerks, 2 technicians (domain.md C2). */
#pragma once
#include "platform/field.h"

extern const struct choice occupations[];
