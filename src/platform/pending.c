/* pending.c — weak stand-ins until journal.c and record_export.c are here. */
#include "platform/journal.h"
#include "platform/record.h"
#define WEAK __attribute__((weak))
WEAK const struct scoped journal_tables[] = { { 0 } };
WEAK enum err journal_append(struct ctx *cx, const struct journal_entry *e) { (void)cx; (void)e; return OK; }
WEAK enum err record_export(struct ctx *cx) { return fail(cx, E_INTERNAL, "export.missing", "%s", "export"); }
