/* seek.c — the search of one thread.
 *
 * A post's points for a person are: its value to her group (seek_group.c), which is found once for
 * all of them; the pay against her own wish, within limits; and what she wants of its city and its
 * occupation (seek_wants.c), which is the same for all posts of a chunk. So the most that a chunk
 * can give her is known without looking into it. She goes first where she gets most for the place
 * and the trade: down a list of chunks, best first, or through the few chunks of one city and one
 * trade. A chunk that may hold one of her best is looked at eight posts at a time, against all
 * rules at once. What is found is kept as one number a post, points above and tie below, the best
 * `most` of them in order; the last of these is the bar that anything further must pass. A list
 * ends at the first chunk whose most is below the bar: all that follow are worse, so the best are
 * exact.
 *
 * It waits for memory more than it computes: what will be read is asked for ahead, and people who
 * want the same come one after the other. */
#include "matching/seek_int.h"

typedef int64_t quad __attribute__((vector_size(32)));
enum { QUAD = 4 };

/* --- the best found --- */

static bool is_within_range(const struct match_person *person, int64_t work)
{
    bool is_within = false;

    for (int32_t i = 0; i < person->n_destinations && !is_within; i++)
        is_within = work >= person->destinations[i].lo && work <= person->destinations[i].hi;
    return is_within;
}

static inline int64_t key_of(int32_t points, int32_t tie)
{
    return (int64_t)points * (1ll << 32) + (UINT32_MAX - (uint32_t)tie);
}

INLINE void bar_set(struct seeker *s)
{
    s->bar = s->keys[s->most - 1];
    s->floor = (int32_t)((s->bar + 1) >> 32);
}

static void found_clear(struct seeker *s, int64_t least)
{
    int64_t floor = MIN(INT32_MAX, least / s->shared->search->scale + 1);

    s->least = least;
    for (int32_t i = 0; i < s->most; i++)
        s->keys[i] = key_of((int32_t)floor - 1, 0);
    bar_set(s);
}

/* Neither this many points in a chunk with this lowest tie, nor fewer, is among the best. */
INLINE bool is_beaten(const struct seeker *s, int64_t points, int32_t lowest)
{
    return points < s->floor ||
           (points == s->bar >> 32 && key_of((int32_t)points, lowest) <= s->bar);
}

/* The key to its place among the others, which move down from there: each becomes the greater of
 * itself and of the lesser of the key and the one above. */
INLINE void key_add(struct seeker *s, int64_t key)
{
    quad above = { INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX };

    for (int32_t i = 0; i < s->most; i += QUAD) {
        quad *at = (quad *)(s->keys + i), now = *at;
        quad moved = __builtin_shuffle(above, now, (quad){ 3, 4, 5, 6 });
        quad is_above = moved > key, is_kept = now > key;

        moved = (is_above & key) | (~is_above & moved);
        *at = (is_kept & now) | (~is_kept & moved);
        above = now;
    }
    bar_set(s);
}

INLINE void found_add(struct seeker *s, int32_t at, int32_t points, bool is_narrow)
{
    const struct layout *b = s->b;
    const int32_t *fraction = s->priced->fraction;
    int64_t key = key_of(points, s->octets[at / LANES].tie[at % LANES]);

    if (key <= s->bar)
        return;
    if (fraction && points * s->shared->search->scale - fraction[at] <= s->least)
        return;
    if (is_narrow && !is_within_range(s->person, b->in->posts[b->post[at]].work))
        return;
    key_add(s, key);
}

/* --- chunks --- */

INLINE bool is_seen(const struct seeker *s, int32_t at)
{
    return s->has_own_posts && s->post_seen[at] == s->number;
}

static void employer_follow(struct seeker *s, int32_t e)
{
    const struct layout *b = s->b;

    s->has_own_posts = true;
    for (int32_t i = b->employed_at[e]; i < b->employed_at[e + 1]; i++) {
        int32_t at = b->employed[i];
        const struct match_post *post = &b->in->posts[b->post[at]];

        if (is_seen(s, at))
            continue;
        s->post_seen[at] = s->number;
        s->pairs++;
        if (s->priced->own[at] > NEVER / 2 && match_feasible(s->person, post, b->in->today))
            found_add(s, at,
                      match_points(s->person, post, b->in->weights) + s->priced->own[at] -
                          b->own[at],
                      false);
    }
}

