/* fuzz_auction_file — foreign bytes into the reader of assignment problems; what it accepts and is
 * small is solved, too.
 *
 *     clang -g -O1 -std=gnu17 -D_GNU_SOURCE -Isrc -fsanitize=fuzzer,address,undefined \
 *         test/fuzz/fuzz_auction_file.c src/auction/auction*.c src/base/arena.c src/base/err.c \
 *         src/base/str.c -lpthread -o fuzz_auction_file
 *     ./fuzz_auction_file -max_len=4096 -rss_limit_mb=4096 test/fuzz/corpus/auction_file */
#include "auction/auction_file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *mem = arena_new();
    struct auction_file file;
    struct auction_result r;
    struct failure why = { 0 };

    if (auction_file_read(mem, (const char *)data, size, &file, &why) != OK) {
        if (!why.message[0] || !why.hint[0])
            abort();
    } else if (file.in.workers < 1000 && file.in.posts < 1000) {
        auction_solve(mem, &file.in, &r);
        if (!r.certificate.sound || r.certificate.gap != 0)
            abort();
    }
    arena_free(mem);
    return 0;
}
