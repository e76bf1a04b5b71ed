/* commands.h — what `queqiao NAME …` can do. Each command reads its own arguments, prints its
 * result and returns the exit status: 0 done, 1 the work found problems (each printed), 2 usage, 3
 * environment. */
#pragma once
#include "platform/op.h"

/* What all commands share; read from the options before and behind the command's name. */
struct command_line {
    const char *store_url; /* --store, default $QUEQIAO_STORE, else data/queqiao.db */
    const char *data_dir;  /* folder of the store: uploads, evidence, key file */
    const char *key_path;  /* --key, default DATA/queqiao.key */
    enum lang lang;        /* --lang en, or LANG not Chinese */
    bool json;
    int argc; /* what is left: the command's own arguments */
    char **argv;
    const struct command *command;
};

/* The usage line is what a person reads and what the arguments are read by: an option that does not
 * stand in it is refused, and "--name=…" in it says that the option has a value. */
struct command {
    const char *name, *usage, *zh, *en;
    int (*run)(const struct command_line *line);
};

/* Read the program's arguments by a table that ends with a row of zeroes. *ret is NULL when there
 * is nothing to run: help was asked for (printed; status 0) or the arguments are wrong (said; 2).
 */
int command_read(struct arena *mem, const struct command *commands, int argc, char **argv,
                 struct command_line *line, const struct command **ret);
/* Something that the command needs is missing: print its usage line to stderr; returns 2. */
int command_usage(const struct command_line *line);

/* Value of "--name=value" among the command's arguments, or NULL; "" for a bare "--name". */
const char *option(const struct command_line *line, const char *name);
/* First argument that is no option, the n-th from 0; NULL when there are fewer. */
const char *argument(const struct command_line *line, int n);

/* Open the store, bring it to the newest schema, load the keys, run the modules' seeds. Prints what
 * is wrong and returns an exit status other than 0. */
int command_open(const struct command_line *line, struct store **ret);
/* Print a failure with its cure to stderr; returns its exit status. */
int command_fail(const struct command_line *line, const struct failure *f);

/* Commands that have a file of their own. */
int command_policy(const struct command_line *line);
int command_serve(const struct command_line *line); /* command_serve.c */
/* The same over a store that is already open: what the demo ends with. The caller closes the store.
 */
int command_serve_store(const struct command_line *line, struct store *store);
int command_import(const struct command_line *line);   /* command_import.c */
int command_match(const struct command_line *line);    /* command_match.c */
int command_trace(const struct command_line *line);    /* command_trace.c */
int command_compare(const struct command_line *line);  /* command_compare.c */
int command_simulate(const struct command_line *line); /* simulate.c */
int command_demo(const struct command_line *line);     /* command_demo.c */
