/* seal.c — the only file that touches keys.
 *
 * A sealed value is one envelope:
 *
 *     version 1 | algorithm 1 | key number 2 | nonce 24 | ciphertext | tag 16
 *
 * XChaCha20-Poly1305 with the first four bytes, the row's id and the place as additional data, so
 * that no bit can change and no value can be moved to another row or column. The nonce is a keyed
 * hash over fresh random bytes, row, place and text: two values share a nonce only if all three are
 * equal, and then the envelopes are equal too. So a forked process or a machine restored from a
 * snapshot, which repeats random bytes, still gives nothing away (CRY-5).
 *
 * The blind index is BLAKE2b-128 under a key of the place (CRY-2, CRY-3). */
#include "platform/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    VERSION = 2, /* 1 did not bind the row */
    ALG_XCHACHA20_POLY1305 = 1,
    KEY_NUMBER = 1,
    HEAD_LEN = 4,
    ROW_LEN = 8,
    NONCE_LEN = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES,
    TAG_LEN = crypto_aead_xchacha20poly1305_ietf_ABYTES,
    KEY_LEN = 32,
    INDEX_LEN = 16,
    PLACE_MAX = 64,
    AAD_MAX = HEAD_LEN + ROW_LEN + PLACE_MAX,
    SLOTS = 128, /* a power of two; a few dozen places are sealed */
};

struct index_key {
    char place[PLACE_MAX];
    unsigned char key[KEY_LEN];
};

/* In memory that is not swapped, not dumped and fenced by guard pages (CRY-11). */
struct keys {
    unsigned char aead[KEY_LEN], nonce[KEY_LEN], index[KEY_LEN];
    int places;
    struct index_key of_place[SLOTS / 2];
};

static struct keys *keys;
/* Index keys by hash of their place. A slot is written once, under the lock, and read without. */
static _Atomic(const struct index_key *) slots[SLOTS];
static pthread_mutex_t slots_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- keys --- */

static void derive(unsigned char out[KEY_LEN], const unsigned char master[KEY_LEN], const char *use)
{
    crypto_generichash(out, KEY_LEN, (const unsigned char *)use, strlen(use), master, KEY_LEN);
}

static void use_keys(const unsigned char seal[KEY_LEN], const unsigned char index[KEY_LEN])
{
    pthread_mutex_lock(&slots_lock);
    for (int i = 0; i < SLOTS; i++)
        atomic_store(&slots[i], NULL);
    if (!keys)
        keys = sodium_malloc(sizeof *keys);
    assert(keys);
    sodium_memzero(keys, sizeof *keys);
    derive(keys->aead, seal, "queqiao seal 1");
    derive(keys->nonce, seal, "queqiao nonce 1");
    memcpy(keys->index, index, KEY_LEN);
    pthread_mutex_unlock(&slots_lock);
}

static void start_library(void)
{
    if (sodium_init() < 0)
        assert(!"the crypto library cannot start");
}

void seal_init_for_tests(void)
{
    unsigned char seal[KEY_LEN], index[KEY_LEN];

    start_library();
    memset(seal, 0x5e, sizeof seal);
    memset(index, 0x1d, sizeof index);
    use_keys(seal, index);
}

void seal_init_passing(void)
{
    unsigned char seal[KEY_LEN], index[KEY_LEN];

    start_library();
    randombytes_buf(seal, sizeof seal);
    randombytes_buf(index, sizeof index);
    use_keys(seal, index);
    sodium_memzero(seal, sizeof seal);
    sodium_memzero(index, sizeof index);
}

/* --- key file ---
 *
 *     queqiao keys 1
 *     seal 1 <64 hexadecimal digits>
 *     index 1 <64 hexadecimal digits>
 */
enum { FILE_LEN = 15 + 7 + 65 + 8 + 65 };

static void format_file(char out[FILE_LEN + 1], const unsigned char seal[KEY_LEN],
                        const unsigned char index[KEY_LEN])
{
    char seal_hex[2 * KEY_LEN + 1], index_hex[2 * KEY_LEN + 1];

    sodium_bin2hex(seal_hex, sizeof seal_hex, seal, KEY_LEN);
    sodium_bin2hex(index_hex, sizeof index_hex, index, KEY_LEN);
    snprintf(out, FILE_LEN + 1, "queqiao keys 1\nseal 1 %s\nindex 1 %s\n", seal_hex, index_hex);
    sodium_memzero(seal_hex, sizeof seal_hex);
    sodium_memzero(index_hex, sizeof index_hex);
}

