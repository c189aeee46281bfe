/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's events become a tree. Aliases, anchors and tags are refused: a policy is read by people, and an alias bomb
 * by nobody. */
#include "exeat/schema/yaml.h"

#include <stdlib.h>
#include <yaml.h>

#include "exeat/base/memory.h"

enum { DEPTH_MAX = 24, NODES_MAX = 500000 };

struct builder {
    yaml_parser_t parser;
    struct arena *arena;
    struct diags *diags;
    struct text text;
    int file;
    size_t nodes;
    bool failed;
};

static struct mark mark_at(const struct builder *builder, const yaml_mark_t *start, const yaml_mark_t *end)
{
    struct mark mark = {
        .file = builder->file, .line = (int)start->line + 1, .column = (int)start->column + 1, .width = 1};
    if (end->line == start->line && end->column > start->column)
        mark.width = (int)(end->column - start->column);
    return mark;
}

/* The place of a byte: the reader knows bytes only. */
static struct mark mark_of_byte(const struct builder *builder, size_t offset)
{
    struct mark mark = {.file = builder->file, .line = 1, .column = 1, .width = 1};
    struct text before = text_part(builder->text, 0, offset);
    for (size_t i = 0; i < before.length; i++) {
        mark.column++;
        if (before.data[i] == '\n') {
            mark.line++;
            mark.column = 1;
        }
    }
    return mark;
}

static struct text line_at(struct text text, size_t line)
{
    struct text rest = text;
    struct text found = TEXT("");
    for (size_t i = 0; i <= line; i++)
        if (!text_split(&rest, '\n', &found))
            return TEXT("");
    return found;
}

/* What was begun and not gone on with: a bracket that is open, or lines that do not begin in one column. */
static void advise_structure(const struct builder *builder, const yaml_mark_t *place)
{
    const yaml_mark_t *begin = &builder->parser.context_mark;
    struct text context = text_from(builder->parser.context == NULL ? "" : builder->parser.context);
    if (text_starts_with(context, TEXT("while parsing a flow")))
        diag_note(
            builder->diags, "the bracket that opens on line %zu in column %zu is not closed, or a comma is missing",
            begin->line + 1, begin->column + 1);
    else if (text_starts_with(context, TEXT("while parsing a block")) && place->column != begin->column)
        diag_note(
            builder->diags, "line %zu begins in column %zu, and the list or map that begins on line %zu in column %zu",
            place->line + 1, place->column + 1, begin->line + 1, begin->column + 1);
}

/* What people trip over, said in their words. */
static void advise(const struct builder *builder, const yaml_mark_t *place)
{
    struct text line = line_at(builder->text, place->line);
    struct text problem = text_from(builder->parser.problem == NULL ? "" : builder->parser.problem);
    struct text begin = text_part(line, 0, line.length - text_trim(line, " \t").length);
    struct text at = text_part(line, place->column == 0 ? 0 : place->column - 1, 2);
    if (text_has(begin, '\t') && text_index(line, '\t', 0) < text_index(line, ':', 0))
        diag_note(builder->diags, "YAML is indented with spaces, never with tabs");
    else if (text_has(at, '@') || text_has(at, '*'))
        diag_note(builder->diags, "write patterns and groups in quotes: \"*.example.com\", \"@name\"");
    else if (text_starts_with(problem, TEXT("mapping values are not allowed")))
        diag_note(
            builder->diags,
            "no key can stand here: is line %zu indented as its neighbours are? A text that has \": \" in it needs "
            "quotes",
            place->line + 1);
    else
        advise_structure(builder, place);
}

static void report_parser(struct builder *builder)
{
    const yaml_parser_t *parser = &builder->parser;
    yaml_mark_t place = parser->problem_mark;
    builder->failed = true;
    if (parser->error == YAML_READER_ERROR) {
        diag_error(
            builder->diags, mark_of_byte(builder, parser->problem_offset), "not a UTF-8 text: %s", parser->problem);
        diag_note(builder->diags, "save the file as UTF-8");
        return;
    }
    diag_error(
        builder->diags, mark_at(builder, &place, &place), "not valid YAML: %s",
        parser->problem == NULL ? "unreadable" : parser->problem);
    advise(builder, &place);
}

