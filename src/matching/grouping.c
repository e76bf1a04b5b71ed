/* grouping.c — people in one line, those alike together (blocks.h). */
#include "matching/blocks_int.h"

/* A key from its highest bit: GROUP_TRADE, for it decides the layout; the county, whatever number
 * stands for it; the other flags, the wish for a place last; the wish for pay. */
enum {
    WISH_BITS = 13,
    WISH_STEP = 3000, /* points: in finer steps ordering the lists costs more than it spares */
    FLAG_BITS = 5,
    COUNTY_BITS = 45,
};

static int32_t flags_of(const struct match_person *person)
{
    return (person->n_destinations > 0 ? GROUP_PLACE : 0) |
           (person->is_registered ? GROUP_REGISTERED : 0) |
           (person->wants_western_food ? GROUP_FOOD : 0) |
           (person->wants_couple_room ? GROUP_ROOM : 0) |
           (person->companion_id != NONE ? GROUP_COMPANION : 0) |
           (person->n_occupations > 0 || person->n_trainings > 0 ? GROUP_TRADE : 0);
}

static uint64_t group_key(const struct match_person *person, const struct match_weights *weights)
{
    uint64_t flags = (uint64_t)flags_of(person), trade = flags / GROUP_TRADE;
    uint64_t county = (uint64_t)(person->home / COUNTY) & ((1ull << COUNTY_BITS) - 1);
    int64_t wish = is_listless((int32_t)flags) ? 0 : MAX(0, match_wish(person, weights));

    return ((trade << COUNTY_BITS | county) << FLAG_BITS | flags % GROUP_TRADE) << WISH_BITS |
           (uint64_t)MIN(wish / WISH_STEP, (1 << WISH_BITS) - 1);
}

/* What she wants first of all: place, then trade, as far as 22 bits tell them apart. */
static uint64_t want_key(const struct match_person *person)
{
    const uint64_t scramble = 0x9e3779b97f4a7c15u;
    uint64_t place = 0, trade = 0;

    if (person->n_destinations > 0)
        place = (uint64_t)(person->destinations[0].lo / CITY) * scramble >> 53;
    if (person->n_occupations > 0)
        trade = (uint64_t)person->occupations[0] * scramble >> 53;
    return place << 11 | trade;
}

static void groups_cut(struct arena *mem, const struct match_problem *in, const struct keyed *line,
                       struct people *ret)
{
    ret->groups = NEW_ARRAY(mem, struct group, in->n_persons + 1);
    for (int32_t i = 0; i < in->n_persons; i++) {
        const struct match_person *person = &in->persons[line[i].item];

        if (i == 0 || line[i].key != line[i - 1].key)
            ret->groups[ret->n_groups++] = (struct group){
                .county = person->home / COUNTY * COUNTY,
                .flags = flags_of(person),
                .from = i,
                .wish = (int32_t)(line[i].key % (1 << WISH_BITS)) * WISH_STEP,
            };
    }
    ret->groups[ret->n_groups].from = in->n_persons;
}

void people_build(struct arena *mem, const struct match_problem *in, struct people *ret)
{
    struct arena *scratch = arena_new();
    struct keyed *line = keyed_new(scratch, in->n_persons);
    uint64_t *keys = NEW_ARRAY(scratch, uint64_t, in->n_persons + 1);

    for (int32_t i = 0; i < in->n_persons; i++) {
        line[i] = (struct keyed){ want_key(&in->persons[i]), i };
        keys[i] = group_key(&in->persons[i], in->weights);
    }
    keyed_sort(line, in->n_persons);
    for (int32_t i = 0; i < in->n_persons; i++)
        line[i].key = keys[line[i].item];
    keyed_sort(line, in->n_persons);
    ret->place = NEW_ARRAY(mem, int32_t, in->n_persons + 1);
    for (int32_t i = 0; i < in->n_persons; i++)
        ret->place[line[i].item] = i;
    groups_cut(mem, in, line, ret);
    arena_free(scratch);
}
