/* SPDX-License-Identifier: Apache-2.0 */
/* exeat canary new: a value to plant, as a line of the file that `canaries` names. It is kept nowhere else. */
#include "cli.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "exeat/canary.h"

enum { LABEL_BYTES = 4 };

/* "email-0f1e2d3c": of no part of the value. */
static void write_label(enum canary_kind kind, struct buffer *out)
{
    uint8_t bytes[LABEL_BYTES];
    random_fill(bytes, sizeof(bytes));
    BUFFER_APPEND_ALL(out, text_from(canary_kind_words[kind]), TEXT("-"));
    buffer_append_hex(out, (struct bytes){bytes, sizeof(bytes)});
}

static void write_line(enum canary_kind kind)
{
    uint8_t random[CANARY_RANDOM];
    struct buffer out = {0};
    random_fill(random, sizeof(random));
    write_label(kind, &out);
    buffer_append_byte(&out, ' ');
    canary_write(kind, random, &out);
    buffer_append_byte(&out, '\n');
    put_text(buffer_text(&out));
    base_forget(random, sizeof(random));
    buffer_forget(&out);
}

enum exit_code cmd_canary_new(const struct command_line *line)
{
    for (int kind = 0; kind < CANARY_KIND_COUNT; kind++) {
        if (!text_equal(text_from(line->operands[0]), text_from(canary_kind_words[kind])))
            continue;
        write_line((enum canary_kind)kind);
        return EXIT_DONE;
    }
    struct buffer sentence = {0};
    buffer_printf(&sentence, "'%s' is none of email, key, price, name, host", line->operands[0]);
    return complain_about(&sentence);
}