static bool parse_file(const char *text, unsigned char seal[KEY_LEN], unsigned char index[KEY_LEN])
{
    char again[FILE_LEN + 1];
    size_t n, m;

    if (strlen(text) != FILE_LEN)
        return false;
    if (sodium_hex2bin(seal, KEY_LEN, text + 22, 2 * KEY_LEN, NULL, &n, NULL) != 0 ||
        n != KEY_LEN ||
        sodium_hex2bin(index, KEY_LEN, text + 95, 2 * KEY_LEN, NULL, &m, NULL) != 0 || m != KEY_LEN)
        return false;
    format_file(again, seal, index); /* the words between the digits */
    bool same = sodium_memcmp(again, text, FILE_LEN) == 0;
    sodium_memzero(again, sizeof again);
    return same;
}

static enum err file_failure(struct failure *f, const char *code, const char *path, const char *zh,
                             const char *en)
{
    return failure_set(f, E_INVALID, code, "密钥文件 %s：%s / key file %s: %s", path, zh, path, en);
}

static enum err read_keys(int fd, const char *path, unsigned char seal[KEY_LEN],
                          unsigned char index[KEY_LEN], struct failure *f)
{
    char text[FILE_LEN + 2];
    struct stat st;
    ssize_t n;
    bool good;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return file_failure(f, "seal.key_file", path, "不是普通文件", "not a regular file");
    if (st.st_mode & (S_IRWXG | S_IRWXO))
        return file_failure(f, "seal.key_file_open", path,
                            "其他用户可以读写，已拒绝使用；请执行 chmod 600",
                            "others may read or write it, so it is refused; run chmod 600");
    n = pread(fd, text, sizeof text - 1, 0);
    text[MAX(n, 0)] = '\0';
    good = parse_file(text, seal, index);
    sodium_memzero(text, sizeof text);
    if (!good)
        return file_failure(f, "seal.key_file", path, "内容不完整或格式错误，请从备份恢复",
                            "incomplete or malformed; restore it from its backup");
    return OK;
}

/* The directory entry must be on disk before anything is sealed under the keys. */
static bool sync_directory(const char *path)
{
    char copy[PATH_MAX];
    int fd;
    bool done;

    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return false;
    fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    done = fsync(fd) == 0;
    close(fd);
    return done;
}

static enum err write_keys(int fd, const char *path, unsigned char seal[KEY_LEN],
                           unsigned char index[KEY_LEN], struct failure *f)
{
    char text[FILE_LEN + 1];
    bool done;

    randombytes_buf(seal, KEY_LEN);
    randombytes_buf(index, KEY_LEN);
    format_file(text, seal, index);
    done = write(fd, text, FILE_LEN) == FILE_LEN && fsync(fd) == 0 && sync_directory(path);
    sodium_memzero(text, sizeof text);
    if (done)
        return OK;
    unlink(path);
    return file_failure(f, "seal.key_file", path, "无法写入", "cannot be written");
}

enum err seal_init(const char *key_path, struct failure *f)
{
    unsigned char seal[KEY_LEN], index[KEY_LEN];
    enum err err;
    bool is_new = true;
    int fd;

