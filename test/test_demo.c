/* The whole road, small: what `make demo` walks, on both stores. */
#include "stores.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/demo.h"

static void remove_folder(const char *dir)
{
    DIR *d = opendir(dir);

    for (struct dirent *e; d && (e = readdir(d));)
        unlink(arena_printf(test_arena(), "%s/%s", dir, e->d_name)); /* . and .. stay */
    if (d)
        closedir(d);
    EXPECT_INT(rmdir(dir), 0);
}

STORE_TEST("sixty workers go from rosters to the end of the road, step by step")
{
    char *dir = arena_strdup(test_arena(), "/tmp/queqiao-demo-XXXXXX"), *text = NULL;
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

    EXPECT(mkdtemp(dir) != NULL);
    o.dir = dir;
    ok = demo_walk(cx->store, &o);
    fclose(out);
    if (!ok || strstr(text, "✗"))
        test_fail(__FILE__, __LINE__, "%s", text);
    EXPECT(strstr(text, "at work") && strstr(text, "claims over") && strstr(text, "intact"));
    free(text);
    remove_folder(dir);
}
