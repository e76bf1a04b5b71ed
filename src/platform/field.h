/* field.h — one table of fields per record (D1). From its rows come: reading JSON, query strings,
 * command-line arguments and spreadsheet cells into a plain struct; the SELECT list, filters and
 * sort keys of lists; import templates and their header synonyms; export columns; OpenAPI and the
 * labels of the console. Adding a field touches one row here and one column in schema/. */
#pragma once
#include "platform/ctx.h"

enum field_type {
    FIELD_TEXT,      /* const char *; cleaned by str_clean */
    FIELD_NAME,      /* const char *; a person's name: cleaned as one */
    FIELD_INT,       /* int64_t */
    FIELD_MONEY,     /* int64_t fen; JSON carries fen, sheets yuan ("3500元", "0.35万") */
    FIELD_BOOL,      /* int64_t 0/1; 是 否 √ in sheets */
    FIELD_DATE,      /* const char * ISO "2019-02-11"; every form of date_read in sheets */
    FIELD_MONTH,     /* const char * "2019-02" */
    FIELD_INSTANT,   /* int64_t UTC seconds; output only */
    FIELD_ID,        /* int64_t id of another record; JSON string */
    FIELD_CHOICE,    /* const char *: code of one of `choices` */
    FIELD_CHOICES,   /* const char *: codes joined by ',' */
    FIELD_DIVISION,  /* int64_t 12-digit code; names and 6/9-digit codes are understood */
    FIELD_DIVISIONS, /* const char *: codes joined by ',' */
    FIELD_ID_NO,     /* const char *: citizen number, normalised; sealed at rest (D10) */
    FIELD_PHONE,     /* const char *: sealed */
    FIELD_ACCOUNT,   /* const char *: bank account, sealed */
    FIELD_CREDIT,    /* const char *: unified social credit code, normalised */
    FIELD_SECRET,    /* const char *: a password: never stored, logged or shown */
    FIELD_JSON,      /* in: const struct json_value *, any value of the body; out: JSON text */
};

/* One value of a choice field. Tables end with {0}. Codes are stable, upper case. */
struct choice {
    const char *code, *zh, *en;
    const char *synonyms; /* further spellings found in sheets, joined by '|' */
};

enum field_use {
    USE_LIST = 1 << 0, /* a column of the list */
    USE_FILTER =
        1 << 1, /* ?name=value narrows a list (dates, money, numbers: name_from, name_to too) */
    USE_SORT = 1 << 2,    /* ?sort=name or -name; must be indexed together with id for long lists */
    USE_IMPORT = 1 << 3,  /* a column of the import template */
    USE_EXPORT = 1 << 4,  /* a column of the export */
    USE_KEY = 1 << 5,     /* identifies the record in an import (one field, unique) */
    USE_FIXED = 1 << 6,   /* set when created, never changed by update */
    USE_SEARCH = 1 << 7,  /* ?q=… looks here */
    USE_DERIVED = 1 << 8, /* the record's check() sets it: never read from outside */
};

struct field {
    const char *name; /* JSON name = struct member = column, unless `column` says otherwise */
    const char *zh, *en;
    enum field_type type;
    size_t offset; /* into the input struct, or FIELD_NO_INPUT */
    unsigned use;
    const char *column; /* column of the record's own table written by create and update; NULL = not
                           stored so */
    const char *sql;    /* expression of the SELECT list, e.g. "p.name"; NULL = not shown */
    const struct choice *choices;
    bool required;
    bool is_nullable; /* for USE_SORT fields whose expression may be NULL */
    int64_t min,
        max; /* numbers: bounds when max > min; texts: max = most code points (default 200) */
    /* Of a FIELD_ID that is read: the table of the record meant, which the caller must see
     * (reference.h); or else the reason why its handler asks by a rule of its own. */
    const char *refers, *refers_not;
    const char *synonyms;          /* further headers in sheets, joined by '|' */
    const char *help_zh, *help_en; /* one sentence for template comments and forms */
};
#define FIELD_NO_INPUT ((size_t)-1)

