/* policy_yaml.c — from libyaml's events to a tree. */
#include "policy/policy_yaml.h"

#include <yaml.h>

enum { DEPTH_MAX = 16, NODES_MAX = 20000 };

struct loader {
    yaml_parser_t parser;
    struct policy_problems *pb;
    struct arena *mem;
    int nodes;
};

void policy_problem_add(struct policy_problems *pb, const struct policy_node *node, const char *zh,
                        const char *en)
{
    pb->total++;
    if (pb->n == POLICY_PROBLEMS_MAX)
        return;
    pb->at[pb->n++] = (struct policy_problem){ .line = node ? node->line : 0,
                                               .column = node ? node->column : 0,
                                               .message = { zh, en } };
}

void policy_problem_cure(struct policy_problems *pb, const char *zh, const char *en)
{
    if (pb->n == pb->total) {
        pb->at[pb->n - 1].cure.zh = zh;
        pb->at[pb->n - 1].cure.en = en;
    }
}

const char *policy_problem_text(struct arena *mem, const struct policy_problems *pb, int i,
                                enum lang lang)
{
    const struct policy_problem *p = &pb->at[i];
    bool en = lang == LANG_EN;
    const char *cure = en ? p->cure.en : p->cure.zh;

    return arena_printf(mem, "%s:%d:%d: %s%s%s", pb->file, p->line, p->column,
                        en ? p->message.en : p->message.zh, cure ? (en ? " — " : "——") : "",
                        cure ? cure : "");
}

static struct policy_node *node_new(struct loader *ld, enum policy_node_kind kind,
                                    const yaml_event_t *ev)
{
    struct policy_node *n = NEW(ld->mem, struct policy_node);

    n->kind = kind;
    n->line = (int)ev->start_mark.line + 1;
    n->column = (int)ev->start_mark.column + 1;
    if (++ld->nodes > NODES_MAX && ld->nodes == NODES_MAX + 1) {
        PROBLEM(ld->pb, n, "文件过大", "the file has too many entries");
        CURE(ld->pb, "请把它拆成几个政策文件", "split it into several policies");
    }
    return n;
}

static bool next_event(struct loader *ld, yaml_event_t *ev)
{
    struct policy_node at = { 0 };

    if (ld->pb->total)
        return false;
    if (yaml_parser_parse(&ld->parser, ev))
        return true;
    at.line = (int)ld->parser.problem_mark.line + 1;
    at.column = (int)ld->parser.problem_mark.column + 1;
    PROBLEM(ld->pb, &at, "不是有效的 YAML：%s", "not valid YAML: %s",
            ld->parser.problem ? ld->parser.problem : "?");
    CURE(ld->pb, "请检查该行的缩进、冒号与引号（文件须为 UTF-8，缩进用空格）",
         "check indentation, colons and quotes of this line (UTF-8, indented by spaces)");
    return false;
}

static struct policy_node *load(struct loader *ld, yaml_event_t *ev, int depth);

static void load_list(struct loader *ld, struct policy_node *list, int depth)
{
    size_t n = 0, cap = 0;
    yaml_event_t ev;

    while (next_event(ld, &ev)) {
        bool is_end = ev.type == YAML_SEQUENCE_END_EVENT;
        const struct policy_node *item = is_end ? NULL : load(ld, &ev, depth + 1);

        yaml_event_delete(&ev);
        if (is_end || !item)
            break;
        *ARENA_PUSH(ld->mem, list->items, n, cap) = item;
    }
    list->n = (int)n;
}

static void load_map(struct loader *ld, struct policy_node *map, int depth)
{
    size_t n = 0, keys_cap = 0, items_cap = 0, keys_n = 0;
    yaml_event_t ev;

    while (next_event(ld, &ev)) {
        bool is_end = ev.type == YAML_MAPPING_END_EVENT;
        const struct policy_node *key = is_end ? NULL : load(ld, &ev, depth + 1), *item;

        yaml_event_delete(&ev);
        if (is_end || !key)
            break;
        if (key->kind != NODE_SCALAR) {
            PROBLEM(ld->pb, key, "键必须是一个词", "a key must be a single word");
            CURE(ld->pb, "请写成“键: 值”", "write it as “key: value”");
            break;
        }
        map->n = (int)n;
        if (node_get(map, key->text)) {
            PROBLEM(ld->pb, key, "“%s”出现了两次", "“%s” is there twice", key->text);
            CURE(ld->pb, "请删去其中一处", "delete one of them");
            break;
        }
        if (!next_event(ld, &ev))
            break;
        item = load(ld, &ev, depth + 1);
        yaml_event_delete(&ev);
        if (!item)
            break;
        *ARENA_PUSH(ld->mem, map->keys, keys_n, keys_cap) = key;
        *ARENA_PUSH(ld->mem, map->items, n, items_cap) = item;
    }
    map->n = (int)n;
}

static bool is_tagged(const yaml_event_t *ev)
{
    switch (ev->type) {
    case YAML_SCALAR_EVENT:
        return ev->data.scalar.anchor || ev->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return ev->data.sequence_start.anchor || ev->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return ev->data.mapping_start.anchor || ev->data.mapping_start.tag;
    default:
        return ev->type == YAML_ALIAS_EVENT;
    }
}

/* The node that begins with this event; NULL with a problem. */
static struct policy_node *load(struct loader *ld, yaml_event_t *ev, int depth)
{
    struct policy_node *n = node_new(ld, NODE_SCALAR, ev);

