/* Sealed values: whole or refused; their index equal exactly when they are. */
#include "stores.h"
#include "platform/seal.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char ID_NO[] = "11010119900307774X", PLACE[] = "person.id_no";
enum { ROW = 4711 };

static bool bytes_eq(struct bytes a, struct bytes b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static bool contains(struct bytes in, const char *word)
{
    return memmem(in.data, in.len, word, strlen(word)) != NULL;
}

static struct ctx *fresh(void)
{
    seal_init_for_tests();
    return ctx_new(NULL, 0);
}

TEST("a sealed text opens to itself, and shows nothing of it")
{
    static const char *const texts[] = { "", "1", ID_NO, "13912345678", "张三", "6222 0212" };
    struct ctx *cx = fresh();

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct bytes sealed = seal_text(test_arena(), PLACE, ROW, texts[i]);
        struct bytes again = seal_text(test_arena(), PLACE, ROW, texts[i]);
        const char *opened = "?";

        EXPECT_INT(seal_open(cx, PLACE, ROW, sealed, &opened), OK);
        EXPECT_STR(opened, texts[i]);
        EXPECT_INT(sealed.len, strlen(texts[i]) + 44);
        EXPECT(strlen(texts[i]) < 2 || !contains(sealed, texts[i]));
        EXPECT(!bytes_eq(sealed, again));
    }
    ctx_free(cx);
}

TEST("an absent text has no seal and no index")
{
    struct ctx *cx = fresh();
    const char *opened = "?";

    EXPECT(!seal_text(test_arena(), PLACE, ROW, NULL).data);
    EXPECT(!seal_index(test_arena(), PLACE, NULL).data);
    EXPECT_INT(seal_open(cx, PLACE, ROW, (struct bytes){ 0 }, &opened), OK);
    EXPECT_STR(opened, NULL);
    ctx_free(cx);
}

/* Refused with the code, and nothing of the value in the message. */
static void expect_broken(struct ctx *cx, const char *place, int64_t row, struct bytes sealed)
{
    const char *opened = "untouched";

    EXPECT_INT(seal_open(cx, place, row, sealed, &opened), E_INTERNAL);
    EXPECT_STR(opened, "untouched");
    EXPECT_STR(cx->failure.code, "seal.broken");
    EXPECT(!strstr(cx->failure.message, "1101"));
}

TEST("a sealed value opens only where it was sealed")
{
    struct ctx *cx = fresh();
    struct bytes sealed = seal_text(test_arena(), PLACE, ROW, ID_NO);

    expect_broken(cx, "person.phone", ROW, sealed);
    expect_broken(cx, "person.id_n", ROW, sealed);
    expect_broken(cx, "person.id_no2", ROW, sealed);
    expect_broken(cx, PLACE, ROW + 1, sealed);
    expect_broken(cx, PLACE, (int64_t)ROW << 8, sealed);
    expect_broken(cx, PLACE, -ROW, sealed);
    expect_broken(cx, PLACE, NONE, sealed);
    ctx_free(cx);
}

