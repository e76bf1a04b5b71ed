/* str.h — UTF-8 text: comparing, cleaning, and a builder. */
#pragma once
#include "base/base.h"

/* Languages of everything a person reads. Chinese comes first. */
enum lang { LANG_ZH, LANG_EN };

/* Equality that accepts NULL (equal only to NULL). */
bool str_eq(const char *a, const char *b);

/* Here, since the length of a literal is then known where it is asked for. */
static inline bool str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

static inline bool str_ends(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);

    return n >= m && memcmp(text + n - m, suffix, m) == 0;
}

/* True when there is nothing to read: NULL, "" or white space only (U+3000 included). */
bool str_blank(const char *text);
/* Whole decimal number, optional sign, nothing else around it. False leaves *ret unset. */
bool str_int(const char *text, int64_t *ret);

/* Next code point at *p, advancing it; U+FFFD for each ill-formed byte; 0 at the end. */
uint32_t utf8_next(const char **p);
/* Writes 1–4 bytes and returns how many. */
int utf8_put(char out[4], uint32_t code);
bool utf8_valid(const char *text, size_t len);
/* Number of code points. */
size_t utf8_len(const char *text);
/* Cut an incomplete code point off the end, after a bounded copy. */
void utf8_trim_tail(char *text);

/* What people mean by the same text: full-width ASCII and ideographic space to half width,
 * zero-width and control characters dropped, every middle dot (. • ∙ ‧ ・ between letters of a
 * name) to U+00B7 only when `is_name`, runs of white space to one, ends trimmed. In a name,
 * white space between Chinese characters goes altogether (张 三 is 张三). */
char *str_clean(struct arena *a, const char *text, bool is_name);

/* --- builder: append freely, read `s` at the end (always NUL-terminated) --- */
struct str {
    char *s;
    size_t len, cap;
    struct arena *mem;
};

struct str str_new(struct arena *a);
void str_add(struct str *b, const char *text); /* NULL adds nothing */
void str_add_len(struct str *b, const char *text, size_t len);
void str_add_char(struct str *b, char c);
void str_addf(struct str *b, const char *format, ...) PRINTF(2, 3);
