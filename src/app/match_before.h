/* match_before.h — a match of files that begins from an earlier one: what that one wrote is read
 * back, and what changed against it is told. People are known again by name and masked ID number,
 * posts by employer, number and title; who or what is not the only one of the kind is new.
 *
 * A promise is a mark (是, yes, 1, √) in the column 已承诺 / Promised of the earlier
 * assignments.csv: the person keeps that post, as long as it is offered and no rule forbids it. */
#pragma once
#include "app/match_files.h"
#include "matching/again.h"

/* Somebody of the earlier match, as it told of her. */
struct match_before_person {
    const char *key, *name, *mask, *post; /* the post in words */
};

/* A post of the earlier match that is offered no more. */
struct match_before_post {
    const char *text; /* in words */
    int64_t seats;
};

struct match_before {
    struct match_again again;
    int32_t *had;          /* per person: her post, -1 for none or one that is offered no more */
    const char **had_text; /* per person: it in words; NULL for none */
    struct match_before_person *gone; /* who had a post and stands in no roster any more */
    struct match_before_post *closed;
    size_t n_gone, gone_cap, n_closed, closed_cap;
    int64_t *seats; /* per post: those it had; MATCH_POST_NEW, or MATCH_POST_UNSURE: not the only
                       one of these words */
};
enum { MATCH_POST_NEW = -1, MATCH_POST_UNSURE = -2 };

/* From the folder of the earlier match; people and posts of `r` are in order. E_NOT_FOUND or
 * E_INVALID name the file and what is missing. */
MUST_CHECK enum err match_before_read(struct ctx *cx, const char *dir,
                                      const struct match_files_result *r,
                                      const struct match_before **ret);

/* How many lost their post, have another, are newly placed, take no part any more, are as before.
 */
enum match_turn {
    MATCH_TURN_LOST,
    MATCH_TURN_MOVED,
    MATCH_TURN_GAINED,
    MATCH_TURN_GONE,
    MATCH_TURN_STAYED,
    MATCH_TURN_UNPLACED,
    MATCH_TURNS
};
/* Of person i; never MATCH_TURN_GONE. */
enum match_turn match_turn_of(const struct match_files_result *r, int32_t i);
const char *match_turn_name(enum match_turn turn, enum lang lang);

/* What became of posts: no longer listed, fewer seats, more seats, new. */
enum match_post_turn {
    MATCH_POST_CLOSED,
    MATCH_POST_FEWER,
    MATCH_POST_MORE,
    MATCH_POST_ADDED,
    MATCH_POST_STAYED,
    MATCH_POST_TURNS
};
/* Of post p; never MATCH_POST_CLOSED. */
enum match_post_turn match_post_turn_of(const struct match_files_result *r, int32_t p);
const char *match_post_turn_name(enum match_post_turn turn, enum lang lang);

/* Why person i, who lost her post or has another, does not have the one she had. */
const char *match_turn_why(struct ctx *cx, const struct match_files_result *r, int32_t i);
