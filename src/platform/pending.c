/* pending.c — weak stand-ins until record_export.c is here. */
#include "platform/record.h"
#define WEAK __attribute__((weak))
WEAK enum err record_export(struct ctx *cx) { return fail(cx, E_INTERNAL, "export.missing", "%s", "export"); }
