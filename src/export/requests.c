/* SPDX-License-Identifier: Apache-2.0 */
/* Decisions joined with their outcomes by request id, in one pass and in memory that depends only on how many requests
 * are under way at once.
 * 1. An item is in exactly one list: line (in order of sequence), late (unfinished, overtaken), shown (unfinished, and
 * given so), ended (was late or shown, and is whole now), spare (given, or never used).
 * 2. An unfinished request is also in its bucket; nothing else is. */
#include <string.h>

#include "exeat/base/list.h"
#include "exeat/base/memory.h"
#include "export_internal.h"
#include "filter.h"

enum { LINE_MAX_COUNT = 4096, LATE_MAX = 65536, BUCKETS = 16384, PROGRESS_EACH = 4096 };

struct export_requests {
    struct store_reader *reader;                   /* borrowed */
    const struct export_requests_options *options; /* borrowed */
    const struct export_filter *filter;            /* of the options */
    struct list line;
    struct list late;
    struct list shown;
    struct list ended;
    struct list spare;
    size_t line_count;
    size_t late_count; /* in late and in shown */
    uint64_t position; /* the sequence after the last row */
    uint64_t rows;
    char *error; /* owned */
    struct export_item *buckets[BUCKETS];
};

struct export_requests *export_requests_new(struct store_reader *reader, const struct export_requests_options *options)
{
    struct export_requests *requests = base_zalloc(sizeof(*requests));
    requests->reader = reader;
    requests->options = options;
    requests->filter = options->filter;
    list_init(&requests->line);
    list_init(&requests->late);
    list_init(&requests->shown);
    list_init(&requests->ended);
    list_init(&requests->spare);
    requests->position = store_reader_first(reader);
    return requests;
}

static void free_items(struct list *list)
{
    struct list_node *node;
    while ((node = list_take_first(list)) != NULL) {
        struct export_item *item = list_owner(node, struct export_item, node);
        export_item_clear(item);
        base_free(item);
    }
}

void export_requests_free(struct export_requests *requests)
{
    if (requests == NULL)
        return;
    free_items(&requests->line);
    free_items(&requests->late);
    free_items(&requests->shown);
    free_items(&requests->ended);
    free_items(&requests->spare);
    base_free(requests->error);
    base_free(requests);
}

/* --- unfinished requests by id
 * ------------------------------------------------------------------------------------------ */

/* Request ids are random: any part of one is a good hash. */
static size_t bucket_of(const struct request_id *id)
{
    return bytes_get_u32(id->bytes + REQUEST_ID_SIZE - 4) % BUCKETS;
}

static struct export_item **find_unfinished(struct export_requests *requests, const struct request_id *id)
{
    struct export_item **link = &requests->buckets[bucket_of(id)];
    while (*link != NULL && memcmp((*link)->decision.id.bytes, id->bytes, sizeof(id->bytes)) != 0)
        link = &(*link)->next;
    return link;
}

static void forget_unfinished(struct export_requests *requests, struct export_item *item)
{
    struct export_item **link = &requests->buckets[bucket_of(&item->decision.id)];
    while (*link != NULL && *link != item)
        link = &(*link)->next;
    if (*link != NULL)
        *link = item->next;
}

static struct export_item *take_spare(struct export_requests *requests)
{
    struct list_node *node = list_take_first(&requests->spare);
    return node != NULL ? list_owner(node, struct export_item, node) : base_zalloc(sizeof(struct export_item));
}

/* --- rows
 * ------------------------------------------------------------------------------------------------------------- */

static void show_row(struct export_requests *requests, const struct store_row *row)
{
    if (requests->options->hook.on_row != NULL)
        requests->options->hook.on_row(requests->options->hook.context, row);
}

static bool refuse(struct export_requests *requests, uint64_t sequence)
{
    struct buffer out = {0};
    buffer_printf(&out, "record %llu is not readable; look with `exeat audit verify`", (unsigned long long)sequence);
    base_free(requests->error);
    requests->error = buffer_take(&out);
    return false;
}