    start_library();
    fd = open(key_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd < 0 && errno == EEXIST) {
        is_new = false;
        fd = open(key_path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* never waits on a pipe */
    }
    if (fd < 0)
        return file_failure(f, "seal.key_file", key_path, is_new ? "无法创建" : "无法读取",
                            is_new ? "cannot be made" : "cannot be read");
    err =
        is_new ? write_keys(fd, key_path, seal, index, f) : read_keys(fd, key_path, seal, index, f);
    close(fd);
    if (err == OK)
        use_keys(seal, index);
    sodium_memzero(seal, sizeof seal);
    sodium_memzero(index, sizeof index);
    return err;
}

/* --- sealing --- */

/* Random bytes are fetched from the system for many values at once. */
static void fresh_bytes(unsigned char out[NONCE_LEN])
{
    static _Thread_local unsigned char pool[NONCE_LEN * 64];
    static _Thread_local size_t left;

    if (left == 0) {
        randombytes_buf(pool, sizeof pool);
        left = sizeof pool;
    }
    left -= NONCE_LEN;
    memcpy(out, pool + left, NONCE_LEN);
}

static void make_nonce(unsigned char out[NONCE_LEN], const unsigned char *aad, size_t aad_len,
                       const char *text, size_t len)
{
    crypto_generichash_state state;
    unsigned char fresh[NONCE_LEN];

    fresh_bytes(fresh);
    crypto_generichash_init(&state, keys->nonce, KEY_LEN, NONCE_LEN);
    crypto_generichash_update(&state, fresh, sizeof fresh);
    crypto_generichash_update(&state, aad, aad_len);
    crypto_generichash_update(&state, (const unsigned char *)"", 1);
    crypto_generichash_update(&state, (const unsigned char *)text, len);
    crypto_generichash_final(&state, out, NONCE_LEN);
}

static size_t make_aad(unsigned char out[AAD_MAX], const unsigned char head[HEAD_LEN],
                       const char *place, int64_t row)
{
    size_t len = strlen(place);

    assert(keys && len > 0 && len < PLACE_MAX);
    memcpy(out, head, HEAD_LEN);
    for (int i = 0; i < ROW_LEN; i++)
        out[HEAD_LEN + i] = (unsigned char)((uint64_t)row >> (56 - 8 * i));
    memcpy(out + HEAD_LEN + ROW_LEN, place, len);
    return HEAD_LEN + ROW_LEN + len;
}

struct bytes seal_text(struct arena *mem, const char *place, int64_t row, const char *text)
{
    static const unsigned char head[HEAD_LEN] = { VERSION, ALG_XCHACHA20_POLY1305, KEY_NUMBER >> 8,
                                                  KEY_NUMBER & 0xFF };
    unsigned char aad[AAD_MAX], *out;
    size_t aad_len = make_aad(aad, head, place, row), len;

    if (!text)
        return (struct bytes){ 0 };
    len = strlen(text);
    out = arena_alloc(mem, HEAD_LEN + NONCE_LEN + len + TAG_LEN);
    memcpy(out, head, HEAD_LEN);
    make_nonce(out + HEAD_LEN, aad, aad_len, text, len);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + HEAD_LEN + NONCE_LEN, NULL,
                                               (const unsigned char *)text, len, aad, aad_len, NULL,
                                               out + HEAD_LEN, keys->aead);
    return (struct bytes){ out, HEAD_LEN + NONCE_LEN + len + TAG_LEN };
}

enum err seal_open(struct ctx *cx, const char *place, int64_t row, struct bytes sealed,
                   const char **ret)
{
    const unsigned char *in = sealed.data;
    unsigned char aad[AAD_MAX], *out;
    size_t len;

    assert(keys);
    if (!in) {
        *ret = NULL;
        return OK;
    }
    if (sealed.len < HEAD_LEN + NONCE_LEN + TAG_LEN || in[0] != VERSION ||
        in[1] != ALG_XCHACHA20_POLY1305)
        return fail(cx, E_INTERNAL, "seal.broken",
                    T("%s 的密文格式无法识别", "the sealed value of %s has no known form"), place);
    if ((in[2] << 8 | in[3]) != KEY_NUMBER)
        return fail(cx, E_INTERNAL, "seal.broken",
                    T("%s 的密文所用密钥不在密钥文件中",
                      "the sealed value of %s needs a key that the key file does not hold"),
                    place);
    len = sealed.len - HEAD_LEN - NONCE_LEN;
    out = arena_alloc(cx->mem, len - TAG_LEN + 1);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, in + HEAD_LEN + NONCE_LEN, len,
                                                   aad, make_aad(aad, in, place, row),
                                                   in + HEAD_LEN, keys->aead) != 0)
        return fail(
            cx, E_INTERNAL, "seal.broken",
            T("%s 的密文被改动或挪动，或密钥文件不属于本库",
              "the sealed value of %s was altered or moved, or the key file is another store's"),
            place);
    *ret = (const char *)out;
    return OK;
}

/* --- blind index --- */

