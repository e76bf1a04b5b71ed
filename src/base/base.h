/* base.h — what every file may use: errors, arenas, strings. No I/O, no globals. */
#pragma once
#include <assert.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* An absent whole number: what a SQL NULL reads as, and what is bound as NULL. An absent text is
 * a NULL pointer. */
#define NONE INT64_MIN

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
