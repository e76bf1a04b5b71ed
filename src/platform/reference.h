/* reference.h — ids inside inputs. A field of type FIELD_ID says which table its record is in
 * (field.refers), and the dispatcher asks, before any handler does, whether the caller may see that
 * row: an id out of reach is answered exactly as one that nobody has. A field that says nothing is
 * refused, so that a new one cannot be forgotten. */
#pragma once
#include "platform/field.h"

/* E_INVALID "person.unknown" (the field's name without _id), with the field. Inside a transaction,
 * as the caller. Fields not given, and ids taken back (null), are left alone. */
MUST_CHECK enum err references_check(struct ctx *cx, const struct field *fields, const void *in);
/* Has any such field been given? Without it no transaction is needed. */
bool references_given(const struct ctx *cx, const struct field *fields);