/* The posts of employers where neighbours are or who had her trained: few, so each by itself. */
static void employers_follow(struct seeker *s)
{
    const struct layout *b = s->b;
    int64_t home = s->person->home;

    s->has_own_posts = false;
    for (int32_t d = delta_from(b->villages, b->n_villages, home);
         d < b->n_villages && b->villages[d].home == home; d++)
        employer_follow(s, b->villages[d].employer);
    for (int32_t t = 0; t < s->person->n_trainings; t++) {
        int64_t id = s->person->trainings[t].employer_id;

        for (int32_t d = delta_from(b->by_id, b->n_employers, id);
             d < b->n_employers && b->by_id[d].home == id; d++)
            employer_follow(s, b->by_id[d].employer);
    }
}

/* Bit i for lane i that is not 0. */
INLINE uint32_t bits_of(const lanes *is)
{
    lanes bits = *is & (lanes){ 1, 2, 4, 8, 16, 32, 64, 128 };

    bits |= __builtin_shuffle(bits, (lanes){ 4, 5, 6, 7, 0, 1, 2, 3 });
    bits |= __builtin_shuffle(bits, (lanes){ 2, 3, 0, 1, 6, 7, 4, 5 });
    return (uint32_t)bits[0] | (uint32_t)bits[1];
}

/* Asks for what chunk_scan() will read, long before it waits for it. */
INLINE void chunk_fetch(const struct seeker *s, const struct valued_chunk *chunk)
{
    for (int32_t at = chunk->from; at < chunk->from + chunk->n; at += LANES) {
        __builtin_prefetch(&s->octets[at / LANES]);
        __builtin_prefetch(s->b->octets[at / LANES].worth);
        __builtin_prefetch(s->b->octets[at / LANES].needs);
    }
}

/* The posts of a chunk against all rules and the floor, eight at a time. */
INLINE void chunk_scan(struct seeker *s, const struct valued_chunk *chunk, struct wanted w)
{
    const struct layout *b = s->b;
    int32_t limit = b->in->weights->pay_limit, cannot = s->cannot | w.cannot;
    int32_t short_points = b->in->weights->skill_short;
    int32_t range = s->person->n_destinations > 0 ? s->city[chunk->city_at].range : RANGE_WHOLE;
    const struct match_range *narrow = range >= 0 ? &s->person->destinations[range] : NULL;
    bool is_back =
        s->has_lost && s->city_seen[chunk->city_at] == s->number && s->city[chunk->city_at].is_back;

    for (int32_t at = chunk->from; at < chunk->from + chunk->n; at += LANES) {
        const struct octet *octet = &b->octets[at / LANES];
        lanes needs = *(const lanes_at *)octet->needs, ok;
        union {
            lanes lanes;
            int32_t each[LANES];
        } points = { .lanes = *(const lanes_at *)s->octets[at / LANES].value + w.extra };

        if (chunk->is_paid) {
            lanes pay = *(const lanes_at *)octet->worth - s->wish;
            lanes above = pay > limit, below = pay < -limit;

            points.lanes += (pay & ~(above | below)) | (above & limit) | (below & -limit);
        }
        if (!w.is_trained)
            points.lanes -= ((needs & s->short_bit) != 0) & short_points;
        if (is_back)
            points.lanes -= *(const lanes_at *)(s->lost + at);
        ok = (points.lanes >= s->floor) & ((needs & cannot) == 0) &
             (*(const lanes_at *)octet->pay >= s->least_pay) &
             (*(const lanes_at *)octet->latest >= s->from);
        if (s->age_from > INT32_MIN)
            ok &= *(const lanes_at *)octet->start >= s->age_from;
        if (narrow)
            ok &= (*(const lanes_at *)octet->county >= (int32_t)(narrow->lo / COUNTY)) &
                  (*(const lanes_at *)octet->county <= (int32_t)(narrow->hi / COUNTY));
        for (uint32_t bits = bits_of(&ok); bits != 0; bits &= bits - 1) {
            int lane = __builtin_ctz(bits);

            if (is_seen(s, at + lane))
                continue;
            if (s->logit)
                points.each[lane] = estimate_exactly(s, at + lane, points.each[lane], &w);
            found_add(s, at + lane, points.each[lane], range != RANGE_WHOLE);
        }
    }
    s->pairs += chunk->n;
}