static bool take_item(struct export_requests *requests, const struct store_row *row)
{
    const struct export_filter *filter = requests->filter;
    if (!filter_has_time(filter, row->wall_us) || (row->kind != RECORD_DECISION && filter_wants_requests(filter)))
        return true;
    struct export_item *item = take_spare(requests);
    bool readable = export_item_read(item, row->body, filter->redact ? (struct bytes){0} : row->private_part);
    if (!readable || (export_item_is_request(item) && !filter_has_decision(requests->options, &item->decision))) {
        list_append(&requests->spare, &item->node);
        return readable || refuse(requests, row->sequence);
    }
    show_row(requests, row);
    list_append(&requests->line, &item->node);
    item->place = EXPORT_IN_LINE;
    requests->line_count++;
    if (export_item_is_request(item)) {
        struct export_item **bucket = &requests->buckets[bucket_of(&item->decision.id)];
        item->next = *bucket;
        *bucket = item;
    }
    return true;
}

static bool take_outcome(struct export_requests *requests, const struct store_row *row)
{
    struct record record;
    struct outcome_record outcome;
    if (!record_parse(row->body, &record))
        return refuse(requests, row->sequence);
    record_outcome_read(&record, &outcome);
    struct export_item **link = find_unfinished(requests, &outcome.id);
    struct export_item *item = *link;
    if (item == NULL) {
        if (filter_has_orphan(requests->options, row, &outcome.id))
            show_row(requests, row);
        return true;
    }
    *link = item->next;
    show_row(requests, row);
    if (!export_item_end(item, row->body))
        return refuse(requests, row->sequence);
    if (item->place != EXPORT_IN_LINE) {
        list_remove(&item->node);
        list_append(&requests->ended, &item->node);
        requests->late_count--;
    }
    return true;
}

static enum store_read read_row(struct export_requests *requests)
{
    struct store_row row;
    const struct export_row_hook *hook = &requests->options->hook;
    if (requests->options->end > 0 && requests->position >= requests->options->end)
        return STORE_END;
    enum store_read read = store_reader_next(requests->reader, &row);
    if (read != STORE_ROW)
        return read;
    if (hook->on_any != NULL)
        hook->on_any(hook->context, &row);
    requests->position = row.sequence + 1;
    const struct export_progress *progress = requests->options->progress;
    if (progress != NULL && ++requests->rows % PROGRESS_EACH == 0)
        progress->on_progress(progress->context, requests->position);
    bool good = row.kind == RECORD_COMPLETION ? take_outcome(requests, &row) : take_item(requests, &row);
    return good ? STORE_ROW : STORE_UNREADABLE;
}

/* --- items
 * ------------------------------------------------------------------------------------------------------------ */

static struct export_item *item_of(struct list_node *node)
{
    return list_owner(node, struct export_item, node);
}

static void move_to_late(struct export_requests *requests, struct export_item *item)
{
    list_remove(&item->node);
    list_append(&requests->late, &item->node);
    item->place = EXPORT_LATE;
    requests->line_count--;
    requests->late_count++;
}

static bool is_whole(const struct export_item *item)
{
    return !export_item_is_request(item) || item->has_outcome;
}

/* The first of the line, when nothing has to wait for it any more. */
static struct export_item *take_from_line(struct export_requests *requests)
{
    struct list_node *node;
    while ((node = list_first(&requests->line)) != NULL) {
        struct export_item *item = item_of(node);
        if (is_whole(item)) {
            list_remove(node);
            requests->line_count--;
            return item;
        }
        if (requests->line_count < LINE_MAX_COUNT)
            return NULL;
        move_to_late(requests, item);
    }
    return NULL;
}

