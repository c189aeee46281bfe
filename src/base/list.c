/* SPDX-License-Identifier: Apache-2.0 */
/* Intrusive doubly linked lists: a ring through the head. */
#include "exeat/base/list.h"

#include "exeat/base/check.h"

void list_init(struct list *list)
{
    list->head.previous = &list->head;
    list->head.next = &list->head;
}

bool list_is_empty(const struct list *list)
{
    return list->head.next == &list->head;
}

static void insert_between(struct list_node *node, struct list_node *previous, struct list_node *next)
{
    ASSERT(!list_has(node));
    node->previous = previous;
    node->next = next;
    previous->next = node;
    next->previous = node;
}

void list_append(struct list *list, struct list_node *node)
{
    insert_between(node, list->head.previous, &list->head);
}

void list_prepend(struct list *list, struct list_node *node)
{
    insert_between(node, &list->head, list->head.next);
}

void list_remove(struct list_node *node)
{
    if (!list_has(node))
        return;
    node->previous->next = node->next;
    node->next->previous = node->previous;
    node->previous = NULL;
    node->next = NULL;
}

bool list_has(const struct list_node *node)
{
    return node->next != NULL;
}

struct list_node *list_first(const struct list *list)
{
    return list_is_empty(list) ? NULL : list->head.next;
}

struct list_node *list_last(const struct list *list)
{
    return list_is_empty(list) ? NULL : list->head.previous;
}

struct list_node *list_next(const struct list *list, const struct list_node *node)
{
    return node->next == &list->head ? NULL : node->next;
}

struct list_node *list_take_first(struct list *list)
{
    struct list_node *node = list_first(list);
    if (node != NULL)
        list_remove(node);
    return node;
}
