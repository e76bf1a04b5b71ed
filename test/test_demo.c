/* The whole road, small: what `make demo` walks, on both stores. */
#include "stores.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/demo.h"

STORE_TEST("sixty workers go from rosters to the end of the road, step by step")
{
    const char *dir = test_folder();
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct demo_options o = { .workers = 60,
                              .posts = 8,
                              .months = 7,
                              .messy = 10,
                              .seed = 5,
                              .lang = LANG_EN,
                              .out = out,
                              .has_no_passwords = true };
    bool ok;

    o.dir = dir;
    ok = demo_walk(cx->store, &o);
    fclose(out);
    if (!ok || strstr(text, "✗"))
        test_fail(__FILE__, __LINE__, "%s", text);
    EXPECT(strstr(text, "at work") && strstr(text, "claims over") && strstr(text, "intact"));
    free(text);
}