/* --- lists of chunks --- */

/* Nothing in this chunk is to be had, or with her points for city and trade among the best. */
INLINE bool is_chunk_out(const struct seeker *s, const struct valued_chunk *chunk, struct wanted w)
{
    int64_t most = chunk->value;

    if (chunk->is_paid)
        most = MIN((int64_t)chunk->best - s->wish, most + s->b->in->weights->pay_limit);
    return (chunk->needs & (s->cannot | w.cannot)) != 0 || chunk->pay < s->least_pay ||
           chunk->latest < s->from || is_beaten(s, most + w.extra, chunk->lowest);
}

/* Only cities where the person has no habits: the others are looked at by themselves. */
enum { ELSEWHERE = -1 };

INLINE bool is_to_scan(const struct seeker *s, const struct valued_chunk *chunk, struct wanted w)
{
    bool is_elsewhere = w.at != ELSEWHERE || s->city_seen[chunk->city_at] != s->number;

    return is_elsewhere && !is_chunk_out(s, chunk, w);
}

/* Of eight chunks of a list those whose bit is set. */
INLINE void chunks_scan(struct seeker *s, const int32_t *chunks, uint32_t may, struct wanted w)
{
    for (uint32_t bits = may; bits != 0; bits &= bits - 1) {
        const struct valued_chunk *chunk = &s->chunks[chunks[__builtin_ctz(bits)]];

        if (is_to_scan(s, chunk, w))
            chunk_fetch(s, chunk);
        else
            may &= ~(bits & -bits);
    }
    for (uint32_t bits = may; bits != 0; bits &= bits - 1) {
        const struct valued_chunk *chunk = &s->chunks[chunks[__builtin_ctz(bits)]];

        if (!is_chunk_out(s, chunk, w)) /* for the bar may be higher now */
            chunk_scan(s, chunk, w);
    }
}

/* Down one half of a list, eight chunks at a time, while anything in it can be among the best. By
 * the key of a chunk,
 *     most <= key - min(wish, wish of the group)
 * whichever the person's wish is; where the pay is not stated, most <= key. */
INLINE void list_follow(struct seeker *s, int32_t list, bool is_paid, struct wanted w)
{
    const struct layout *b = s->b;
    int32_t limit = is_paid ? b->in->weights->pay_limit : 0;
    int32_t wish = is_paid ? MIN(s->wish, s->group->wish) : 0;

    for (int32_t i = b->list_at[list]; i < b->list_at[list + 1]; i += LANES) {
        const struct valued_chunk *first = &s->chunks[s->order[i]];
        lanes may = (*(const lanes_at *)(s->order_value + i) + (limit + w.extra) >= s->floor) &
                    (*(const lanes_at *)(s->order_pay + i) >= s->least_pay);

        if (is_paid)
            may &= *(const lanes_at *)(s->order_best + i) + (w.extra - s->wish) >= s->floor;
        if (is_beaten(s, (int64_t)chunk_key(s, first) - wish + w.extra, first->lowest))
            break;
        chunks_scan(s, s->order + i, bits_of(&may), w);
    }
}

INLINE void lists_follow(struct seeker *s, int32_t list, struct wanted w)
{
    for (int32_t half = 0; half < 2; half++)
        list_follow(s, list + half, half == 0, w);
}

/* Where the chunks of one city and one occupation begin, and end. */
INLINE const int32_t *cell_of(const struct seeker *s, struct wanted city, struct wanted trade)
{
    return &s->b->cell[city.at * s->b->n_trades + trade.at];
}

INLINE struct wanted both_of(struct wanted city, struct wanted trade)
{
    trade.extra += city.extra;
    trade.more += city.more;
    trade.logit += city.logit;
    return trade;
}

