/* temp.h — files of passing life: a spreadsheet to send, a letter to print. Names and numbers pass
 * through them, so only their owner may read them. They lie in $TMPDIR, or in /tmp. */
#pragma once
#include "platform/ctx.h"

/* Makes an empty file whose name ends in `suffix` (".xlsx", ""). The caller removes it, or hands it
 * to cx->reply_file as temporary. E_BUSY when the disk has no room. */
MUST_CHECK enum err temp_file(struct ctx *cx, const char *suffix, const char **ret_path);

/* The reply is a file of this text; `name` is what the reader saves it as. */
MUST_CHECK enum err temp_reply(struct ctx *cx, const struct str *text, const char *name,
                               const char *content_type);
