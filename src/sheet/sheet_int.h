/* sheet_int.h — the inside of the spreadsheet reader, from the bytes up:
 *   pack (sheet_pack.c)  the zip container, checked before anything is inflated
 *   xml  (sheet_xml.c)   a strict pull scanner over one part of it
 *   book (sheet_book.c)  the small parts: relations, sheet list, styles, shared strings
 *   xlsx (sheet_xlsx.c)  rows of one worksheet
 *   csv  (sheet_csv.c)   rows of a text file
 * sheet.c tells which of them a file needs. */
#pragma once
#include "sheet/sheet.h"

/* Where failures of the running call go, and in which language. */
struct report {
    enum lang lang;
    struct failure *failure;
    struct sheet_limits limits; /* no zeros */
};
#define SAY(r, zh, en) ((r)->lang == LANG_EN ? (en) : (zh))
/* Adds the cure to the failure just recorded; returns `err`. */
enum err report_hint(struct report *r, enum err err, const char *hint);
/* The file is damaged: `what` says in which way, in the language of the report. */
enum err report_broken(struct report *r, const char *what);

void *sheet_realloc(void *p, size_t size); /* aborts when out of memory */

/* --- pack --- */
struct pack;
/* Reads the directory of the zip file and checks it whole: number, sizes, ratios, methods, no
 * encryption, no overlap, local headers equal to the directory. `fd` stays the caller's. */
MUST_CHECK enum err pack_open(int fd, int64_t file_size, struct report *r, struct pack **ret);
void pack_close(struct pack *p);
/* Index of an entry, or -1. Case and \ for / are forgiven, as Excel does; two entries of one name
 * are refused when the file is opened. */
int pack_find(const struct pack *p, const char *name);

struct part;
MUST_CHECK enum err part_open(struct pack *p, int entry, struct part **ret);
void part_close(struct part *part);
/* Up to `size` bytes; *ret_len is 0 only at the end, where length and CRC have been checked. Never
 * gives more than the directory has declared. */
MUST_CHECK enum err part_read(struct part *part, char *to, size_t size, size_t *ret_len);

/* --- xml --- */
enum { XML_DEPTH_MAX = 32, XML_ATTRS_MAX = 64 };

enum xml_kind { XML_OPEN, XML_CLOSE, XML_TEXT, XML_END };

struct xml_attr {
    const char *name, *value; /* raw: entities not yet replaced */
    uint32_t name_len, value_len;
};

/* The token in hand; everything points into the scanner's buffer and dies with the next token. */
struct xml {
    enum xml_kind kind;
    bool is_main;     /* the element has the prefix of the root element */
    bool is_cdata;    /* text without entities */
    const char *name; /* local name of an element, or the text */
    size_t len;
    struct xml_attr attrs[XML_ATTRS_MAX];
    int n_attrs;
    int depth; /* elements open, the one just opened included */

    struct report *report;
    struct part *in;
    char *buf; /* buf[end] is NUL: a guard that ends every inner loop */
    size_t pos, end, cap;
    bool at_end, close_pending, has_root;
    int utf16; /* 0, or 1 little, 2 big endian */
    char raw[4096];
    size_t raw_len;
    size_t name_at[XML_DEPTH_MAX + 1];
    char names[2048]; /* qualified names of the open elements, end to end */
    char prefix[64];
    size_t prefix_len;
};

/* Opens entry `entry` of the pack for scanning; xml_close() also after a failure. */
MUST_CHECK enum err xml_open(struct xml *x, struct pack *p, int entry, struct report *r);
void xml_close(struct xml *x);
/* The next token. A self-closing element gives OPEN and CLOSE. */
MUST_CHECK enum err xml_next(struct xml *x);
/* After an OPEN: pass over everything up to and with its CLOSE. */
MUST_CHECK enum err xml_skip(struct xml *x);
static inline bool xml_is(const struct xml *x, const char *name, size_t len)
{
    return x->len == len && x->is_main && memcmp(x->name, name, len) == 0;
}
#define XML_IS(x, literal) xml_is((x), (literal), sizeof(literal) - 1)
/* The attribute whose name, or local name behind a prefix, this is; NULL if absent. */
const struct xml_attr *xml_attr(const struct xml *x, const char *name);
/* True for "1", "true", "on". */
bool xml_attr_true(const struct xml *x, const char *name);

/* A growing text. */
struct text {
    char *s;
    size_t len, cap;
};
/* Appends raw text with entities replaced and checked as UTF-8. `is_escaped`: also replace the
 * _xHHHH_ of spreadsheet strings (ECMA-376 22.9.2.19). */
MUST_CHECK enum err xml_decode(struct report *r, const char *raw, size_t len, bool is_cdata,
                               bool is_escaped, struct text *to);
void text_add(struct text *t, const char *s, size_t len);
/* Code points of UTF-8 known to be valid. */
size_t text_chars(const char *s, size_t len);

/* --- book --- */
enum number_shape { SHAPE_NUMBER, SHAPE_DATE };

struct book_sheet {
    char *name;
    bool is_hidden;
    int entry;
};

struct book {
    struct pack *pack;
    struct book_sheet *sheets;
    size_t n_sheets, cap_sheets;
    struct arena *mem;
    bool is_1904;
    unsigned char *shapes; /* of each cell style: enum number_shape */
    size_t n_shapes, cap_shapes;
    int strings_entry, styles_entry; /* -1: none */
    bool has_strings;
    char *strings; /* all shared strings, each with a NUL behind it */
    uint32_t *string_at;
    size_t n_strings, cap_strings, strings_len, strings_cap;
};

MUST_CHECK enum err book_open(struct book *b, struct pack *p, struct report *r);
void book_close(struct book *b);
/* Reads the shared strings, once. */
MUST_CHECK enum err book_load_strings(struct book *b, struct report *r);
/* Reads an <si> or <is> up to its CLOSE: runs joined, phonetic parts left out. */
MUST_CHECK enum err book_read_rich(struct xml *x, struct text *to);
/* Whether a number format shows a date or a time of day. */
bool book_format_is_date(const char *code);
/* ISO text of a day serial; false when it is outside 0 … 9999-12-31. */
bool book_serial_text(double serial, bool is_1904, char out[32]);
/* The same of a cell that holds ISO text (t="d"); false when it is none we know. */
bool book_iso_text(const char *s, size_t len, char out[32]);

/* --- xlsx and csv --- */
struct xlsx;
struct csv;
MUST_CHECK enum err xlsx_open(struct pack *p, struct report *r, struct xlsx **ret); /* owns p */
void xlsx_close(struct xlsx *w);
int xlsx_count(const struct xlsx *w);
struct sheet_info xlsx_info(const struct xlsx *w, int i);
MUST_CHECK enum err xlsx_select(struct xlsx *w, int i);
MUST_CHECK enum err xlsx_next(struct xlsx *w, struct sheet_row *ret, bool *ret_more);
bool xlsx_column_is_hidden(const struct xlsx *w, int column);
const struct sheet_merge *xlsx_merges(const struct xlsx *w, int *ret_n);

MUST_CHECK enum err csv_open(int fd, struct report *r,
                             struct csv **ret); /* fd stays the caller's */
void csv_close(struct csv *c);
const char *csv_encoding(const struct csv *c);
MUST_CHECK enum err csv_rewind(struct csv *c);
MUST_CHECK enum err csv_next(struct csv *c, struct sheet_row *ret, bool *ret_more);
