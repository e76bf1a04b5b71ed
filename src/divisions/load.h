/* load.h — filling the tables of divisions: the shipped facts, and sheets that users load. */
#pragma once
#include "divisions/divisions.h"

/* The module's seed: writes the shipped facts unless the store has these very facts already. */
MUST_CHECK enum err divisions_seed(struct ctx *cx);
/* POST /divisions/load: a sheet with the columns code, name and, if wanted, valid_from, valid_to,
 * successors (codes joined by '|'), aliases (joined by '|'); Chinese headers too. All rows or none;
 * a row in error is named. An office loads divisions of its own subtree. Known codes take the new
 * name; nothing is removed. */
enum err divisions_load(struct ctx *cx);