INLINE void cell_follow(struct seeker *s, struct wanted city, struct wanted trade)
{
    const int32_t *cell = cell_of(s, city, trade);

    trade = both_of(city, trade);
    for (int32_t c = cell[0]; c < cell[1]; c++)
        if (!is_chunk_out(s, &s->chunks[c], trade))
            chunk_scan(s, &s->chunks[c], trade);
}

/* Of one occupation in all cities wanted. */
INLINE void cells_fetch(const struct seeker *s, struct wanted trade)
{
    for (int32_t i = 0; i < s->n_cities; i++) {
        const int32_t *cell = cell_of(s, s->cities[i], trade);
        struct wanted both = both_of(s->cities[i], trade);

        for (int32_t c = cell[0]; c < cell[1]; c++)
            if (!is_chunk_out(s, &s->chunks[c], both))
                chunk_fetch(s, &s->chunks[c]);
    }
}

/* --- a person --- */

static void person_open(struct seeker *s, const struct match_person *person)
{
    const struct match_weights *w = s->b->in->weights;
    struct date age_from = match_age_from(person, s->b->in->today);
    int level = person->skill_level;

    s->person = person;
    s->wish = match_wish(person, w);
    s->least_pay = person->least_wage_fen == NONE
                       ? INT32_MIN
                       : (int32_t)MAX(INT32_MIN, MIN(INT32_MAX, person->least_wage_fen));
    s->cannot = person->cannot << NEED_DEMANDS_AT;
    if (!person->is_registered)
        s->cannot |= NEED_RESERVED;
    for (int i = level + 2; level >= 0 && i <= LEVELS; i++)
        s->cannot |= 1 << i;
    s->short_bit = level >= 0 && level < LEVELS ? 1 << (level + 1) : 0;
    s->from = day_number(person->from, INT32_MIN);
    s->age_from = day_number(age_from, INT32_MIN);
}

/* Where and what she wants, most points first; then, when she wants no place above others, the rest
 * of the country. */
INLINE void seek_here(struct seeker *s)
{
    bool is_elsewhere = s->person->n_destinations == 0;

    if (s->b->is_by_trade) {
        if (s->n_trades > 0)
            cells_fetch(s, s->trades[0]);
        for (int32_t t = 0; t < s->n_trades; t++) {
            struct wanted trade = s->trades[t];

            if (t + 1 < s->n_trades)
                cells_fetch(s, s->trades[t + 1]);
            for (int32_t i = 0; i < s->n_cities; i++)
                cell_follow(s, s->cities[i], trade);
            trade.at = ELSEWHERE;
            if (is_elsewhere)
                lists_follow(s, list_of_trade(s->b, s->trades[t].at), trade);
        }
        return;
    }
    for (int32_t i = 0; i < s->n_cities; i++)
        lists_follow(s, list_of_city(s->cities[i].at), s->cities[i]);
    if (is_elsewhere)
        lists_follow(s, 0, (struct wanted){ .at = ELSEWHERE });
}

