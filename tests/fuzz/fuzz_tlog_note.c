/* SPDX-License-Identifier: Apache-2.0 */
/* A note that is taken is its body, an empty line and its signatures; a key that is taken writes as it was read. */
#include "exeat/base/check.h"
#include "exeat/tlog/note.h"

static void try_key(struct text text)
{
    struct tlog_vkey vkey;
    struct buffer again = {0};
    if (!tlog_vkey_parse(text, &vkey))
        return;
    tlog_vkey_append(&vkey, &again);
    ASSERT(text_equal_nocase(buffer_text(&again), text));
    buffer_clear(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t key[VERIFY_KEY_SIZE] = {0};
    struct text text = text_of_bytes((struct bytes){data, size});
    struct tlog_note note;
    struct tlog_checkpoint checkpoint;
    struct tlog_vkey vkey;
    try_key(text);
    tlog_vkey_make(TEXT("a"), TLOG_KEY_WITNESS, key, &vkey);
    if (!tlog_note_parse(text, &note))
        return 0;
    ASSERT(note.body.length + 1 + note.signatures.length == size);
    ASSERT(tlog_note_verify(&note, &vkey, NULL) != TLOG_SIGNED);
    if (tlog_checkpoint_parse(text, &checkpoint))
        ASSERT(checkpoint.origin.length > 0 && checkpoint.size <= INT64_MAX);
    return 0;
}
