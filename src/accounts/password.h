/* password.h — argon2id (19 MiB, 2 passes), two at a time and at most 64
 * waiting, so that bogus sign-ins can take neither the memory nor the processors (AUTH-2). For the
 * accounts module. */
#pragma once
#include "platform/op.h"

/* E_BUSY "sign_in.busy" when too many wait. Outside of transactions: takes about 15 ms. */
MUST_CHECK enum err password_hash(struct ctx *cx, const char *password, const char **ret);
/* hash "" is of no password at all: takes as long, and never fits. */
MUST_CHECK enum err password_fits(struct ctx *cx, const char *hash, const char *password,
                                  bool *ret);
/* Made with other parameters than today's. */
bool password_is_dated(const char *hash);
/* Long enough, not too long, no name and none of the words everybody uses. E_INVALID, field
 * "password" or so. */
MUST_CHECK enum err password_check(struct ctx *cx, const char *field, const char *password,
                                   const char *login);
/* 14 characters that cannot be mistaken for each other, about 70 bits. */
const char *password_random(struct arena *mem);
/* 256 random bits as text for a cookie or a link, and what is stored of them. */
const char *token_random(struct arena *mem);
const char *token_hash(struct arena *mem, const char *token);