/* Too many are under way: the oldest is given up. One that was shown is not shown again; NULL then. */
static struct export_item *give_up_oldest(struct export_requests *requests)
{
    struct list_node *shown = list_take_first(&requests->shown);
    struct list_node *node = shown != NULL ? shown : list_take_first(&requests->late);
    forget_unfinished(requests, item_of(node));
    requests->late_count--;
    if (shown == NULL)
        return item_of(node);
    list_append(&requests->spare, node);
    return NULL;
}

/* NULL: read on. The item is spare from now on, and whole until the next call. */
static struct export_item *take_ready(struct export_requests *requests)
{
    struct list_node *node = list_take_first(&requests->ended);
    struct export_item *item = node != NULL ? item_of(node) : NULL;
    if (item == NULL && requests->late_count > LATE_MAX)
        item = give_up_oldest(requests);
    if (item == NULL)
        item = take_from_line(requests);
    if (item != NULL)
        list_append(&requests->spare, &item->node);
    return item;
}

enum store_read export_requests_next(struct export_requests *requests, struct export_item **item)
{
    for (;;) {
        while ((*item = take_ready(requests)) != NULL)
            if (filter_has_item(requests->filter, *item))
                return STORE_ROW;
        enum store_read read = read_row(requests);
        if (read != STORE_ROW)
            return read;
    }
}

/* The next of late, then of the line; unfinished ones are kept as shown. */
static struct export_item *take_rest(struct export_requests *requests)
{
    struct list_node *node = list_first(&requests->late);
    if (node == NULL && (node = list_first(&requests->line)) != NULL && !is_whole(item_of(node)))
        move_to_late(requests, item_of(node));
    if (node == NULL)
        return NULL;
    struct export_item *item = item_of(node);
    list_remove(node);
    if (is_whole(item)) {
        requests->line_count--;
        list_append(&requests->spare, node);
    } else {
        item->place = EXPORT_SHOWN;
        list_append(&requests->shown, node);
    }
    return item;
}

struct export_item *export_requests_rest(struct export_requests *requests)
{
    struct export_item *item;
    while ((item = take_rest(requests)) != NULL)
        if (filter_has_item(requests->filter, item))
            return item;
    return NULL;
}

/* --- a position to go on from
 * ------------------------------------------------------------------------------------------- */

uint64_t export_requests_position(const struct export_requests *requests)
{
    return requests->position;
}

static void name_unfinished(const struct list *list, void (*on_open)(void *context, uint64_t sequence), void *context)
{
    for (struct list_node *node = list_first(list); node != NULL; node = list_next(list, node))
        if (!is_whole(item_of(node)))
            on_open(context, item_of(node)->head.sequence);
}

void export_requests_open(
    const struct export_requests *requests, void (*on_open)(void *context, uint64_t sequence), void *context)
{
    name_unfinished(&requests->shown, on_open, context);
    name_unfinished(&requests->late, on_open, context);
    name_unfinished(&requests->line, on_open, context);
}

static bool take_open(struct export_requests *requests, uint64_t sequence)
{
    struct store_row row;
    store_reader_seek(requests->reader, sequence);
    if (store_reader_next(requests->reader, &row) != STORE_ROW || row.sequence != sequence ||
        row.kind != RECORD_DECISION)
        return false;
    if (!take_item(requests, &row))
        return false;
    struct list_node *node = list_first(&requests->line);
    if (node == NULL) /* another filter than last time */
        return true;
    struct export_item *item = item_of(node);
    move_to_late(requests, item);
    list_remove(node);
    list_append(&requests->shown, node);
    item->place = EXPORT_SHOWN;
    return true;
}

bool export_requests_resume(struct export_requests *requests, uint64_t position, const uint64_t *open, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!take_open(requests, open[i]))
            return false;
    requests->position = position;
    store_reader_seek(requests->reader, position);
    return true;
}

char *export_requests_error(const struct export_requests *requests)
{
    const char *error = requests->error != NULL ? requests->error : store_reader_error(requests->reader);
    return text_copy(text_from(error));
}
