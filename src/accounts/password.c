#include "accounts/password.h"

#include <pthread.h>
#include <sodium.h>

enum {
    AT_ONCE = 2,
    WAITING_MAX = 64,
    PASSES = 2,
    MEMORY = 19 << 20,
    CHARS_MIN = 10,
    CHARS_MAX = 128
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int running, waiting;
} pool = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0 };

static enum err enter(struct ctx *cx)
{
    bool ok;

    pthread_mutex_lock(&pool.lock);
    ok = pool.running < AT_ONCE || pool.waiting < WAITING_MAX;
    if (ok) {
        pool.waiting++;
        while (pool.running >= AT_ONCE)
            pthread_cond_wait(&pool.freed, &pool.lock);
        pool.waiting--;
        pool.running++;
    }
    pthread_mutex_unlock(&pool.lock);
    if (!ok)
        return fail(cx, E_BUSY, "sign_in.busy", "%s",
                    T("登录的人太多，请稍后再试",
                      "too many are signing in; try again in a moment"));
    return OK;
}

static void leave(void)
{
    pthread_mutex_lock(&pool.lock);
    pool.running--;
    pthread_cond_signal(&pool.freed);
    pthread_mutex_unlock(&pool.lock);
}

enum err password_hash(struct ctx *cx, const char *password, const char **ret)
{
    char hash[crypto_pwhash_STRBYTES];
    int rc;

    TRY(enter(cx));
    rc = crypto_pwhash_str_alg(hash, password, strlen(password), PASSES, MEMORY,
                               crypto_pwhash_ALG_ARGON2ID13);
    leave();
    if (rc != 0)
        return fail(cx, E_BUSY, "sign_in.memory", "%s",
                    T("内存不足，请稍后再试", "not enough memory; try again in a moment"));
    *ret = arena_strdup(cx->mem, hash);
    return OK;
}

enum err password_fits(struct ctx *cx, const char *hash, const char *password, bool *ret)
{
    /* of a random text, with today's parameters: an unknown user costs as much as a known one
     * (AUTH-4) */
    static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$"
                                 "cXVlcWlhb3F1ZXFpYW9xdWVxaWFvcXVlcWlhb3F1ZXE";
    bool fits;

    TRY(enter(cx));
    fits = crypto_pwhash_str_verify(*hash ? hash : nobody, password, strlen(password)) == 0;
    leave();
    *ret = fits && *hash;
    return OK;
}

bool password_is_dated(const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, PASSES, MEMORY) != 0;
}

enum err password_check(struct ctx *cx, const char *field, const char *password, const char *login)
{
    static const char *const common[] = { "password", "12345678", "87654321", "qwerty",
                                          "11111111", "00000000", "88888888", "abcd1234",
                                          "admin123", "queqiao",  "asdfghjk", "iloveyou",
                                          NULL };
    size_t chars = password ? utf8_len(password) : 0;

    if (chars < CHARS_MIN || chars > CHARS_MAX)
        return fail_field(cx, field, "password.length",
                          T("密码应为 %d–%d 个字符", "a password has %d to %d characters"),
                          CHARS_MIN, CHARS_MAX);
    for (int i = 0; common[i]; i++)
        if (strcasestr(password, common[i]))
            return fail_field(cx, field, "password.common", "%s",
                              T("密码太常见，请换一个", "this password is too common"));
    if (login && strlen(login) >= 3 && strcasestr(password, login))
        return fail_field(cx, field, "password.login", "%s",
                          T("密码不能包含登录名", "the password must not contain the login"));
    return OK;
}

const char *password_random(struct arena *mem)
{
    static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
    char *text = arena_alloc(mem, 17);

    for (int i = 0; i < 16; i++)
        text[i] = i % 5 == 4 ? '-' : letters[randombytes_uniform(sizeof letters - 1)];
    return text;
}

const char *token_random(struct arena *mem)
{
    unsigned char bits[32];
    char *text = arena_alloc(mem, 64);

    randombytes_buf(bits, sizeof bits);
    return sodium_bin2base64(text, 64, bits, sizeof bits, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

const char *token_hash(struct arena *mem, const char *token)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char *text = arena_alloc(mem, 2 * sizeof digest + 1);

    crypto_hash_sha256(digest, (const unsigned char *)token, strlen(token));
    return sodium_bin2hex(text, 2 * sizeof digest + 1, digest, sizeof digest);
}
