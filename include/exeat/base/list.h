/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive doubly linked lists. */
#ifndef EXEAT_BASE_LIST_H
#define EXEAT_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list_node {
    struct list_node *previous;
    struct list_node *next;
};

struct list {
    struct list_node head; /* a ring through the head */
};

/* The struct that holds `node` as its `member`. */
#define list_owner(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))

void list_init(struct list *list);                            /* before anything else; a list is never copied */
bool list_is_empty(const struct list *list);                  /* no node is in it */
void list_append(struct list *list, struct list_node *node);  /* at the end; `node` is in no list */
void list_prepend(struct list *list, struct list_node *node); /* at the front; `node` is in no list */
void list_remove(struct list_node *node);                     /* a node in no list is fine */
bool list_has(const struct list_node *node);                  /* is it in any list */
struct list_node *list_first(const struct list *list);        /* NULL when empty */
struct list_node *list_last(const struct list *list);         /* NULL when it is empty */
struct list_node *list_next(const struct list *list, const struct list_node *node); /* NULL at the end */
struct list_node *list_take_first(struct list *list);                               /* removed; NULL when empty */

#endif