/* FIELD(struct person_input, name, FIELD_NAME, "姓名", "Name", .use = …, .sql = "p.name") — stored
 * in the column of the same name. OUTPUT("work_name", FIELD_TEXT, zh, en, .sql = …) — shown, never
 * read. PARAM(struct, member, …) — read, not stored by itself (the handler uses it). */
#define FIELD(type_, member, kind, zh_, en_, ...)                                               \
    {                                                                                           \
        .name = #member, .zh = zh_, .en = en_, .type = kind, .offset = offsetof(type_, member), \
        .column = #member, ##__VA_ARGS__                                                        \
    }
#define PARAM(type_, member, kind, zh_, en_, ...)                                               \
    {                                                                                           \
        .name = #member, .zh = zh_, .en = en_, .type = kind, .offset = offsetof(type_, member), \
        ##__VA_ARGS__                                                                           \
    }
#define OUTPUT(name_, kind, zh_, en_, ...)                                                         \
    {                                                                                              \
        .name = name_, .zh = zh_, .en = en_, .type = kind, .offset = FIELD_NO_INPUT, ##__VA_ARGS__ \
    }

enum { FIELDS_MAX = 128 };
/* Is it read from outside? */
static inline bool field_is_input(const struct field *f)
{
    return f->offset != FIELD_NO_INPUT && !(f->use & USE_DERIVED);
}
/* Sealed at rest (D10), and never in an address: logs and histories keep those. */
static inline bool field_type_is_sealed(enum field_type type)
{
    return type == FIELD_ID_NO || type == FIELD_PHONE || type == FIELD_ACCOUNT;
}
int field_count(const struct field *fields);
/* -1 when there is none of that name. */
int field_index(const struct field *fields, const char *name);
const char *choice_label(const struct choice *choices, const char *code,
                         enum lang lang); /* the code itself if unknown */

/* What happened to one value. Problems are errors (the value cannot be taken) or warnings (taken,
 * but somebody should look). Codes are stable, e.g. "id_no.checksum"; the list is docs/import.md.
 */
struct field_problem {
    const struct field *field;
    bool is_warning;
    const char *code;
    const char *message; /* in cx->lang, without personal data */
    const char *cure;
};
struct field_problems {
    int n;
    struct field_problem at[8];
};

/* Where a text comes from. Codes are exact; sheets may write units, date forms, labels instead of
 * codes; a number cell may have lost digits of an ID number. */
enum field_source { FIELD_FROM_CODE, FIELD_FROM_SHEET, FIELD_FROM_SHEET_NUMBER };

/* Read one text (a cell, an argument, a query value) by its field into the struct. Empty text
 * leaves it absent. Appends problems; false if the value cannot be taken. */
bool field_read_text(struct ctx *cx, const struct field *f, const char *text,
                     enum field_source source, void *in, struct field_problems *problems);
/* All absent: numbers NONE, texts NULL. */
void fields_clear(const struct field *fields, void *in);
/* Read a JSON object; unknown members are E_INVALID "field.unknown". Sets cx->in_set. Required
 * fields are checked when `is_create`. */
struct json_value;
MUST_CHECK enum err fields_read_json(struct ctx *cx, const struct field *fields,
                                     const struct json_value *v, bool is_create, void *in);
/* E_INVALID "field.required" when a required input field is not present in cx->in_set. */
MUST_CHECK enum err fields_check_required(struct ctx *cx, const struct field *fields);
/* Was field i of the op's input present? */
bool field_given(const struct ctx *cx, int i);

/* Finding a division by what people write: a code of 6, 9 or 12 digits, a name, a full or partial
 * path
 * ("甘肃定西通渭"), an old name. Set by the divisions module; before that only codes are
 * understood. */
enum division_match { DIVISION_FOUND, DIVISION_ABOLISHED, DIVISION_AMBIGUOUS, DIVISION_UNKNOWN };
extern enum division_match (*field_resolve_division)(struct ctx *cx, const char *text,
                                                     int64_t *ret);

/* The value as stored and bound: text and numbers as they are (sealed kinds are handled by
 * record.c). */
struct param field_param(const struct field *f, const void *in);
