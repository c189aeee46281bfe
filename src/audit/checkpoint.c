/* SPDX-License-Identifier: Apache-2.0 */
/* Signed tree heads as C2SP has them: the note is "origin LF size LF base64(root) LF", an empty line, and signature
 * lines "EM DASH space origin space base64(key hash || signature) LF". */
#include <string.h>

#include "exeat/audit.h"
#include "exeat/base/check.h"

enum { ALGORITHM_ED25519 = 1, KEY_HASH_SIZE = 4 };

#define SIGNATURE_MARK "\xe2\x80\x94 "

/* SHA-256(origin || LF || algorithm || key), its first four bytes. */
static void key_hash(struct text origin, const uint8_t key[VERIFY_KEY_SIZE], uint8_t out[KEY_HASH_SIZE])
{
    static const uint8_t middle[] = {'\n', ALGORITHM_ED25519};
    const struct bytes pieces[] = {bytes_of_text(origin), {middle, sizeof(middle)}, {key, VERIFY_KEY_SIZE}};
    struct digest digest;
    digest_sha256_pieces(pieces, COUNT_OF(pieces), &digest);
    memcpy(out, digest.bytes, KEY_HASH_SIZE);
}

void audit_vkey_write(struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct buffer *out)
{
    uint8_t hash[KEY_HASH_SIZE];
    uint8_t typed[1 + VERIFY_KEY_SIZE] = {ALGORITHM_ED25519};
    key_hash(origin, key, hash);
    memcpy(typed + 1, key, VERIFY_KEY_SIZE);
    buffer_append(out, origin);
    buffer_append_byte(out, '+');
    buffer_append_hex(out, (struct bytes){hash, sizeof(hash)});
    buffer_append_byte(out, '+');
    buffer_append_base64(out, (struct bytes){typed, sizeof(typed)});
}

void audit_checkpoint_write(
    struct text origin, uint64_t size, const struct digest *root, const struct signing_key *key, struct buffer *out)
{
    size_t start = out->length;
    buffer_append(out, origin);
    buffer_append_byte(out, '\n');
    buffer_append_number(out, size);
    buffer_append_byte(out, '\n');
    buffer_append_base64(out, (struct bytes){root->bytes, sizeof(root->bytes)});
    buffer_append_byte(out, '\n');
    uint8_t verify_key[VERIFY_KEY_SIZE];
    uint8_t line[KEY_HASH_SIZE + SIGNATURE_SIZE];
    signing_key_public(key, verify_key);
    key_hash(origin, verify_key, line);
    signing_key_sign(key, bytes_of_text(text_after(buffer_text(out), start)), line + KEY_HASH_SIZE);
    buffer_append_string(out, "\n" SIGNATURE_MARK);
    buffer_append(out, origin);
    buffer_append_byte(out, ' ');
    buffer_append_base64(out, (struct bytes){line, sizeof(line)});
    buffer_append_byte(out, '\n');
}

static bool take_line(struct text *rest, struct text *line)
{
    size_t end = text_index(*rest, '\n', 0);
    if (end == rest->length)
        return false;
    *line = text_part(*rest, 0, end);
    *rest = text_after(*rest, end + 1);
    return true;
}

static bool parse_root(struct text text, struct digest *root)
{
    struct buffer bytes = {0};
    bool good = base64_decode(text, &bytes) && bytes.length == sizeof(root->bytes);
    if (good)
        memcpy(root->bytes, bytes.data, sizeof(root->bytes));
    buffer_clear(&bytes);
    return good;
}

bool audit_checkpoint_parse(struct text note, struct audit_checkpoint *checkpoint)
{
    struct text size;
    struct text root;
    struct text empty;
    bool good = take_line(&note, &checkpoint->origin) && take_line(&note, &size) && take_line(&note, &root) &&
                take_line(&note, &empty);
    if (!good || checkpoint->origin.length == 0 || empty.length != 0 || (size.length > 1 && size.data[0] == '0'))
        return false;
    return text_to_number(size, INT64_MAX, &checkpoint->size) && parse_root(root, &checkpoint->root);
}

static bool
signature_is_good(struct text body, struct text line, struct text origin, const uint8_t key[VERIFY_KEY_SIZE])
{
    struct text mark = TEXT(SIGNATURE_MARK);
    if (!text_starts_with(line, mark))
        return false;
    line = text_after(line, mark.length);
    if (!text_starts_with(line, origin) || line.length <= origin.length || line.data[origin.length] != ' ')
        return false;
    struct buffer bytes = {0};
    uint8_t expected[KEY_HASH_SIZE];
    key_hash(origin, key, expected);
    bool good = base64_decode(text_after(line, origin.length + 1), &bytes) &&
                bytes.length == KEY_HASH_SIZE + SIGNATURE_SIZE && memcmp(bytes.data, expected, KEY_HASH_SIZE) == 0 &&
                signature_verify(key, bytes_of_text(body), (const uint8_t *)bytes.data + KEY_HASH_SIZE);
    buffer_clear(&bytes);
    return good;
}

bool audit_checkpoint_verify(struct text note, struct text origin, const uint8_t key[VERIFY_KEY_SIZE])
{
    struct audit_checkpoint checkpoint;
    if (!audit_checkpoint_parse(note, &checkpoint) || !text_equal(checkpoint.origin, origin))
        return false;
    const char *end = memmem(note.data, note.length, "\n\n", 2);
    ASSERT(end != NULL);
    struct text body = text_part(note, 0, (size_t)(end - note.data) + 1);
    struct text rest = text_after(note, body.length + 1);
    struct text line;
    while (take_line(&rest, &line))
        if (signature_is_good(body, line, origin, key))
            return true;
    return false;
}