static void fail(struct builder *builder, const yaml_event_t *event, const char *why)
{
    builder->failed = true;
    diag_error(builder->diags, mark_at(builder, &event->start_mark, &event->end_mark), "%s", why);
}

static bool next_event(struct builder *builder, yaml_event_t *event)
{
    if (yaml_parser_parse(&builder->parser, event))
        return true;
    report_parser(builder);
    return false;
}

static struct yaml_node *new_node(struct builder *builder, const yaml_event_t *event, enum yaml_kind kind)
{
    struct yaml_node *node = arena_alloc(builder->arena, sizeof(*node));
    node->kind = kind;
    node->mark = mark_at(builder, &event->start_mark, &event->end_mark);
    if (kind != YAML_TEXT)
        node->mark.width = 1;
    if (++builder->nodes > NODES_MAX)
        fail(builder, event, "too many values in one file; move long lists to a list file");
    return node;
}

static struct yaml_node *build(struct builder *builder, yaml_event_t *event, int depth);

/* Children until the end event. A map's children alternate between key and value. */
static void build_children(struct builder *builder, struct yaml_node *node, yaml_event_type_t end, int depth)
{
    struct yaml_node **children = NULL;
    size_t count = 0;
    size_t capacity = 0;
    yaml_event_t event;
    while (!builder->failed && next_event(builder, &event)) {
        bool ended = event.type == end;
        if (!ended) {
            if (count == capacity) {
                capacity = capacity == 0 ? 8 : capacity * 2;
                children = base_resize(children, capacity, sizeof(struct yaml_node *));
            }
            children[count++] = build(builder, &event, depth + 1);
        }
        yaml_event_delete(&event);
        if (ended)
            break;
    }
    size_t stride = node->kind == YAML_MAP ? 2 : 1;
    node->count = builder->failed ? 0 : count / stride;
    node->items = arena_array(builder->arena, node->count, sizeof(struct yaml_node *));
    node->keys = arena_array(builder->arena, node->kind == YAML_MAP ? node->count : 0, sizeof(struct yaml_node *));
    for (size_t i = 0; i < node->count; i++) {
        node->items[i] = children[i * stride + stride - 1];
        if (node->kind == YAML_MAP)
            node->keys[i] = children[i * stride];
    }
    base_free(children);
}

/* Of two equal keys the one that stands first is the first. */
static int compare_keys(const void *left_key, const void *right_key)
{
    const struct yaml_node *left = *(struct yaml_node *const *)left_key;
    const struct yaml_node *right = *(struct yaml_node *const *)right_key;
    int order = text_compare(left->text, right->text);
    if (order == 0)
        order = (left->mark.line > right->mark.line) - (left->mark.line < right->mark.line);
    return order != 0 ? order : (left->mark.column > right->mark.column) - (left->mark.column < right->mark.column);
}

/* Says so of every key that stands there again, and marks it. */
static void refuse_duplicates(const struct builder *builder, const struct yaml_node *map)
{
    struct yaml_node **sorted = base_array(map->count + 1, sizeof(struct yaml_node *));
    for (size_t i = 0; i < map->count; i++)
        sorted[i] = map->keys[i];
    qsort(sorted, map->count, sizeof(struct yaml_node *), compare_keys);
    for (size_t i = 1; i < map->count; i++) {
        sorted[i]->is_repeated = text_equal(sorted[i]->text, sorted[i - 1]->text);
        if (sorted[i]->is_repeated)
            diag_error(
                builder->diags, sorted[i]->mark, "duplicate key '%.*s' (first on line %d)", TEXT_ARG(sorted[i]->text),
                sorted[i - 1]->mark.line);
    }
    base_free(sorted);
}

/* What was refused is not read: a reader fills its field once. */
static void drop_duplicates(struct yaml_node *map)
{
    size_t kept = 0;
    for (size_t i = 0; i < map->count; i++) {
        if (map->keys[i]->is_repeated)
            continue;
        map->keys[kept] = map->keys[i];
        map->items[kept++] = map->items[i];
    }
    map->count = kept;
}

