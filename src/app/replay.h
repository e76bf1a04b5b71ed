/* replay.h — the spring of 2017 once more, with other ways to bring people and posts together.
 * Pure: the same options give the same figures.
 *
 * The arms get the same rosters (what a sheet of people and posts shows) and the same order in
 * which people come; what the people are really like decides only afterwards (leaving.h). Asked is
 * (1) who of those who signed something at the fair goes by herself, and (2) of a thousand whom the
 * offices send off, who is there after one, three and six months. */
#pragma once
#include "base/base.h"

enum replay_arm { REPLAY_FAIR, REPLAY_FIRST_COME, REPLAY_BEST, REPLAY_QUEQIAO, REPLAY_ARMS };
/* FAIR FIRST_COME BEST QUEQIAO */
extern const struct replay_arm_name {
    const char *code, *zh, *en;
} replay_arm_names[REPLAY_ARMS];

struct replay_options {
    int seeds, years; /* a seed's figures are the mean of so many springs with other people */
    uint64_t first_seed;
    uint64_t hidden; /* another number gives the same people and posts other insides */
};

enum replay_figure {
    REPLAY_SIGNED,   /* people who signed at the fair: the same in all arms */
    REPLAY_PROPOSED, /* of them with a post in this arm */
    REPLAY_ARRIVED,  /* of those who went by themselves */
    REPLAY_PLACED,   /* with a post in this arm, of all on the roster */
    REPLAY_SENT,     /* sent off by the offices, at most REPLAY_SENT_MOST */
    REPLAY_STAYED_1, /* per mille of the sent at work after 1, 3, 6 months */
    REPLAY_STAYED_3,
    REPLAY_STAYED_6,
    REPLAY_FIGURES
};
enum { REPLAY_SENT_MOST = 1000 };

/* Over the seeds: the middle, and the range that holds 95 of 100 of them. */
struct replay_range {
    int32_t low, middle, high;
};
struct replay_result {
    struct replay_range at[REPLAY_ARMS][REPLAY_FIGURES];
};

struct match_weights;
/* One year's figures of one seed: for tests. `proposals`, if not NULL, takes a hash of who was
 * proposed what in each arm. */
void replay_seed(const struct replay_options *options, const struct match_weights *weights,
                 uint64_t seed, int32_t ret[REPLAY_ARMS][REPLAY_FIGURES],
                 uint64_t proposals[REPLAY_ARMS]);
/* `progress` may be NULL. */
void replay_run(const struct replay_options *options, const struct match_weights *weights,
                void (*progress)(int64_t done, int64_t total), struct replay_result *ret);
