/* index.c — finding a division by what people write.
 *
 * Places stand in order of code; a name leads to every place that bears it, in full (通渭县),
 * shortened (通渭) or as an alias. A text is cut from the left into names, each of which must lie
 * below the one before: 甘肃定西通渭 is 甘肃 › 定西 › 通渭. All ways to cut it are tried; a way
 * that uses divisions in force is better than one with abolished ones, full names are better than
 * short ones, and what remains after abolished divisions are followed to their successors must be
 * one division. */
#include "divisions/index.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { NAME_CHARS_MAX = 20, STEPS_MAX = 8, DEPTH_MAX = 6, FINDINGS_MAX = 64 };

enum name_kind { NAME_FULL, NAME_SHORT, NAME_ALIAS };

/* One name of one place; names of equal hash are chained. */
struct name {
    uint64_t hash;
    const char *text;
    int len, place, next;
    enum name_kind kind;
};

struct division_index {
    struct arena *mem;
    unsigned number;
    struct place *places;
    size_t place_count, place_cap;
    struct successor *successors;
    size_t successor_count, successor_cap;
    struct alias {
        const char *name;
        int64_t code;
    } * aliases;
    size_t alias_count, alias_cap;
    struct name *names;
    size_t name_count, name_cap;
    int *buckets;
    size_t bucket_count; /* power of two */
};

/* --- short names --- */
static bool cut_tail(const char *text, size_t *len, const char *tail, size_t least_chars)
{
    size_t n = strlen(tail), chars = 0;

    if (*len < n || memcmp(text + *len - n, tail, n) != 0)
        return false;
    for (size_t i = 0; i < *len - n; i++)
        chars += ((unsigned char)text[i] & 0xC0) != 0x80;
    if (chars < least_chars)
        return false;
    *len -= n;
    return true;
}

const char *division_short_name(struct arena *mem, const char *name, enum division_level level)
{
    static const char *const kinds[] = { "特别行政区", "自治区", "自治州", "自治县",
                                         "自治旗",     "地区",   "林区",   "特区",
                                         "新区",       "省",     "市",     "县",
                                         "区",         "旗",     "盟",     NULL };
    static const char *const peoples[] = {
        "蒙古族", "回族",     "藏族",   "维吾尔", "维吾尔族", "苗族",   "彝族",     "壮族",
        "布依族", "朝鲜族",   "满族",   "侗族",   "瑶族",     "白族",   "土家族",   "哈尼族",
        "哈萨克", "哈萨克族", "傣族",   "黎族",   "傈僳族",   "佤族",   "畲族",     "拉祜族",
        "水族",   "东乡族",   "纳西族", "景颇族", "柯尔克孜", "土族",   "达斡尔族", "仫佬族",
        "羌族",   "布朗族",   "撒拉族", "毛南族", "仡佬族",   "锡伯",   "普米族",   "塔吉克",
        "怒族",   "鄂温克族", "保安族", "裕固族", "独龙族",   "鄂伦春", "各族",     "蒙古",
        "壮",     NULL
    };
    size_t len = strlen(name);
    bool is_autonomous = strstr(name, "自治") != NULL, more = true;

    if (level >= LEVEL_TOWNSHIP)
        return arena_strdup(mem, name);
    for (int i = 0; kinds[i]; i++)
        if (cut_tail(name, &len, kinds[i], 2))
            break;
    while (is_autonomous && more) {
        more = false;
        for (int i = 0; peoples[i] && !more; i++)
            more = cut_tail(name, &len, peoples[i], 2);
    }
    return arena_strndup(mem, name, len);
}

/* --- building --- */
struct division_index *division_index_new(void)
{
    static atomic_uint made;
    struct arena *mem = arena_new();
    struct division_index *ix = NEW(mem, struct division_index);

    ix->mem = mem;
    ix->number = atomic_fetch_add(&made, 1) + 1;
    return ix;
}

unsigned division_index_number(const struct division_index *ix)
{
    return ix->number;
}

void division_index_free(struct division_index *ix)
{
    if (ix)
        arena_free(ix->mem);
}

