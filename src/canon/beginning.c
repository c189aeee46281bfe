/* SPDX-License-Identifier: Apache-2.0 */
/* What calls of one application have in common: its instructions and its tools, which stand before whatever is asked.
 * An engine that has just read the same beginning need not read it again. */
#include "exeat/canon.h"

#include "exeat/base/digest.h"

/* What is looked at, all in all; prompts that agree in so much agree. */
enum { PIECES_MAX = 64, BYTES_MAX = 16384 };
struct beginning {
    struct bytes pieces[PIECES_MAX];
    size_t count;
    size_t left;
};

static void take(struct beginning *beginning, struct text text)
{
    if (text.length == 0 || beginning->left == 0 || beginning->count == PIECES_MAX)
        return;
    text = text_part(text, 0, beginning->left);
    beginning->pieces[beginning->count++] = bytes_of_text(text);
    beginning->left -= text.length;
}

/* The system's words that stand first. */
static void take_system(struct beginning *beginning, const struct canon_call *call)
{
    take(beginning, call->instructions);
    for (size_t i = 0; i < call->message_count && call->messages[i].role == CANON_SYSTEM; i++)
        for (size_t j = 0; j < call->messages[i].part_count; j++)
            take(beginning, call->messages[i].parts[j].text);
}

static void take_tools(struct beginning *beginning, const struct canon_tools *tools)
{
    for (size_t i = 0; i < tools->count; i++) {
        take(beginning, tools->tools[i].name);
        take(beginning, tools->tools[i].description);
        take(beginning, tools->tools[i].schema);
    }
}

uint64_t canon_beginning(const struct canon_call *call)
{
    struct beginning beginning = {.left = BYTES_MAX};
    struct digest digest;
    take_system(&beginning, call);
    take_tools(&beginning, &call->tools);
    if (beginning.count == 0)
        return 0;
    take(&beginning, call->model);
    digest_sha256_pieces(beginning.pieces, beginning.count, &digest);
    return bytes_get_u64(digest.bytes) | 1;
}
