/* history.c — what earlier stretches of work say of employers and people. */
#include "matching/load.h"

enum { EARLIER_MAX = 8, CITY = 100000000, COUNTY = 1000000, VILLAGE = 1000 };

static const int horizon_months[MATCH_HORIZONS] = { 1, 3, 6 };

/* Spells come by employer and home, so that each employer's counties and villages come in order. */
struct history {
    struct match_input *in;
    size_t at; /* the employer whose spells come now, or the next */
    struct match_record *records;
    struct match_neighbours *villages;
    size_t n_records, records_cap, n_villages, villages_cap;
};

static void stays_count(struct match_stays *stays, const struct match_spell *spell,
                        struct date today)
{
    for (int h = 0; h < MATCH_HORIZONS; h++) {
        struct date due = date_add_months(spell->start, horizon_months[h]);
        bool is_gone = !date_is_none(spell->end) && date_compare(spell->end, due) < 0;

        if (date_compare(due, today) > 0 || (is_gone && spell->is_neutral))
            continue;
        stays->placed[h]++;
        stays->stayed[h] += !is_gone;
    }
}

static void employer_close(struct history *h)
{
    struct match_employer *e = h->in->employers[h->at++];

    e->records = h->records;
    e->n_records = (int32_t)h->n_records;
    e->villages = h->villages;
    e->n_villages = (int32_t)h->n_villages;
    h->records = NULL;
    h->villages = NULL;
    h->n_records = h->records_cap = h->n_villages = h->villages_cap = 0;
}

static void employer_add(struct ctx *cx, struct history *h, const struct match_spell *spell)
{
    struct match_employer *e = h->in->employers[h->at];
    int64_t county = spell->home / COUNTY * COUNTY;

    if (h->n_records == 0 || h->records[h->n_records - 1].county != county)
        ARENA_PUSH(cx->mem, h->records, h->n_records, h->records_cap)->county = county;
    stays_count(&h->records[h->n_records - 1].stays, spell, cx->today);
    stays_count(&e->stays, spell, cx->today);
    if (!date_is_none(spell->end) || spell->home % VILLAGE == 0)
        return;
    if (h->n_villages == 0 || h->villages[h->n_villages - 1].village != spell->home)
        ARENA_PUSH(cx->mem, h->villages, h->n_villages, h->villages_cap)->village = spell->home;
    h->villages[h->n_villages - 1].n++;
}

static struct match_person *person_of(struct match_input *in, int64_t id)
{
    size_t lo = 0, hi = in->n_persons;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (in->persons[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < in->n_persons && in->persons[lo].id == id ? &in->persons[lo] : NULL;
}

void match_earlier_add(struct ctx *cx, struct match_person *person, int64_t work)
{
    int64_t *earlier = person->n_earlier > 0 ? (int64_t *)(uintptr_t)person->earlier
                                             : NEW_ARRAY(cx->mem, int64_t, EARLIER_MAX);

    for (int32_t i = 0; i < person->n_earlier; i++)
        if (earlier[i] / CITY == work / CITY)
            return;
    if (person->n_earlier == EARLIER_MAX)
        return;
    earlier[person->n_earlier++] = work;
    person->earlier = earlier;
}

static enum err add_spell(struct ctx *cx, const struct match_spell *spell, void *arg)
{
    struct history *h = arg;
    struct match_person *person = person_of(h->in, spell->person_id);

    if (person)
        match_earlier_add(cx, person, spell->work);
    while (h->at < h->in->n_employers && h->in->employers[h->at]->id < spell->employer_id)
        employer_close(h);
    if (h->at < h->in->n_employers && h->in->employers[h->at]->id == spell->employer_id)
        employer_add(cx, h, spell);
    return OK;
}

static enum err load(struct ctx *cx, struct match_input *in, int64_t employer_id, int64_t person_id)
{
    struct history h = { .in = in };

    TRY(match_each_spell(cx, employer_id, person_id, add_spell, &h));
    while (h.at < in->n_employers)
        employer_close(&h);
    return OK;
}

enum err match_load_history(struct ctx *cx, struct match_input *in)
{
    return load(cx, in, NONE, NONE);
}

enum err match_load_employer_history(struct ctx *cx, struct match_employer *employer)
{
    struct match_input in = { .employers = &employer, .n_employers = 1 };

    return load(cx, &in, employer->id, NONE);
}

enum err match_load_person_history(struct ctx *cx, struct match_person *person)
{
    struct match_input in = { .persons = person, .n_persons = 1 };

    return load(cx, &in, NONE, person->id);
}
