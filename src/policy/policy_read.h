/* policy_read.h — reading a node into a struct by a table of keys. Only for src/policy. */
#pragma once
#include "policy/policy_eval.h"
#include "policy/policy_yaml.h"

enum key_kind {
    KEY_TEXT,     /* const char * */
    KEY_BOTH,     /* struct policy_text: a map {zh, en} */
    KEY_ID,       /* const char *: small letters, digits, '-', '_' */
    KEY_INT,      /* int32_t within min..max */
    KEY_YUAN,     /* int64_t fen, written in yuan with at most two decimals */
    KEY_BOOL,     /* bool */
    KEY_CODE,     /* an enum, by `names` */
    KEY_CODES,    /* uint32_t bits, by `names`: one code or a list */
    KEY_DATE,     /* struct date */
    KEY_MONTH,    /* struct month */
    KEY_DAY,      /* int8_t month, day: "MM-DD" */
    KEY_DIVISION, /* int64_t 12-digit code */
    KEY_RANGE,    /* struct policy_range */
    KEY_MAP,      /* a map read by `keys` into the struct at offset */
    KEY_OTHER,    /* read by `read`, which gets the whole struct */
    KEY_LATER,    /* read elsewhere */
};

struct key {
    const char *name;
    enum key_kind kind;
    size_t offset;
    bool required;
    int64_t min, max;
    const struct policy_name *names;
    const struct key *keys; /* ended by {0} */
    void (*read)(struct policy_problems *pb, const struct policy_node *node, void *into);
};

/* A row of a table of keys: K("months", KEY_INT, offset, .min = 1, .max = 600). */
#define K(name_, kind_, offset_, ...)                                  \
    {                                                                  \
        .name = name_, .kind = kind_, .offset = offset_, ##__VA_ARGS__ \
    }

/* Would `b` never be chosen behind `a`, because `a` asks for no more than `b`? */
bool policy_item_shadows(const struct policy_item *a, const struct policy_item *b);
/* Contradictions between values that are right by themselves; added to pb. */
void policy_check_sense(struct policy_problems *pb, const struct policy_node *root,
                        const struct policy *p);
/* Reads a map; everything that is wrong in it is added to pb. */
void read_map(struct policy_problems *pb, const struct policy_node *node, const struct key *keys,
              void *into);
/* Single values; false with a problem. */
bool read_code(struct policy_problems *pb, const struct policy_node *node,
               const struct policy_name *names, int *ret);
bool read_text(struct policy_problems *pb, const struct policy_node *node, const char **ret);
bool read_date(struct policy_problems *pb, const struct policy_node *node, struct date *ret);
bool read_int(struct policy_problems *pb, const struct policy_node *node, int64_t min, int64_t max,
              int64_t *ret);
bool read_yuan(struct policy_problems *pb, const struct policy_node *node, int64_t *ret);
bool read_bool(struct policy_problems *pb, const struct policy_node *node, bool *ret);
bool read_range(struct policy_problems *pb, const struct policy_node *node,
                struct policy_range *ret);
/* The items of a list, or the node itself as a list of one; at most `max`, or a problem. */
int node_items(struct policy_problems *pb, const struct policy_node *node, int max,
               const struct policy_node *const **ret);
