/* SPDX-License-Identifier: Apache-2.0 */
/* The tables the other way round: from settings to values. */
#include "exeat/in_force.h"

#include "exeat/base/clock.h"
#include "exeat/config/tables.h"

struct row {
    struct text path; /* "audit.disk.warn" */
    const struct key *key;
    const void *field;
};
typedef void (*row_visit)(void *context, const struct row *row);

struct walk {
    struct buffer path;
    row_visit visit;
    void *context;
};

static void walk_section(struct walk *walk, const struct section *section, const void *object)
{
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        const void *field = (const char *)object + key->offset;
        size_t length = walk->path.length;
        if (key->type->shape == SHAPE_LATER)
            continue;
        buffer_printf(&walk->path, "%s%s", length == 0 ? "" : ".", key->name);
        const struct row row = {buffer_text(&walk->path), key, field};
        walk->visit(walk->context, &row);
        if (key->type->shape == SHAPE_MAP)
            walk_section(walk, key->type->section, field);
        walk->path.length = length;
    }
}

static void walk(const struct settings *settings, row_visit visit, void *context)
{
    struct walk all = {.visit = visit, .context = context};
    walk_section(&all, &settings_section, settings);
    buffer_clear(&all.path);
}

/* --- what waits for a start ------------------------------------------------------------------------------------------
 */

static void append_line(struct buffer *out, const struct row *row)
{
    buffer_printf(out, "%.*s ", TEXT_ARG(row->path));
    settings_write_value(row->key->type, row->field, out);
    buffer_append_byte(out, '\n');
}

static void add_start_value(void *context, const struct row *row)
{
    if (row->key->effect == AT_START)
        append_line(context, row);
}

void in_force_start_values(const struct settings *settings, struct buffer *out)
{
    walk(settings, add_start_value, out);
}

/* The value that runs, of one key; false: nothing runs. */
static bool find_running(struct text running, struct text path, struct text *value)
{
    struct text name;
    while (text_split(&running, '\n', value))
        if (text_split(value, ' ', &name) && text_equal(name, path))
            return true;
    return false;
}

struct waiting {
    struct text running;
    struct buffer *names;
};

static bool is_waiting(struct text running, const struct row *row)
{
    struct text runs;
    struct buffer value = {0};
    if (row->key->effect != AT_START || !find_running(running, row->path, &runs))
        return false;
    settings_write_value(row->key->type, row->field, &value);
    bool differs = !text_equal(buffer_text(&value), runs);
    buffer_clear(&value);
    return differs;
}

static void add_waiting(void *context, const struct row *row)
{
    struct waiting *waiting = context;
    if (is_waiting(waiting->running, row))
        buffer_printf(waiting->names, "%s%.*s", waiting->names->length > 0 ? ", " : "", TEXT_ARG(row->path));
}

void in_force_waiting(const struct settings *settings, struct text running, struct buffer *names)
{
    struct waiting waiting = {running, names};
    walk(settings, add_waiting, &waiting);
}

/* --- all of it -------------------------------------------------------------------------------------------------------
 */

struct show {
    const struct settings *settings;
    const struct settings *defaults;
    struct text running;
    struct buffer path;
    struct buffer *out;
};

/* What runs, or what the file has where nothing runs, or takes effect at once. */
static void append_in_force(const struct show *show, const struct row *row, struct buffer *out)
{
    struct text value;
    if (row->key->effect == AT_START && find_running(show->running, row->path, &value))
        buffer_append(out, value);
    else
        settings_write_value(row->key->type, row->field, out);
}

static void append_waits(void *context, const struct row *row)
{
    struct show *show = context;
    struct buffer value = {0};
    if (is_waiting(show->running, row)) {
        settings_write_value(row->key->type, row->field, &value);
        buffer_printf(
            show->out, "# %.*s: %.*s after a restart\n", TEXT_ARG(row->path),
            TEXT_ARG(value.length == 0 ? TEXT("(none)") : buffer_text(&value)));
    }
    buffer_clear(&value);
}

static bool is_default(const struct show *show, const struct row *row, struct text value)
{
    struct buffer initial = {0};
    size_t offset = (size_t)((const char *)row->field - (const char *)show->settings);
    settings_write_value(row->key->type, (const char *)show->defaults + offset, &initial);
    bool same = text_equal(value, buffer_text(&initial));
    buffer_clear(&initial);
    return same;
}

static void append_unset(const struct show *show, const struct row *row)
{
    buffer_printf(
        show->out, "# %.*s: %s\n", TEXT_ARG(row->path), row->key->initial == NULL ? "(none)" : row->key->initial);
}

