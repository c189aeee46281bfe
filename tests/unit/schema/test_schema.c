/* SPDX-License-Identifier: Apache-2.0 */
/* A language of four keys: what its table reads, holds without a word, refuses and prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/schema.h"

struct lamp {
    struct text name;
    unsigned colour;
    bool is_on;
    struct text *rooms;
    size_t room_count;
};

static bool read_name(struct load *load, const struct yaml_node *node, void *field)
{
    (void)load;
    *(struct text *)field = node->text;
    return node->kind == YAML_TEXT;
}

static bool read_rooms(struct load *load, const struct yaml_node *node, void *field)
{
    struct lamp *lamp = field;
    void *items = NULL;
    bool good = schema_read_few(load, node, sizeof(struct text), read_name, &items, &lamp->room_count);
    lamp->rooms = items;
    return good;
}

static const char *const colours[] = {"red", "green"};
static const char *const switches[] = {"off", "on"};
static const struct type type_name = TEXT_TYPE("text", read_name);
static const struct type type_colour = ENUM_TYPE(colours);
static const struct type type_switch = FLAG_TYPE(switches);
static const struct type type_rooms = FEW_TYPE("rooms", read_rooms, &type_name);
static const struct type type_later = LATER_TYPE("buy another lamp");
static const struct key keys[] = {
    REQUIRED_KEY(lamp, name, "name", &type_name, "what it is called"),
    KEY(lamp, colour, "colour", &type_colour, "green", "of its light"),
    KEY(lamp, is_on, "switch", &type_switch, "on", "whether it shines"),
    WHOLE_KEY("rooms", &type_rooms, NULL, "where it stands"),
    WHOLE_KEY("dimmer", &type_later, NULL, "how bright"),
};
static const struct section section_lamp = SECTION("a lamp", keys);

struct reading {
    struct arena arena;
    struct diags *diags;
    struct lamp lamp;
};

static bool read_lamp(struct reading *reading, const char *yaml)
{
    *reading = (struct reading){.diags = diags_new()};
    struct load load = {.arena = &reading->arena, .diags = reading->diags, .path = "lamp.yaml"};
    int file = diags_add_file(reading->diags, "lamp.yaml", text_from(yaml));
    const struct yaml_node *root = schema_parse_yaml(text_from(yaml), file, &reading->arena, reading->diags);
    schema_set_defaults(&load, &section_lamp, &reading->lamp);
    return root != NULL && schema_read_map(&load, root, &section_lamp, &reading->lamp);
}

static void clear(struct reading *reading)
{
    diags_free(reading->diags);
    arena_clear(&reading->arena);
}

static void a_key_that_is_not_written_has_its_default(void **state)
{
    (void)state;
    struct reading reading;
    assert_true(read_lamp(&reading, "name: desk\ncolour: red\nrooms: [hall, attic]\n"));
    assert_true(text_equal(reading.lamp.name, TEXT("desk")));
    assert_int_equal(reading.lamp.colour, 0);
    assert_true(reading.lamp.is_on);
    assert_int_equal(reading.lamp.room_count, 2);
    clear(&reading);
    assert_true(read_lamp(&reading, "name: desk\nswitch: off\nrooms: hall\n"));
    assert_int_equal(reading.lamp.colour, 1);
    assert_false(reading.lamp.is_on);
    assert_int_equal(reading.lamp.room_count, 1);
    clear(&reading);
}

static void what_the_table_does_not_have_is_refused_with_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *yaml;
        const char *error;
    } bad[] = {
        {"nmae: desk\nname: desk\n", ":1:1: error: unknown key 'nmae' in a lamp"},
        {"colour: red\n", ":1:1: error: a lamp needs 'name'"},
        {"name: desk\ncolour: blue\n", ":2:9: error: 'blue' is not one of: red, green"},
        {"name: desk\ndimmer: 1\n", ":2:9: error: 'dimmer' is not available in this version"},
        {"[desk]\n", ":1:1: error: a lamp must be a map of keys and values"},
        {"name: &a desk\n", ":1:7: error: anchors are not supported"},
        {"name: desk\nname: hall\n", ":2:1: error: "},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct reading reading;
        struct buffer out = {0};
        (void)read_lamp(&reading, bad[i].yaml);
        assert_int_equal(diags_errors(reading.diags), 1);
        diags_write(reading.diags, &out);
        buffer_append_byte(&out, '\0');
        if (strstr(out.data, bad[i].error) == NULL)
            fail_msg("%s\nnot: %s", out.data, bad[i].error);
        buffer_clear(&out);
        clear(&reading);
    }
}

static void the_table_is_printed_for_editors_and_for_people(void **state)
{
    (void)state;
    struct buffer out = {0};
    schema_write_json(&section_lamp, TEXT("lamps"), &out);
    schema_write_reference(&section_lamp, &out);
    buffer_append_byte(&out, '\0');
    assert_non_null(strstr(out.data, "\"title\": \"lamps\""));
    assert_non_null(strstr(out.data, "\"required\": [\"name\"]"));
    assert_non_null(strstr(out.data, "\"enum\": [\"red\", \"green\"]"));
    assert_null(strstr(out.data, "\"dimmer\""));
    assert_non_null(strstr(out.data, "| `colour` | red, green | `green` | of its light |\n"));
    assert_non_null(strstr(out.data, "- `dimmer` in a lamp: how bright. Instead: buy another lamp.\n"));
    buffer_clear(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_is_not_written_has_its_default),
        cmocka_unit_test(what_the_table_does_not_have_is_refused_with_its_place),
        cmocka_unit_test(the_table_is_printed_for_editors_and_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
