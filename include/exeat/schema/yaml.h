/* SPDX-License-Identifier: Apache-2.0 */
/* A YAML document as a tree of nodes with places. The only user of libyaml. */
#ifndef EXEAT_SCHEMA_YAML_H
#define EXEAT_SCHEMA_YAML_H

#include "exeat/base/arena.h"
#include "exeat/base/diag.h"

enum yaml_kind { YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml_node {
    enum yaml_kind kind;
    struct mark mark;
    struct text text;         /* YAML_TEXT */
    bool is_plain;            /* unquoted */
    bool is_repeated;         /* a key that stood there before */
    struct yaml_node **items; /* YAML_LIST; YAML_MAP: the values */
    struct yaml_node **keys;  /* YAML_MAP: no two of them are equal, so that nothing is read twice */
    size_t count;
};

/* One document; NULL, with errors in `diags`, when it is not one. Nodes live in `arena`. */
struct yaml_node *schema_parse_yaml(struct text source, int file, struct arena *arena, struct diags *diags);

#endif
