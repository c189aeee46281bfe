/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes under any name: what is found lies inside, in order, apart; the look before the walk never says no where
 * something is found, of the text plain and as a string of JSON; and cut where it is settled, the rest finds the same.
 */
#include <string.h>

#include "exeat/base/bytes.h"
#include "exeat/base/check.h"
#include "exeat/detect.h"

struct world {
    struct detect_set *set;
    struct detect_scratch *scratch;
};

static struct detect_set *compile(void)
{
    static const struct text words[] = {
        TEXT_INIT("Project Falcon"), TEXT_INIT("margin"), TEXT_INIT(".net"), TEXT_INIT("straße")};
    static const struct text canaries[] = {TEXT_INIT("canary-7f3a91")};
    struct detect_custom custom = {.words = words, .word_count = COUNT_OF(words)};
    struct detect_options options = {
        .detectors = DETECTORS_BUILT_IN,
        .customs = &custom,
        .custom_count = 1,
        .canaries = canaries,
        .canary_count = COUNT_OF(canaries)};
    struct diags *diags = diags_new();
    struct detect_set *set = detect_compile(&options, diags);
    ASSERT(set != NULL);
    diags_free(diags);
    return set;
}

static void check_places(const struct detect_matches *matches, struct text value)
{
    size_t end = 0;
    for (size_t i = 0; i < matches->count; i++) {
        const struct detect_match *match = &matches->items[i];
        ASSERT(match->length > 0 && match->start >= end);
        end = match->start + match->length;
        ASSERT(end <= value.length);
    }
}

/* As the string of a field of JSON, with the escapes that writers use; `manner` chooses among them. */
static void append_json(struct buffer *out, struct text value, unsigned manner)
{
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if (byte < 0x20)
            buffer_printf(
                out, manner % 2 == 0 || strchr("\b\f\n\r\t", byte) == NULL || byte == 0 ? "\\u%04x" : "\\n", byte);
        else if (byte == '"' || byte == '\\')
            buffer_printf(out, "\\%c", byte);
        else if (byte == '/' && manner % 3 == 0)
            buffer_append_string(out, "\\/");
        else if (byte == 0xc2 && manner % 5 == 0 && i + 1 < value.length)
            buffer_printf(out, "\\u00%02x", (unsigned char)value.data[++i]);
        else
            buffer_append_byte(out, (char)byte);
    }
}

static void check_may_have(const struct world *world, struct text value, struct text field, unsigned manner, bool found)
{
    struct buffer json = {0};
    struct detect_hint none = {0};
    struct detect_matches plain = {0};
    ASSERT(detect_find(world->set, world->scratch, value, &none, &plain) == DETECT_LOOKED);
    ASSERT(plain.count == 0 || detect_may_have(world->set, world->scratch, value, DETECT_PLAIN));
    detect_matches_clear(&plain);
    buffer_append_string(&json, manner % 7 == 0 ? "{ \"" : "{\"");
    append_json(&json, field, manner);
    buffer_append_string(&json, manner % 7 == 0 ? "\" : \"" : "\":\"");
    append_json(&json, value, manner);
    buffer_append_string(&json, "\"}");
    ASSERT(!found || detect_may_have(world->set, world->scratch, buffer_text(&json), DETECT_JSON));
    buffer_clear(&json);
}

/* Cut at `cut`, as a stream is: what is settled goes, with what was found in it, and the rest comes later. */
static void check_cut(
    const struct world *world, struct text value, struct text field, size_t cut, const struct detect_matches *whole)
{
    struct detect_hint hint = {.field = field, .path = field};
    struct detect_matches first = {0};
    struct detect_matches rest = {0};
    struct text front = text_part(value, 0, cut);
    ASSERT(detect_find(world->set, world->scratch, front, &hint, &first) == DETECT_LOOKED);
    size_t settled = detect_settled(world->set, front, &hint, &first);
    ASSERT(settled <= front.length);
    size_t context = settled < DETECT_CONTEXT ? settled : DETECT_CONTEXT;
    size_t from = settled - context;
    hint.context = context;
    ASSERT(detect_find(world->set, world->scratch, text_after(value, from), &hint, &rest) == DETECT_LOOKED);
    size_t next = 0;
    for (size_t i = 0; i < first.count && first.items[i].start < settled; i++, next++) {
        ASSERT(first.items[i].start + first.items[i].length <= settled && next < whole->count);
        ASSERT(first.items[i].start == whole->items[next].start && first.items[i].length == whole->items[next].length);
    }
    ASSERT(whole->count - next == rest.count);
    for (size_t i = 0; i < rest.count; i++, next++)
        ASSERT(
            rest.items[i].start + from == whole->items[next].start &&
            rest.items[i].length == whole->items[next].length);
    detect_matches_clear(&first);
    detect_matches_clear(&rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    if (world.set == NULL)
        world = (struct world){.set = compile(), .scratch = detect_scratch_new()};
    struct text input = text_of_bytes((struct bytes){data, size});
    size_t line = text_index(input, '\n', 0); /* the field's name, and how JSON is written; then the value */
    struct text field = text_part(input, 0, line < 40 ? line : 40);
    struct text value = text_after(input, line + 1);
    struct detect_hint hint = {.field = field, .path = field};
    struct detect_matches matches = {0};
    ASSERT(detect_find(world.set, world.scratch, value, &hint, &matches) == DETECT_LOOKED);
    check_places(&matches, value);
    check_may_have(&world, value, field, (unsigned)size, matches.count > 0);
    if (value.length < 600)
        for (size_t cut = size % 17; cut <= value.length; cut += 1 + value.length / 16)
            check_cut(&world, value, field, cut, &matches);
    detect_matches_clear(&matches);
    return 0;
}