static void show_value(struct show *show, const struct row *row, size_t depth)
{
    struct buffer value = {0};
    append_in_force(show, row, &value);
    if (value.length == 0) {
        append_unset(show, row);
    } else {
        buffer_printf(show->out, "%*s%s: %.*s", (int)depth * 2, "", row->key->name, TEXT_ARG(buffer_text(&value)));
        buffer_append_string(show->out, is_default(show, row, buffer_text(&value)) ? " # default\n" : "\n");
    }
    append_waits(show, row);
    buffer_clear(&value);
}

/* A map that lacks a key which it needs is not there; one without any value could not be read back. */
enum presence { MAP_HOLDS, MAP_LACKS, MAP_EMPTY };
static enum presence look_into(struct show *show, const struct section *section, const void *object)
{
    enum presence found = MAP_EMPTY;
    size_t length = show->path.length;
    for (size_t i = 0; i < section->count && found != MAP_LACKS; i++) {
        const struct key *key = &section->keys[i];
        const void *field = (const char *)object + key->offset;
        struct buffer value = {0};
        buffer_printf(&show->path, "%s%s", length == 0 ? "" : ".", key->name);
        const struct row row = {buffer_text(&show->path), key, field};
        append_in_force(show, &row, &value);
        bool has = value.length > 0 ||
                   (key->type->shape == SHAPE_MAP && look_into(show, key->type->section, field) == MAP_HOLDS);
        found = has ? MAP_HOLDS : key->required ? MAP_LACKS : found;
        show->path.length = length;
        buffer_clear(&value);
    }
    return found;
}

static bool is_told(const struct type *type)
{
    return type->shape == SHAPE_ENUM || type->shape == SHAPE_FLAG || type->write != NULL;
}

static void show_section(struct show *show, const struct section *section, const void *object, size_t depth);

static void show_map(struct show *show, const struct row *row, size_t depth)
{
    const struct section *section = row->key->type->section;
    enum presence presence = look_into(show, section, row->field);
    if (presence == MAP_LACKS) {
        struct walk inner = {.path = show->path, .visit = append_waits, .context = show};
        append_unset(show, row);
        walk_section(&inner, section, row->field);
        show->path = inner.path;
        return;
    }
    if (presence == MAP_HOLDS)
        buffer_printf(show->out, "%*s%s:\n", (int)depth * 2, "", row->key->name);
    show_section(show, section, row->field, depth + 1);
}

static void show_section(struct show *show, const struct section *section, const void *object, size_t depth)
{
    size_t length = show->path.length;
    for (size_t i = 0; i < section->count; i++) {
        const struct key *key = &section->keys[i];
        buffer_printf(&show->path, "%s%s", length == 0 ? "" : ".", key->name);
        const struct row row = {buffer_text(&show->path), key, (const char *)object + key->offset};
        if (key->type->shape == SHAPE_MAP)
            show_map(show, &row, depth);
        else if (is_told(key->type))
            show_value(show, &row, depth);
        show->path.length = length;
    }
}

static void append_files(const struct settings_lists *lists, struct buffer *out)
{
    buffer_printf(
        out, "# %zu clients, %zu groups, %zu inference, %zu rules and %zu tests of these files:\n", lists->client_count,
        lists->group_count, lists->inference_count, lists->rule_count, lists->test_count);
    for (size_t i = 0; i < lists->file_count; i++) {
        buffer_append(out, TEXT("# sha256 "));
        buffer_append_hex(out, (struct bytes){lists->files[i].digest.bytes, sizeof(lists->files[i].digest.bytes)});
        buffer_printf(out, " %s\n", lists->files[i].path.data);
    }
}

/* When each is over is no secret, and wants to be seen. */
static void append_lapses(const struct settings_lists *lists, struct buffer *out)
{
    for (size_t i = 0; i < lists->rule_count; i++) {
        const struct settings_rule *rule = &lists->rules[i];
        char time[CLOCK_TEXT_SIZE];
        if (!rule->until.present)
            continue;
        clock_write(rule->until.us, time);
        buffer_printf(
            out, "# rule %.*s %s %.19sZ", TEXT_ARG(rule->id.text),
            rule->until.us <= clock_wall_us() ? "has lapsed" : "lapses", time);
        if (rule->owner.length > 0)
            buffer_printf(out, ", owner: %.*s", TEXT_ARG(rule->owner));
        buffer_append_byte(out, '\n');
    }
}

void in_force_show(const struct settings *settings, struct text running, struct buffer *out)
{
    struct settings *defaults = settings_defaults();
    struct show show = {.settings = settings, .defaults = defaults, .running = running, .out = out};
    show_section(&show, &settings_section, settings, 0);
    append_files(&settings->lists, out);
    append_lapses(&settings->lists, out);
    buffer_clear(&show.path);
    settings_free(defaults);
}