static uint32_t hash_place(const char *place)
{
    uint32_t h = 2166136261u;

    for (; *place; place++)
        h = (h ^ (unsigned char)*place) * 16777619u;
    return h ^ h >> 15;
}

static const struct index_key *find_slot(const char *place, uint32_t hash, uint32_t *ret_slot)
{
    for (uint32_t i = hash % SLOTS;; i = (i + 1) % SLOTS) {
        const struct index_key *k = atomic_load_explicit(&slots[i], memory_order_acquire);
        if (!k || strcmp(k->place, place) == 0) {
            *ret_slot = i;
            return k;
        }
    }
}

/* The key of a place, derived once. Half of the slots stay free, so that every search ends. */
static const struct index_key *index_key(const char *place)
{
    uint32_t hash = hash_place(place), slot;
    const struct index_key *found = find_slot(place, hash, &slot);

    if (found)
        return found;
    pthread_mutex_lock(&slots_lock);
    found = find_slot(place, hash, &slot);
    if (!found) {
        assert(strlen(place) < PLACE_MAX && keys->places < SLOTS / 2);
        struct index_key *k = &keys->of_place[keys->places++];
        snprintf(k->place, sizeof k->place, "%s", place);
        derive(k->key, keys->index, place);
        atomic_store_explicit(&slots[slot], k, memory_order_release);
        found = k;
    }
    pthread_mutex_unlock(&slots_lock);
    return found;
}

struct bytes seal_index(struct arena *mem, const char *place, const char *text)
{
    unsigned char *out;

    assert(keys);
    if (!text)
        return (struct bytes){ 0 };
    out = arena_alloc(mem, INDEX_LEN);
    crypto_generichash(out, INDEX_LEN, (const unsigned char *)text, strlen(text),
                       index_key(place)->key, KEY_LEN);
    return (struct bytes){ out, INDEX_LEN };
}

/* --- whose keys they are --- */

static const char mark_place[] = "seal_mark.sealed", mark_text[] = "queqiao";
enum { MARK_ID = 1 };

static enum err find_mark(struct ctx *cx, void *arg)
{
    struct bytes *ret = arg;
    struct rows r;

    TRY(db_rows(cx, &r, "SELECT sealed FROM seal_mark WHERE id = $1", P(MARK_ID)));
    *ret = r.n ? row_blob(&r, 0, "sealed") : (struct bytes){ 0 };
    return OK;
}

static enum err put_mark(struct ctx *cx, void *arg)
{
    (void)arg;
    return db_exec(cx,
                   "INSERT INTO seal_mark (id, sealed) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
                   P(MARK_ID), P(seal_text(cx->mem, mark_place, MARK_ID, mark_text)));
}

/* Another server may have put its own mark meanwhile: then that one counts. */
static enum err check_mark(struct ctx *cx, const char *key_path)
{
    struct bytes mark = { 0 };
    const char *text = NULL;

    TRY(db_read(cx, find_mark, &mark));
    if (mark.data && access(key_path, F_OK) != 0)
        return file_failure(&cx->failure, "seal.key_missing", key_path,
                            "不存在，而库中已有用它密封的号码；请从备份恢复此文件，切勿新建",
                            "is gone, and the store holds numbers sealed with it; restore the file "
                            "from its backup, a new one would open none of them");
    TRY(seal_init(key_path, &cx->failure));
    if (!mark.data) {
        TRY(db_write(cx, put_mark, NULL));
        TRY(db_read(cx, find_mark, &mark));
    }
    if (seal_open(cx, mark_place, MARK_ID, mark, &text) == OK && str_eq(text, mark_text))
        return OK;
    return file_failure(&cx->failure, "seal.key_of_another", key_path,
                        "属于另一个库；请用 --key 指定本库的密钥文件，或从备份恢复",
                        "belongs to another store; name this store's with --key, or restore it "
                        "from its backup");
}

enum err seal_init_for(struct store *store, const char *key_path, struct failure *f)
{
    struct ctx *cx = ctx_new(store, (int64_t)time(NULL));
    enum err err;

    ctx_as_system(cx);
    err = check_mark(cx, key_path);
    if (err != OK)
        *f = cx->failure;
    ctx_free(cx);
    return err;
}
