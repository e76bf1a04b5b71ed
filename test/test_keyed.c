/* Sorting by one number. */
#include "harness.h"
#include "matching/keyed.h"

TEST("sorting by a number is ascending, and equals stay as they stood")
{
    static const int64_t few[] = { 0, 1, -1, INT64_MAX, INT64_MIN, 1ll << 40, -(1ll << 40), 2048 };

    for (int32_t n = 0; n <= 3000; n = n * 2 + 1) {
        struct keyed *keyed = keyed_new(test_arena(), n);
        uint64_t dice = 7;

        for (int32_t i = 0; i < n; i++) {
            dice = dice * 6364136223846793005u + 1442695040888963407u;
            keyed[i] = (struct keyed){ keyed_of(i % 3 ? few[dice >> 61] : (int64_t)dice >> 20), i };
        }
        keyed_sort(keyed, n);
        for (int32_t i = 1; i < n; i++)
            EXPECT(keyed[i - 1].key < keyed[i].key ||
                   (keyed[i - 1].key == keyed[i].key && keyed[i - 1].item < keyed[i].item));
    }
    EXPECT(keyed_of(-1) < keyed_of(0) && keyed_of(INT64_MIN) < keyed_of(-1));
}
