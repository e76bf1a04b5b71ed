/* grants.c — what policies in force would pay, or are said to, for each kind of post and of people
 * (score.h). */
#include "matching/load.h"

#include <stdlib.h>

enum { COUNTY = 1000000, PEOPLE = 4 /* kinds of people of a county: registered × been there */ };

/* A kind of post, and what makes it one. */
struct kind {
    int64_t key;
    size_t post;
};

static int by_key(const void *a, const void *b)
{
    const struct kind *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->post > y->post) - (x->post < y->post);
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Counties of the people, each once and ascending. */
static int64_t *counties_of(struct arena *mem, const struct match_person *persons, size_t n,
                            size_t *ret_n)
{
    int64_t *counties = NEW_ARRAY(mem, int64_t, n + 1);
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        counties[i] = persons[i].home / COUNTY * COUNTY;
    if (n > 1)
        qsort(counties, n, sizeof *counties, by_number);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || counties[kept - 1] != counties[i])
            counties[kept++] = counties[i];
    *ret_n = kept;
    return counties;
}

static struct kind *kinds_of(struct arena *mem, const struct match_post *posts, size_t n)
{
    struct kind *kinds = NEW_ARRAY(mem, struct kind, n + 1);

    for (size_t i = 0; i < n; i++)
        kinds[i] = (struct kind){
            (posts[i].work / COUNTY * 2 + posts[i].is_reserved) * 2 + posts[i].employer->is_base, i
        };
    if (n > 1)
        qsort(kinds, n, sizeof *kinds, by_key);
    return kinds;
}

/* All stays of people of these counties at a kind of post: of each county, by household, first time
 * before been there. */
static void stays_add(struct match_stay *at, const struct match_post *post, const int64_t *counties,
                      size_t n)
{
    for (size_t i = 0; i < n * PEOPLE; i++)
        at[i] = (struct match_stay){
            .home = counties[i / PEOPLE],
            .work = post->work / COUNTY * COUNTY,
            .is_reserved = post->is_reserved,
            .is_base = post->employer->is_base,
            .grant = { .county = counties[i / PEOPLE],
                       .is_registered = i / 2 % 2,
                       .is_back = i % 2 },
        };
}

/* What is paid of them; who comes back gets no more than who comes first. */
static const struct match_grants *grants_of(struct arena *mem, const struct match_stay *stays,
                                            size_t n)
{
    struct match_grants *ret = NEW(mem, struct match_grants);
    struct match_grant *at = NEW_ARRAY(mem, struct match_grant, n + 1);

    for (size_t i = 0; i < n; i++) {
        const struct match_grant *grant = &stays[i].grant;

        if (grant->is_back && grant->fen > stays[i - 1].grant.fen)
            grant = &stays[i - 1].grant;
        if (grant->fen <= 0)
            continue;
        at[ret->n] = *grant;
        at[ret->n++].is_back = stays[i].grant.is_back;
    }
    ret->at = at;
    return ret->n ? ret : NULL;
}

enum err match_load_grants(struct ctx *cx, const struct match_person *persons, size_t n_persons,
                           struct match_post *posts, size_t n_posts)
{
    struct kind *kinds = kinds_of(cx->mem, posts, n_posts);
    struct match_stay *stays;
    size_t n_counties, n_kinds = 0, each;
    const int64_t *counties = counties_of(cx->mem, persons, n_persons, &n_counties);
    const struct match_grants *grants = NULL;

    each = n_counties * PEOPLE;
    for (size_t i = 0; i < n_posts; i++)
        n_kinds += i == 0 || kinds[i].key != kinds[i - 1].key;
    stays = NEW_ARRAY(cx->mem, struct match_stay, n_kinds * each + 1);
    for (size_t i = 0, k = 0; i < n_posts; i++)
        if (i == 0 || kinds[i].key != kinds[i - 1].key)
            stays_add(stays + k++ * each, &posts[kinds[i].post], counties, n_counties);
    TRY(match_stays_paid(cx, stays, n_kinds * each));
    for (size_t i = 0, k = 0; i < n_posts; i++) {
        if (i == 0 || kinds[i].key != kinds[i - 1].key)
            grants = grants_of(cx->mem, stays + k++ * each, each);
        posts[kinds[i].post].grants = grants;
    }
    return OK;
}

void match_state_grants(struct arena *mem, const struct match_person *persons, size_t n_persons,
                        struct match_post *posts, const struct match_stated *stated, size_t n_posts)
{
    struct kind *kinds = NEW_ARRAY(mem, struct kind, n_posts + 1);
    size_t n_counties;
    const int64_t *counties = counties_of(mem, persons, n_persons, &n_counties);
    struct match_stay *stays = NEW_ARRAY(mem, struct match_stay, n_counties * PEOPLE + 1);
    const struct match_grants *grants = NULL;

    for (size_t i = 0; i < n_posts; i++)
        kinds[i] = (struct kind){ stated[i].registered_fen << 32 | stated[i].other_fen, i };
    if (n_posts > 1)
        qsort(kinds, n_posts, sizeof *kinds, by_key);
    for (size_t k = 0; k < n_posts; k++) {
        size_t i = kinds[k].post;

        if (k == 0 || kinds[k].key != kinds[k - 1].key) {
            stays_add(stays, &posts[i], counties, n_counties);
            for (size_t s = 0; s < n_counties * PEOPLE; s++)
                stays[s].grant.fen =
                    stays[s].grant.is_registered ? stated[i].registered_fen : stated[i].other_fen;
            grants = grants_of(mem, stays, n_counties * PEOPLE);
        }
        posts[i].grants = grants;
    }
}