    if (is_tagged(ev)) {
        PROBLEM(ld->pb, n, "不支持锚点、别名与标签（& * !）",
                "anchors, aliases and tags (& * !) are not taken");
        CURE(ld->pb, "请把内容在此处写全", "write the content out in this place");
        return NULL;
    }
    if (depth > DEPTH_MAX) {
        PROBLEM(ld->pb, n, "嵌套过深", "nested too deeply");
        CURE(ld->pb, "最多 %d 层", "at most %d levels", DEPTH_MAX);
        return NULL;
    }
    if (ev->type == YAML_SCALAR_EVENT) {
        n->text =
            arena_strndup(ld->mem, (const char *)ev->data.scalar.value, ev->data.scalar.length);
        if (strlen(n->text) != ev->data.scalar.length) {
            PROBLEM(ld->pb, n, "文字中有空字符", "the text holds a NUL");
            CURE(ld->pb, "请删去 \\0", "delete the \\0");
            return NULL;
        }
    } else if (ev->type == YAML_SEQUENCE_START_EVENT) {
        n->kind = NODE_LIST;
        load_list(ld, n, depth);
    } else {
        n->kind = NODE_MAP;
        load_map(ld, n, depth);
    }
    return ld->pb->total ? NULL : n;
}

const struct policy_node *policy_yaml_read(const char *text, size_t len, struct policy_problems *pb)
{
    struct loader ld = { .pb = pb, .mem = pb->mem };
    const struct policy_node *root = NULL;
    int documents = 0;
    yaml_event_t ev;

    if (len > POLICY_FILE_BYTES_MAX) {
        PROBLEM(pb, NULL, "文件超过 %d KB", "the file is larger than %d KB",
                POLICY_FILE_BYTES_MAX / 1024);
        CURE(pb, "请把它拆成几个政策文件", "split it into several policies");
        return NULL;
    }
    assert(pb->total == 0); /* the loader stops at its first problem */
    if (!yaml_parser_initialize(&ld.parser))
        abort();
    yaml_parser_set_input_string(&ld.parser, (const unsigned char *)text, len);
    yaml_parser_set_encoding(&ld.parser, YAML_UTF8_ENCODING);
    for (bool is_end = false; !is_end && next_event(&ld, &ev);) {
        is_end = ev.type == YAML_STREAM_END_EVENT;
        if (ev.type == YAML_DOCUMENT_START_EVENT && ++documents > 1) {
            struct policy_node at = { .line = (int)ev.start_mark.line + 1,
                                      .column = (int)ev.start_mark.column + 1 };
            PROBLEM(pb, &at, "一个文件只能写一项政策", "a file holds one policy");
            CURE(pb, "请去掉“---”，另存一个文件", "remove “---” and use a file of its own");
        } else if (ev.type == YAML_SCALAR_EVENT || ev.type == YAML_SEQUENCE_START_EVENT ||
                   ev.type == YAML_MAPPING_START_EVENT || ev.type == YAML_ALIAS_EVENT) {
            root = load(&ld, &ev, 0);
        }
        yaml_event_delete(&ev);
    }
    yaml_parser_delete(&ld.parser);
    if (!pb->total && !root) {
        PROBLEM(pb, (&(struct policy_node){ .line = 1, .column = 1 }), "文件是空的",
                "the file is empty");
        CURE(pb, "请参照 policies/ 中的文件编写", "take a file of policies/ as the model");
    }
    return pb->total ? NULL : root;
}

const struct policy_node *node_get(const struct policy_node *map, const char *key)
{
    for (int i = 0; map && map->kind == NODE_MAP && i < map->n; i++) {
        if (strcmp(map->keys[i]->text, key) == 0)
            return map->items[i];
    }
    return NULL;
}

/* Which item of a map or list the first part of the path names; -1 if none. *len: its length. */
static int part_find(const struct policy_node *node, const char *path, size_t *len)
{
    *len = strcspn(path, ".");
    for (int i = 0; i < node->n && node->kind != NODE_SCALAR; i++) {
        const struct policy_node *id =
            node->kind == NODE_MAP ? node->keys[i] : node_get(node->items[i], "id");

        if (id && id->kind == NODE_SCALAR && strlen(id->text) == *len &&
            memcmp(id->text, path, *len) == 0)
            return i;
    }
    return -1;
}

const struct policy_node *node_at(const struct policy_node *root, const char *path)
{
    while (root) {
        size_t len;
        int i = part_find(root, path, &len);

        root = i < 0 ? NULL : root->items[i];
        if (path[len] == 0)
            break;
        path += len + 1;
    }
    return root;
}

const struct policy_node *node_with(struct arena *mem, const struct policy_node *root,
                                    const char *path, const struct policy_node *value)
{
    struct policy_node *copy = NEW(mem, struct policy_node);
    size_t len;
    int i = part_find(root, path, &len);
    bool is_last = path[len] == 0, is_new = i < 0 && is_last && root->kind == NODE_MAP && len > 0;
    int room = root->n + (is_new ? 1 : 0);
    const struct policy_node *item = value;

    if (i < 0 && !is_new)
        return NULL;
    if (!is_last)
        item = node_with(mem, root->items[i], path + len + 1, value);
    if (!item)
        return NULL;
    *copy = *root;
    copy->n = room;
    copy->items = NEW_ARRAY(mem, const struct policy_node *, room);
    memcpy(copy->items, root->items, sizeof *copy->items * (size_t)root->n);
    if (is_new) {
        struct policy_node *key = NEW(mem, struct policy_node);

        *key = *value;
        key->kind = NODE_SCALAR;
        key->text = arena_strndup(mem, path, len);
        copy->keys = NEW_ARRAY(mem, const struct policy_node *, room);
        memcpy(copy->keys, root->keys, sizeof *copy->keys * (size_t)root->n);
        copy->keys[root->n] = key;
        i = root->n;
    }
    copy->items[i] = item;
    return copy;
}
