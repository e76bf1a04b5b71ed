/* asset.h — files built into the binary by tools/embed.py. */
#pragma once

/* Bytes are [start, end) and followed by one NUL. A table is sorted by path and ends with a row
 * whose path is NULL. */
struct asset {
    const char *path;
    const unsigned char *start, *end;
};

extern const struct asset schema_assets[];   /* schema/NNNN-name.sql */
extern const struct asset policies_assets[]; /* policies/name.yaml */
extern const struct asset facts_assets[];    /* facts/name.csv */
extern const struct asset web_assets[];      /* web/dist, only in the program itself */