/* The same search for what the processor has: gcc makes of eight lanes what there is. */
static void seek_any(struct seeker *s)
{
    seek_here(s);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void seek_avx2(struct seeker *s)
{
    seek_here(s);
}
#endif

/* --- all --- */

struct seeker *seeker_new(struct arena *mem, const struct shared *shared,
                          const struct priced *priced)
{
    const struct layout *b = priced->b;
    struct seeker *s = NEW(mem, struct seeker);
    size_t listed = (size_t)b->list_at[b->n_lists] + LANES;

    s->b = b;
    s->shared = shared;
    s->priced = priced;
    s->seek = seek_any;
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        s->seek = seek_avx2;
#endif
    s->octets = arena_lines(mem, sizeof *s->octets * (size_t)(b->n / LANES + 1));
    for (int32_t at = 0; at < b->n; at++) {
        s->octets[at / LANES].value[at % LANES] = NEVER;
        s->octets[at / LANES].tie[at % LANES] = priced->tie[at];
    }
    s->chunks = arena_lines(mem, sizeof *s->chunks * ((size_t)b->n_chunks + 1));
    for (int32_t c = 0; c < b->n_chunks; c++) {
        const struct chunk *chunk = &b->chunks[c];

        s->chunks[c] = (struct valued_chunk){ .lowest = priced->lowest[c],
                                              .pay = chunk->pay,
                                              .latest = chunk->latest,
                                              .city_at = chunk->city_at,
                                              .from = chunk->from,
                                              .needs = (uint16_t)chunk->needs,
                                              .n = (uint8_t)(chunk->to - chunk->from),
                                              .is_paid = chunk->is_paid };
    }
    s->order = NEW_ARRAY(mem, int32_t, listed);
    s->order_best = NEW_ARRAY(mem, int32_t, listed);
    s->order_value = NEW_ARRAY(mem, int32_t, listed);
    s->order_pay = NEW_ARRAY(mem, int32_t, listed);
    for (size_t i = 0; i < listed; i++)
        s->order_best[i] = s->order_value[i] = NEVER;
    s->lost = NEW_ARRAY(mem, int32_t, b->n + LANES);
    s->granted = NEW_ARRAY(mem, int32_t, b->n_kinds + 1);
    s->kind_lost = NEW_ARRAY(mem, int32_t, b->n_kinds + 1);
    estimate_new(mem, s);
    s->sorting = keyed_new(mem, b->n_chunks);
    s->cursor = NEW_ARRAY(mem, int32_t, (size_t)b->n_lists + 1);
    s->most = shared->search->most;
    s->keys = arena_lines(mem, sizeof *s->keys * ((size_t)s->most + QUAD));
    s->cities = NEW_ARRAY(mem, struct wanted, (size_t)b->n_cities + 1);
    s->city = NEW_ARRAY(mem, struct city, (size_t)b->n_cities + 1);
    s->city_seen = NEW_ARRAY(mem, int32_t, (size_t)b->n_cities + 1);
    s->post_seen = NEW_ARRAY(mem, int32_t, (size_t)b->n + 1);
    s->trade_seen = NEW_ARRAY(mem, int32_t, (size_t)b->n_trades + 1);
    s->trades = NEW_ARRAY(mem, struct wanted, (size_t)b->n_trades + 1);
    return s;
}

static void found_keep(struct seeker *s, int32_t i)
{
    const struct shared *shared = s->shared;
    const struct block_search *search = shared->search;
    struct auction_edge *edges = shared->found->edges + (int64_t)i * s->most;
    int64_t start = key_of((int32_t)MIN(INT32_MAX, s->least / search->scale + 1) - 1, 0);
    int32_t n = 0;

    for (; n < s->most && s->keys[n] > start; n++) {
        int32_t post = shared->post_of_tie[UINT32_MAX - (uint32_t)s->keys[n]];
        int32_t points = (int32_t)(s->keys[n] >> 32);

        edges[n] = (struct auction_edge){ post, points };
        if (search->price)
            edges[n].score += (int32_t)(search->price[post] / search->scale);
    }
    shared->found->n[i] = n;
    if (n > 0) {
        int64_t price = search->price ? search->price[edges[0].post] : 0;

        shared->found->worth[i] = edges[0].score * search->scale - price;
    }
}

void seeker_expect(const struct seeker *s, int32_t later, int32_t soon)
{
    const int32_t *who = s->shared->search->who;
    const struct match_person *person = &s->b->in->persons[who[later]];

    __builtin_prefetch(person);
    __builtin_prefetch((const char *)(person + 1) - 1);
    person = &s->b->in->persons[who[soon]];
    __builtin_prefetch(person->destinations);
    __builtin_prefetch(person->occupations);
    __builtin_prefetch(person->earlier);
}

void seeker_find(struct seeker *s, const struct group *group, int32_t i)
{
    const struct block_search *search = s->shared->search;
    const struct match_person *person = &s->b->in->persons[search->who[i]];

    if (!person->is_willing || s->most <= 0)
        return;
    if (group != s->group)
        group_open(s, group);
    person_open(s, person);
    found_clear(s, search->least ? search->least[search->who[i]] : 0);
    wants_open(s);
    employers_follow(s);
    s->seek(s);
    found_keep(s, i);
}

int64_t seeker_pairs(const struct seeker *s)
{
    return s->pairs;
}
