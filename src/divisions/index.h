/* index.h — the table of divisions in memory, for finding one by what people write. It is read from
 * the store once and again after a load. For the divisions module itself; others use divisions.h.
 */
#pragma once
#include "divisions/divisions.h"

/* Texts belong to the index and are valid until division_index_release(). */
struct place {
    int64_t code, parent; /* parent NONE at the top */
    const char *name, *short_name, *full_name;
    enum division_level level;
    struct date valid_from, valid_to; /* none = not on record; is_abolished decides */
    bool is_abolished;                /* it has a last day, perhaps an unknown one */
    int first_successor, successors;  /* into the index's list */
};
struct successor {
    int64_t code, to;
    struct date from; /* none = when the old code ended */
};
struct division_index;

/* --- building, as a pure structure over texts in its own arena --- */
struct division_index *division_index_new(void);
void division_index_free(struct division_index *ix);
/* Texts are copied. Call division_index_finish() after the last. */
void division_index_add(struct division_index *ix, const struct place *p);
void division_index_add_successor(struct division_index *ix, const struct successor *s);
void division_index_add_alias(struct division_index *ix, const char *name, int64_t code);
void division_index_finish(struct division_index *ix);
/* Another number for every index ever made. */
unsigned division_index_number(const struct division_index *ix);

/* --- asking --- */
const struct place *division_index_find(const struct division_index *ix,
                                        int64_t code); /* NULL when unknown */
/* What stood on this day for a code of any depth: the code itself, its successor through any number
 * of steps, or NONE when it is unknown or was split and the code is too short to tell the parts. */
int64_t division_index_on(const struct division_index *ix, int64_t code, struct date on);
/* field_resolve_division over an index, on a day. */
enum division_match division_index_resolve(const struct division_index *ix, const char *text,
                                           struct date on, int64_t *ret);

/* The text without 省 市 县 区 自治州 … and without the names of peoples before them: 酉阳 of
 * 酉阳土家族苗族自治县. Never shorter than two characters; a township keeps its whole name. */
const char *division_short_name(struct arena *mem, const char *name, enum division_level level);

/* The index of the store, locked for reading; NULL when it cannot be read. Reads the store if
 * needed. */
const struct division_index *division_index_hold(struct ctx *cx);
void division_index_release(void);
