/* auction.c — forward and reverse auction with eps-scaling; see auction.h for what it promises and
 * auction_run.h for how it is kept.
 *
 * Nothing known, prices begin so high that nobody comes, and posts lower them: that ends nearer to
 * the right prices than bidding from nothing up, in coarse steps, and having to take half of it
 * back. */
#include "auction/auction_run.h"

/* All of the highest score. The first eps: coarser and finer ones were measured slower. Known
 * prices are taken to be nearly right, and what is not so the reverse half sets right. Where
 * prices are known it is many alike people who bid against each other, in steps of eps: with
 * smaller steps between phases they bid a third as often. */
enum {
    EPS_STEP = 32,
    EPS_STEP_KNOWN = 4,
    EPS_START_WRONG = 3, /* where known prices are wholly wrong */
    EPS_START = EPS_START_WRONG * EPS_STEP,
    EPS_START_KNOWN = EPS_START * EPS_STEP,
    EPS_LAST = EPS_START_KNOWN * EPS_STEP, /* what is left is less work by shortest paths */
    EPS_LAST_POINT = 3, /* of a point: rounding to whole ones must tell who is misplaced */
};

/* A post without seats is never bid for; the price that keeps everybody away is its best score. */
static void price_closed_posts(const struct auction_input *in, int64_t scale, int64_t *price)
{
    for (int64_t e = 0; e < in->row[in->workers]; e++) {
        int32_t p = in->edges[e].post;

        if (in->cap[p] == 0)
            price[p] = MAX(price[p], in->edges[e].score * scale);
    }
}

/* Tell the outcome at the prices of the result in the caller's numbers, with its proof. */
static void run_report(const struct auction_run *k, const struct auction_input *in,
                       struct auction_result *r)
{
    for (int32_t w = 0; w < in->workers; w++)
        r->post[w] = -1;
    for (int32_t w = 0; w < k->workers; w++)
        r->post[k->order[w]] = k->post[w];
    price_closed_posts(in, r->scale, r->price);
    auction_certify(in, r->post, r->price, r->scale, &r->certificate);
}

/* Whether an outcome that need not be the best is good enough already. */
static bool is_enough(const struct auction_run *k, const struct auction_input *in,
                      struct auction_result *r)
{
    if (in->precision == 0)
        return false;
    for (int32_t p = 0; p < k->posts; p++)
        r->price[p] = auction_units_to(k, k->price[p]);
    run_report(k, in, r);
    return r->certificate.gap <= r->certificate.bound / in->precision;
}

/* The finest eps. Where points are very small it is not worth going down to them. */
static int32_t eps_last(const struct auction_run *k)
{
    int32_t usual = auction_units(k, k->highest) / EPS_LAST;
    int32_t point = auction_units(k, 1) / EPS_LAST_POINT;

    return MAX(1, MIN(usual, MAX(point, usual / EPS_STEP)));
}

/* The coarsest eps: all that is not known, or as much as the start may be wrong. */
static int32_t eps_first(const struct auction_run *k, const struct auction_input *in, int32_t last)
{
    int32_t highest = auction_units(k, k->highest);

    if (!in->start)
        return highest / EPS_START;
    if (in->start->off == 0)
        return highest / EPS_START_KNOWN;
    return MAX(last, MIN(auction_units_from(k, in->start->off), highest / EPS_START_WRONG));
}

/* Phases from the coarsest to the exact end; true when one was good enough before that. */
static bool run_phases(struct auction_run *k, const struct auction_input *in,
                       struct auction_result *r)
{
    int32_t last = eps_last(k);
    int32_t step = in->start ? EPS_STEP_KNOWN : EPS_STEP;

    for (int32_t eps = eps_first(k, in, last); eps >= last; eps = MAX(eps / step, last)) {
        if (in->start || r->rounds > 0) /* else nobody would bid at these prices */
            auction_run_forward(k, eps);
        auction_run_reverse(k, eps);
        r->rounds++;
        if (is_enough(k, in, r))
            return true;
        if (eps == last)
            break;
    }
    auction_run_finish(k, r->price);
    return false;
}

void auction_solve(struct arena *mem, const struct auction_input *in, struct auction_result *ret)
{
    struct auction_run k = { 0 };
    struct auction_result r = { .post = NEW_ARRAY(mem, int32_t, in->workers),
                                .price = NEW_ARRAY(mem, int64_t, in->posts),
                                .scale = (int64_t)in->workers + 1 };

    auction_run_build(&k, in);
    if (in->start)
        auction_run_start(&k, in->start);
    if (!run_phases(&k, in, &r))
        run_report(&k, in, &r);
    r.bids = k.bids;
    r.rebates = k.rebates;
    auction_run_release(&k);
    *ret = r;
}