void division_index_add(struct division_index *ix, const struct place *p)
{
    struct place *own = ARENA_PUSH(ix->mem, ix->places, ix->place_count, ix->place_cap);

    *own = *p;
    own->name = arena_strdup(ix->mem, p->name);
    own->short_name = arena_strdup(ix->mem, p->short_name);
    own->full_name = arena_strdup(ix->mem, p->full_name);
    own->successors = 0;
}

void division_index_add_successor(struct division_index *ix, const struct successor *s)
{
    *ARENA_PUSH(ix->mem, ix->successors, ix->successor_count, ix->successor_cap) = *s;
}

void division_index_add_alias(struct division_index *ix, const char *name, int64_t code)
{
    *ARENA_PUSH(ix->mem, ix->aliases, ix->alias_count, ix->alias_cap) =
        (struct alias){ arena_strdup(ix->mem, name), code };
}

static uint64_t hash_add(uint64_t hash, char c)
{
    return (hash ^ (unsigned char)c) * 0x100000001b3u; /* FNV-1a */
}
#define HASH_START 0xcbf29ce484222325u

static int *bucket_of(const struct division_index *ix, uint64_t hash)
{
    return &ix->buckets[(hash ^ hash >> 32) & (ix->bucket_count - 1)];
}

static void add_name(struct division_index *ix, const char *text, int place, enum name_kind kind)
{
    uint64_t hash = HASH_START;
    struct name *n;
    int *bucket;

    for (const char *p = text; *p; p++)
        hash = hash_add(hash, *p);
    bucket = bucket_of(ix, hash);
    n = ARENA_PUSH(ix->mem, ix->names, ix->name_count, ix->name_cap);
    *n = (struct name){ .hash = hash,
                        .text = text,
                        .len = (int)strlen(text),
                        .place = place,
                        .kind = kind,
                        .next = *bucket };
    *bucket = (int)ix->name_count - 1;
}

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a, *y = b;

    return x->code < y->code ? -1 : x->code > y->code;
}