TEST("every single flipped bit, every cut and every addition is refused")
{
    struct ctx *cx = fresh();
    struct bytes sealed = seal_text(test_arena(), PLACE, ROW, ID_NO);
    unsigned char *copy = arena_alloc(test_arena(), sealed.len + 1);

    memcpy(copy, sealed.data, sealed.len);
    for (size_t bit = 0; bit < sealed.len * 8; bit++) {
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
        expect_broken(cx, PLACE, ROW, (struct bytes){ copy, sealed.len });
        copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    for (size_t len = 0; len <= sealed.len + 1; len++)
        if (len != sealed.len)
            expect_broken(cx, PLACE, ROW, (struct bytes){ copy, len });
    ctx_free(cx);
}

TEST("the index is equal for equal texts of one place, and only then")
{
    struct ctx *cx = fresh();
    struct bytes a = seal_index(test_arena(), PLACE, ID_NO);

    EXPECT_INT(a.len, 16);
    EXPECT(bytes_eq(a, seal_index(test_arena(), arena_strdup(test_arena(), PLACE), ID_NO)));
    EXPECT(!bytes_eq(a, seal_index(test_arena(), PLACE, "110101199003077741")));
    EXPECT(!bytes_eq(a, seal_index(test_arena(), "person.phone", ID_NO)));
    ctx_free(cx);
}

enum { PLACES = 40 };

static void *index_everywhere(void *arg)
{
    struct arena *mem = arg;
    struct bytes *all = NEW_ARRAY(mem, struct bytes, PLACES);

    for (int i = 0; i < PLACES; i++)
        all[i] = seal_index(mem, arena_printf(mem, "t%d.c", i), "x");
    return all;
}

TEST("threads that meet at new places agree on their keys")
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    struct arena *mems[THREADS];
    struct bytes *all[THREADS];

    seal_init_for_tests();
    for (int i = 0; i < THREADS; i++) {
        mems[i] = arena_new();
        pthread_create(&threads[i], NULL, index_everywhere, mems[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], (void **)&all[i]);
    for (int p = 0; p < PLACES; p++) {
        for (int i = 1; i < THREADS; i++)
            EXPECT(bytes_eq(all[i][p], all[0][p]));
        for (int q = 0; q < p; q++)
            EXPECT(!bytes_eq(all[0][p], all[0][q]));
    }
    for (int i = 0; i < THREADS; i++)
        arena_free(mems[i]);
}

TEST("a forked process repeats no nonce for another text")
{
    struct ctx *cx = fresh();
    unsigned char theirs[24] = { 0 };
    int pipe_ends[2];

    seal_text(test_arena(), PLACE, ROW, "a"); /* random bytes are now in store, for both */
    EXPECT_INT(pipe(pipe_ends), 0);
    pid_t child = fork();
    struct bytes ours = seal_text(test_arena(), PLACE, ROW, child ? "b" : "c");
    if (child == 0) {
        ssize_t n = write(pipe_ends[1], (const char *)ours.data + 4, 24);
        _exit(n != 24);
    }
    EXPECT_INT(read(pipe_ends[0], theirs, sizeof theirs), 24);
    EXPECT(memcmp((const char *)ours.data + 4, theirs, 24) != 0);
    waitpid(child, NULL, 0);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    ctx_free(cx);
}

/* --- key file --- */

TEST("the key file is made once, for its owner only, and the same keys are found again")
{
    struct ctx *cx = ctx_new(NULL, 0);
    struct failure f = { 0 };
    const char *dir = test_folder(), *path = arena_printf(test_arena(), "%s/keys", dir),
               *opened = NULL;
    struct stat st;

    EXPECT_INT(seal_init(path, &f), OK);
    EXPECT_INT(stat(path, &st), 0);
    EXPECT_INT(st.st_mode & 07777, 0600);
    struct bytes sealed = seal_text(test_arena(), PLACE, ROW, ID_NO);
    struct bytes index = seal_index(test_arena(), PLACE, ID_NO);

    seal_init_for_tests(); /* other keys */
    expect_broken(cx, PLACE, ROW, sealed);
    EXPECT(!bytes_eq(index, seal_index(test_arena(), PLACE, ID_NO)));

    EXPECT_INT(seal_init(path, &f), OK);
    EXPECT_INT(seal_open(cx, PLACE, ROW, sealed, &opened), OK);
    EXPECT_STR(opened, ID_NO);
    EXPECT(bytes_eq(index, seal_index(test_arena(), PLACE, ID_NO)));
    unlink(path);
    rmdir(dir);
    ctx_free(cx);
}

STORE_TEST("the keys of a store are made once: gone or another's, they are refused and stay so")
{
    struct failure f = { 0 };
    const char *dir = test_folder(), *mine = arena_printf(test_arena(), "%s/mine", dir),
               *other = arena_printf(test_arena(), "%s/other", dir),
               *away = arena_printf(test_arena(), "%s/away", dir);

    EXPECT_INT(seal_init_for(cx->store, mine, &f), OK);
    EXPECT_INT(seal_init_for(cx->store, mine, &f), OK);

    EXPECT_INT(rename(mine, away), 0);
    EXPECT_INT(seal_init_for(cx->store, mine, &f), E_INVALID);
    EXPECT_STR(f.code, "seal.key_missing");
    EXPECT(strstr(f.message, "restore"));
    EXPECT(access(mine, F_OK) != 0); /* and none is made in its place */

    EXPECT_INT(seal_init(other, &f), OK);
    EXPECT_INT(seal_init_for(cx->store, other, &f), E_INVALID);
    EXPECT_STR(f.code, "seal.key_of_another");

    EXPECT_INT(rename(away, mine), 0);
    EXPECT_INT(seal_init_for(cx->store, mine, &f), OK);
    unlink(mine);
    unlink(other);
    rmdir(dir);
    seal_init_for_tests();
}

TEST("a key file that others may read, or that is damaged, is refused and left alone")
{
    struct failure f = { 0 };
    const char *dir = test_folder(), *path = arena_printf(test_arena(), "%s/keys", dir);
    static const mode_t open_modes[] = { 0640, 0604, 0660, 0602, 0610 };
    struct stat st;

    EXPECT_INT(seal_init(path, &f), OK);
    for (size_t i = 0; i < ARRAY_LEN(open_modes); i++) {
        EXPECT_INT(chmod(path, open_modes[i]), 0);
        EXPECT_INT(seal_init(path, &f), E_INVALID);
        EXPECT_STR(f.code, "seal.key_file_open");
    }
    EXPECT_INT(chmod(path, 0400), 0);
    EXPECT_INT(seal_init(path, &f), OK);
    EXPECT_INT(chmod(path, 0600), 0);
    EXPECT_INT(stat(path, &st), 0);
    for (off_t len = st.st_size - 1; len >= 0; len -= 7) {
        EXPECT_INT(truncate(path, len), 0);
        EXPECT_INT(seal_init(path, &f), E_INVALID);
        EXPECT_STR(f.code, "seal.key_file");
    }
    unlink(path);
    rmdir(dir);
    EXPECT_INT(seal_init(path, &f), E_INVALID); /* no such directory */
    EXPECT_STR(f.code, "seal.key_file");
    EXPECT_INT(seal_init("/tmp", &f), E_INVALID);
}
