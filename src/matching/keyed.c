/* keyed.c — digit by digit from the lowest; a digit that all share costs one look. */
#include "matching/keyed.h"

enum { DIGIT = 11, DIGITS = 1 << DIGIT, SHORT = 24 /* up to here inserting is quicker */ };

struct keyed *keyed_new(struct arena *mem, int32_t n)
{
    return NEW_ARRAY(mem, struct keyed, 2 * (size_t)MAX(n, 1));
}

static void insert_all(struct keyed *keyed, int32_t n)
{
    for (int32_t i = 1; i < n; i++) {
        struct keyed k = keyed[i];
        int32_t at = i;

        for (; at > 0 && keyed[at - 1].key > k.key; at--)
            keyed[at] = keyed[at - 1];
        keyed[at] = k;
    }
}

static void digit_sort(const struct keyed *from, int32_t n, int shift, struct keyed *to)
{
    int32_t start[DIGITS + 1] = { 0 };

    for (int32_t i = 0; i < n; i++)
        start[(from[i].key >> shift & (DIGITS - 1)) + 1]++;
    for (int32_t d = 0; d < DIGITS; d++)
        start[d + 1] += start[d];
    for (int32_t i = 0; i < n; i++)
        to[start[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
}

void keyed_sort(struct keyed *keyed, int32_t n)
{
    struct keyed *from = keyed, *to = keyed + n;
    uint64_t differ = 0;

    if (n <= SHORT) {
        insert_all(keyed, n);
        return;
    }
    for (int32_t i = 1; i < n; i++)
        differ |= keyed[i].key ^ keyed[0].key;
    for (int shift = 0; shift < 64; shift += DIGIT) {
        struct keyed *swap = from;

        if ((differ >> shift & (DIGITS - 1)) == 0)
            continue;
        digit_sort(from, n, shift, to);
        from = to;
        to = swap;
    }
    if (from != keyed)
        memcpy(keyed, from, sizeof *keyed * (size_t)n);
}