static int compare_successors(const void *a, const void *b)
{
    const struct successor *x = a, *y = b;

    if (x->code != y->code)
        return x->code < y->code ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

const struct place *division_index_find(const struct division_index *ix, int64_t code)
{
    struct place key = { .code = code };

    return ix->place_count ? bsearch(&key, ix->places, ix->place_count, sizeof key, compare_places)
                           : NULL;
}

static bool is_plain_name(const char *name)
{
    return !str_eq(name, "市辖区") && !str_eq(name, "县");
}

void division_index_finish(struct division_index *ix)
{
    if (ix->place_count)
        qsort(ix->places, ix->place_count, sizeof *ix->places, compare_places);
    if (ix->successor_count)
        qsort(ix->successors, ix->successor_count, sizeof *ix->successors, compare_successors);
    for (size_t i = 0; i < ix->successor_count; i++) {
        struct place *p = (struct place *)division_index_find(ix, ix->successors[i].code);
        if (p && p->successors++ == 0)
            p->first_successor = (int)i;
    }
    for (ix->bucket_count = 1024; ix->bucket_count < 3 * ix->place_count;)
        ix->bucket_count *= 2;
    ix->buckets = NEW_ARRAY(ix->mem, int, ix->bucket_count);
    memset(ix->buckets, 0xff, ix->bucket_count * sizeof *ix->buckets);
    for (size_t i = 0; i < ix->place_count; i++) {
        const struct place *p = &ix->places[i];
        if (!is_plain_name(p->name))
            continue;
        add_name(ix, p->name, (int)i, NAME_FULL);
        if (!str_eq(p->name, p->short_name))
            add_name(ix, p->short_name, (int)i, NAME_SHORT);
        /* 石柱县, 临夏州: how everybody shortens the names of autonomous places */
        if (str_ends(p->name, "自治县"))
            add_name(ix, arena_printf(ix->mem, "%s县", p->short_name), (int)i, NAME_ALIAS);
        else if (str_ends(p->name, "自治州"))
            add_name(ix, arena_printf(ix->mem, "%s州", p->short_name), (int)i, NAME_ALIAS);
    }
    for (size_t i = 0; i < ix->alias_count; i++) {
        const struct place *p = division_index_find(ix, ix->aliases[i].code);
        if (p)
            add_name(ix, ix->aliases[i].name, (int)(p - ix->places), NAME_ALIAS);
    }
}

/* --- what a code is on a day --- */
static bool has_ended(const struct place *p, struct date on)
{
    return p->is_abolished && (date_is_none(p->valid_to) || date_compare(p->valid_to, on) < 0);
}

static int64_t follow(const struct division_index *ix, int64_t code, struct date on, int steps)
{
    const struct place *p = division_index_find(ix, code);
    int64_t above, next, moved;

    if (steps == STEPS_MAX)
        return NONE;
    if (!p) { /* a deeper code than we know: ask for what it lies in, and keep its last digits if
                 that keeps its level */
        if (division_level(code) <= LEVEL_COUNTY)
            return NONE;
        above = division_at(code, division_level(code) - 1);
        next = follow(ix, above, on, steps + 1);
        if (next == above || next == NONE)
            return next == NONE ? NONE : code;
        moved = next + (code - above);
        return division_level(next) == division_level(above) && division_index_find(ix, moved)
                   ? moved
                   : next;
    }
    if (!has_ended(p, on))
        return code;
    next = NONE;
    for (int i = 0; i < p->successors; i++) {
        const struct successor *s = &ix->successors[p->first_successor + i];
        if (!date_is_none(s->from) && date_compare(s->from, on) > 0)
            continue;
        if (next != NONE)
            return NONE;
        next = s->to;
    }
    return next == NONE ? NONE : follow(ix, next, on, steps + 1);
}

int64_t division_index_on(const struct division_index *ix, int64_t code, struct date on)
{
    return code == NONE ? NONE : follow(ix, code, on, 0);
}

/* --- cutting a text into names --- */
struct finding {
    int64_t code;  /* after following successors; NONE when split */
    int64_t named; /* as written */
    enum division_level level;
    int rank; /* lower is better */
    bool is_abolished;
};

enum { RANK_SHORT = 1, RANK_ABOLISHED = 100, RANK_REST = 1000 };

struct cutting {
    const struct division_index *ix;
    struct date on;
    int n;
    struct finding found[FINDINGS_MAX];
};

static const char *skip_separators(const char *p)
{
    static const char *const between[] = { " ",  "/", "-", ",",  ">",      "，",
                                           "、", "·", "—", "　", "市辖区", NULL };

    for (int i = 0; between[i]; i++)
        if (str_starts(p, between[i])) {
            p += strlen(between[i]);
            i = -1;
        }
    return p;
}

static void note(struct cutting *c, const struct place *p, int rank)
{
    struct finding *f;
    bool ended = has_ended(p, c->on);

    if (c->n == FINDINGS_MAX)
        return;
    f = &c->found[c->n++];
    f->named = p->code;
    f->level = p->level;
    f->is_abolished = ended;
    f->code = ended ? division_index_on(c->ix, p->code, c->on) : p->code;
    f->rank = rank;
}

/* Below the place named before, or what that became, or what this became. */
static bool lies_below(const struct division_index *ix, const struct place *p,
                       const struct place *above)
{
    if (!above)
        return true;
    if (p->code == above->code)
        return false;
    if (division_within(p->code, above->code))
        return true;
    for (int i = 0; i < p->successors; i++)
        if (division_within(ix->successors[p->first_successor + i].to, above->code))
            return true;
    for (int i = 0; i < above->successors; i++)
        if (division_within(p->code, ix->successors[above->first_successor + i].to) &&
            p->code != ix->successors[above->first_successor + i].to)
            return true;
    return false;
}

/* What is left behind a county or township is an address within it, unless it names a township that
 * we would have to know. */
static bool may_remain(const char *rest, const struct place *above)
{
    if (!above || above->level < LEVEL_COUNTY)
        return false;
    if (above->level >= LEVEL_TOWNSHIP)
        return true;
    return !strstr(rest, "镇") && !strstr(rest, "乡") && !strstr(rest, "街道");
}

static void cut(struct cutting *c, const char *at, const struct place *above, int rank, int depth)
{
    const struct division_index *ix = c->ix;
    uint64_t hash = HASH_START;
    const char *p;
    bool any = false;

    at = skip_separators(at);
    if (!*at) {
        if (above)
            note(c, above, rank);
        return;
    }
    p = at;
    for (int chars = 1; *p && chars <= NAME_CHARS_MAX && depth < DEPTH_MAX; chars++) {
        do
            hash = hash_add(hash, *p++);
        while (((unsigned char)*p & 0xC0) == 0x80);
        for (int i = *bucket_of(ix, hash); i >= 0; i = ix->names[i].next) {
            const struct name *n = &ix->names[i];
            const struct place *q = &ix->places[n->place];
            if (n->hash != hash || n->len != p - at || memcmp(n->text, at, (size_t)n->len) != 0)
                continue;
            /* a township's name alone says nothing: 双龙镇 is in many counties */
            if (!lies_below(ix, q, above) ||
                (q->level >= LEVEL_TOWNSHIP && (!above || above->level < LEVEL_CITY)))
                continue;
            any = true;
            cut(c, p, q,
                rank + (n->kind == NAME_FULL ? 0 : RANK_SHORT) +
                    (has_ended(q, c->on) ? RANK_ABOLISHED : 0),
                depth + 1);
        }
    }
    if (!any && may_remain(at, above))
        note(c, above, rank + RANK_REST);
}

/* The one division that the best findings mean. Several: the one that contains all others (吉林 the
 * province, 东营 the city), else the only province (海南). */
static enum division_match choose(const struct cutting *c, int64_t *ret)
{
    int best = INT_MAX;
    const struct finding *chosen = NULL;
    bool is_split = false;

    for (int i = 0; i < c->n; i++)
        best = MIN(best, c->found[i].rank);
    for (int i = 0; i < c->n; i++) {
        const struct finding *f = &c->found[i];
        if (f->rank != best)
            continue;
        if (f->code == NONE)
            is_split = true;
        else if (!chosen || f->level < chosen->level)
            chosen = f;
    }
    if (!chosen)
        return is_split ? DIVISION_AMBIGUOUS : DIVISION_UNKNOWN;
    for (int i = 0; i < c->n; i++) {
        const struct finding *f = &c->found[i];
        if (f->rank != best || f->code == chosen->code)
            continue;
        if (f->code == NONE ||
            (chosen->level == LEVEL_PROVINCE ? f->level == LEVEL_PROVINCE
                                             : !division_within(f->code, chosen->code)))
            return DIVISION_AMBIGUOUS;
    }
    *ret = chosen->code;
    return chosen->is_abolished ? DIVISION_ABOLISHED : DIVISION_FOUND;
}

/* 6, 9 or 12 digits, also with 0s missing at the end in pairs ("35", "3501"). */
static bool read_digits(const char *text, int64_t *ret)
{
    size_t len = strspn(text, "0123456789");
    int64_t code;

    if (text[len] || (len != 2 && len != 4 && len != 6 && len != 9 && len != 12) ||
        !str_int(text, &code))
        return false;
    for (; len < 12; len++)
        code *= 10;
    *ret = code;
    return true;
}

enum division_match division_index_resolve(const struct division_index *ix, const char *text,
                                           struct date on, int64_t *ret)
{
    struct cutting c = { .ix = ix, .on = on };
    int64_t code, now;

    if (read_digits(text, &code)) {
        if (division_level(code) == LEVEL_NONE ||
            (!division_index_find(ix, code) && !division_index_find(ix, division_county(code))))
            return DIVISION_UNKNOWN;
        now = division_index_on(ix, code, on);
        if (now == NONE)
            return DIVISION_AMBIGUOUS;
        *ret = now;
        return now == code ? DIVISION_FOUND : DIVISION_ABOLISHED;
    }
    cut(&c, text, NULL, 0, 0);
    return choose(&c, ret);
}