static void check_keys(struct builder *builder, struct yaml_node *map)
{
    for (size_t i = 0; i < map->count; i++) {
        if (map->keys[i] == NULL || map->keys[i]->kind != YAML_TEXT) {
            diag_error(builder->diags, map->mark, "a key must be a word");
            builder->failed = true;
            return;
        }
    }
    refuse_duplicates(builder, map);
    drop_duplicates(map);
}

/* What another reader of YAML would make something else of. */
static void
refuse_marks(struct builder *builder, const yaml_event_t *event, const yaml_char_t *anchor, const yaml_char_t *tag)
{
    if (anchor != NULL)
        fail(builder, event, "anchors are not supported; write the value out, or use a group");
    else if (tag != NULL)
        fail(builder, event, "tags are not supported; each key knows what its value is");
}

static struct yaml_node *build_scalar(struct builder *builder, const yaml_event_t *event)
{
    struct yaml_node *node = new_node(builder, event, YAML_TEXT);
    struct text value = {(const char *)event->data.scalar.value, event->data.scalar.length};
    refuse_marks(builder, event, event->data.scalar.anchor, event->data.scalar.tag);
    if (text_has(value, '\0'))
        fail(builder, event, "a value must not hold a NUL byte");
    node->text = arena_text(builder->arena, value);
    node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    return node;
}

static struct yaml_node *build(struct builder *builder, yaml_event_t *event, int depth)
{
    struct yaml_node *node = NULL;
    if (depth > DEPTH_MAX) {
        fail(builder, event, "nested too deeply");
        return NULL;
    }
    if (event->type == YAML_SCALAR_EVENT)
        return build_scalar(builder, event);
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        refuse_marks(builder, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
        node = new_node(builder, event, YAML_LIST);
        build_children(builder, node, YAML_SEQUENCE_END_EVENT, depth);
    } else if (event->type == YAML_MAPPING_START_EVENT) {
        refuse_marks(builder, event, event->data.mapping_start.anchor, event->data.mapping_start.tag);
        node = new_node(builder, event, YAML_MAP);
        build_children(builder, node, YAML_MAPPING_END_EVENT, depth);
        if (!builder->failed)
            check_keys(builder, node);
    } else {
        fail(builder, event, "aliases are not supported; write the value out, or use a group");
    }
    return node;
}

static struct yaml_node *build_document(struct builder *builder)
{
    struct yaml_node *root = NULL;
    bool done = false;
    while (!builder->failed && !done) {
        yaml_event_t event;
        if (!next_event(builder, &event))
            break;
        if (event.type == YAML_STREAM_END_EVENT)
            done = true;
        else if (event.type == YAML_DOCUMENT_START_EVENT && root != NULL)
            fail(builder, &event, "one document per file");
        else if (
            event.type == YAML_SCALAR_EVENT || event.type == YAML_SEQUENCE_START_EVENT ||
            event.type == YAML_MAPPING_START_EVENT || event.type == YAML_ALIAS_EVENT)
            root = build(builder, &event, 0);
        yaml_event_delete(&event);
    }
    return builder->failed ? NULL : root;
}

/* What some editors put in front of UTF-8. */
static struct text without_bom(struct text text)
{
    return text_starts_with(text, TEXT("\xef\xbb\xbf")) ? text_after(text, 3) : text;
}

struct yaml_node *schema_parse_yaml(struct text source, int file, struct arena *arena, struct diags *diags)
{
    struct text text = without_bom(source);
    struct builder builder = {.arena = arena, .diags = diags, .text = text, .file = file};
    if (!yaml_parser_initialize(&builder.parser)) {
        diag_error(
            diags, (struct mark){.file = file, .line = 1, .column = 1, .width = 1}, "cannot start the YAML parser");
        return NULL;
    }
    yaml_parser_set_input_string(&builder.parser, (const unsigned char *)text.data, text.length);
    yaml_parser_set_encoding(&builder.parser, YAML_UTF8_ENCODING);
    struct yaml_node *root = build_document(&builder);
    yaml_parser_delete(&builder.parser);
    if (root == NULL && !builder.failed)
        diag_error(
            diags, (struct mark){.file = file, .line = 1, .column = 1, .width = 1},
            "the file is empty; it needs at least `version: 1`");
    return root;
}
