/* instance.h — synthetic markets to measure assignments on.
 *
 * Fifty counties and forty destinations of uneven size in a square of 1000 km, 64 occupations;
 * a county shares its favourite trades, so that many people want the same posts. A score is wage
 * above the wish, less distance, plus skill margin, plus taste, 1 to 10000. Each worker has the
 * best `degree` of 8 * degree posts drawn from her first trade and 2 * degree from her second.
 * Workers and posts stand in the order drawn. */
#pragma once
#include "auction/auction.h"

struct instance_kind {
    const char *name;
    int32_t workers, posts, degree;
    double seats;  /* per worker */
    int32_t step;  /* scores are multiples of it; 0: as they are */
    int32_t bonus; /* added to every score: more than any score makes numbers placed come first */
    uint64_t seed;
};

enum { INSTANCE_COUNTIES = 50 };
struct instance {
    struct auction_input market;
    const int32_t *county; /* of each worker, below INSTANCE_COUNTIES */
    const int32_t *city;   /* of each post */
};

/* The same kind gives the same instance. */
void instance_make(struct instance *ret, struct arena *mem, const struct instance_kind *kind);

/* For what else a bench draws, after the instance: 0 to below 1; and an index below n, at most 64,
 * with weight (i + 1)^-power, of one such pair at most. */
double instance_uniform(void);
int32_t instance_uneven(int32_t n, double power);
