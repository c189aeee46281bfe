/* SPDX-License-Identifier: Apache-2.0 */
/* Signed notes and their keys as C2SP has them: a body, an empty line (the last one of the note), and signature lines
 * "EM DASH space name space base64(key hash || signature) LF". A witness signs "cosignature/v1 LF time T LF body". */
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/memory.h"
#include "note_internal.h"

enum { COSIGNATURE_SIZE = 8 + SIGNATURE_SIZE, SIGNATURE_LEAST = TLOG_KEY_HASH_SIZE + 1 };

#define SIGNATURE_MARK "\xe2\x80\x94 "

/* --- lines ---------------------------------------------------------------------------------------------------------
 */

bool note_read_number(struct text text, uint64_t *number)
{
    if (text.length > 1 && text.data[0] == '0')
        return false;
    return text_to_number(text, INT64_MAX, number);
}

bool note_read_digest(struct text text, struct digest *digest)
{
    struct buffer bytes = {0};
    bool good = base64_decode(text, &bytes) && bytes.length == sizeof(digest->bytes);
    if (good)
        memcpy(digest->bytes, bytes.data, sizeof(digest->bytes));
    buffer_clear(&bytes);
    return good;
}

/* --- keys ----------------------------------------------------------------------------------------------------------
 */

static bool is_space(uint32_t code)
{
    return code <= ' ' || code == 0x7f || code == 0x85 || code == 0xa0 || code == 0x1680 ||
           (code >= 0x2000 && code <= 0x200a) || code == 0x2028 || code == 0x2029 || code == 0x202f || code == 0x205f ||
           code == 0x3000;
}

bool tlog_name_is_good(struct text name)
{
    if (name.length == 0)
        return false;
    while (name.length > 0) {
        uint32_t code = 0;
        size_t length = text_utf8_length(name, &code);
        if (length == 0 || is_space(code) || code == '+')
            return false;
        name = text_after(name, length);
    }
    return true;
}

/* SHA-256(name || LF || type || key), its first four bytes. */
void tlog_vkey_make(
    struct text name, enum tlog_key_type type, const uint8_t key[VERIFY_KEY_SIZE], struct tlog_vkey *vkey)
{
    const uint8_t middle[] = {'\n', (uint8_t)type};
    const struct bytes pieces[] = {bytes_of_text(name), {middle, sizeof(middle)}, {key, VERIFY_KEY_SIZE}};
    struct digest digest;
    digest_sha256_pieces(pieces, COUNT_OF(pieces), &digest);
    *vkey = (struct tlog_vkey){.name = name, .type = type};
    memcpy(vkey->hash, digest.bytes, sizeof(vkey->hash));
    memcpy(vkey->key, key, sizeof(vkey->key));
}

/* The y of a point (RFC 8032 5.1.2), without the sign of its x, is below 2^255 - 19: one key has one encoding. */
static bool is_canonical(const uint8_t y[VERIFY_KEY_SIZE])
{
    if (y[VERIFY_KEY_SIZE - 1] != 0x7f)
        return true;
    for (size_t i = 1; i + 1 < VERIFY_KEY_SIZE; i++)
        if (y[i] != 0xff)
            return true;
    return y[0] < 0xed;
}

/* Points of small order: under such a key signatures verify that nobody made. Five values of y, and each sign of x;
 * those that are not canonical, y + p, are refused with all others that are not: fourteen encodings in all. */
static bool has_small_order(const uint8_t y[VERIFY_KEY_SIZE])
{
    static const uint8_t points[][VERIFY_KEY_SIZE] = {
        {0},
        {1},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
         0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
         0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
    };
    for (size_t i = 0; i < COUNT_OF(points); i++)
        if (memcmp(points[i], y, VERIFY_KEY_SIZE) == 0)
            return true;
    return false;
}

static bool is_key(const uint8_t key[VERIFY_KEY_SIZE])
{
    uint8_t y[VERIFY_KEY_SIZE];
    memcpy(y, key, sizeof(y));
    y[VERIFY_KEY_SIZE - 1] &= 0x7f;
    return is_canonical(y) && !has_small_order(y);
}

static bool read_typed_key(struct text text, struct text name, struct tlog_vkey *vkey)
{
    struct buffer bytes = {0};
    bool good = base64_decode(text, &bytes) && bytes.length == 1 + VERIFY_KEY_SIZE &&
                (bytes.data[0] == TLOG_KEY_LOG || bytes.data[0] == TLOG_KEY_WITNESS) &&
                is_key((const uint8_t *)bytes.data + 1);
    if (good)
        tlog_vkey_make(name, (enum tlog_key_type)bytes.data[0], (const uint8_t *)bytes.data + 1, vkey);
    buffer_clear(&bytes);
    return good;
}

bool tlog_vkey_parse(struct text text, struct tlog_vkey *vkey)
{
    uint8_t hash[TLOG_KEY_HASH_SIZE];
    size_t first = text_index(text, '+', 0); /* no name has one, but base64 may */
    size_t second = text_index(text, '+', first + 1);
    if (second >= text.length || !tlog_name_is_good(text_part(text, 0, first)))
        return false;
    return hex_decode(text_part(text, first + 1, second - first - 1), hash, sizeof(hash)) &&
           read_typed_key(text_after(text, second + 1), text_part(text, 0, first), vkey) &&
           memcmp(hash, vkey->hash, sizeof(hash)) == 0;
}

void tlog_vkey_append(const struct tlog_vkey *vkey, struct buffer *out)
{
    uint8_t typed[1 + VERIFY_KEY_SIZE] = {(uint8_t)vkey->type};
    memcpy(typed + 1, vkey->key, VERIFY_KEY_SIZE);
    buffer_append(out, vkey->name);
    buffer_append_byte(out, '+');
    buffer_append_hex(out, (struct bytes){vkey->hash, sizeof(vkey->hash)});
    buffer_append_byte(out, '+');
    buffer_append_base64(out, (struct bytes){typed, sizeof(typed)});
}

void tlog_vkey_write(struct text origin, const uint8_t key[VERIFY_KEY_SIZE], struct buffer *out)
{
    struct tlog_vkey vkey;
    tlog_vkey_make(origin, TLOG_KEY_LOG, key, &vkey);
    tlog_vkey_append(&vkey, out);
}

/* --- notes ---------------------------------------------------------------------------------------------------------
 */

/* One signature line: whose, and the bytes (appended to `bytes`). */
static bool read_signature(struct text line, struct text *name, struct buffer *bytes)
{
    struct text mark = TEXT(SIGNATURE_MARK);
    if (!text_starts_with(line, mark))
        return false;
    line = text_after(line, mark.length);
    size_t space = text_index(line, ' ', 0);
    *name = text_part(line, 0, space);
    return space < line.length && tlog_name_is_good(*name) && base64_decode(text_after(line, space + 1), bytes) &&
           bytes->length >= SIGNATURE_LEAST;
}

static bool signatures_are_good(struct text rest)
{
    size_t count = 0;
    struct text line;
    struct text name;
    bool good = true;
    while (good && rest.length > 0) {
        struct buffer bytes = {0};
        good = text_take_line(&rest, &line) && read_signature(line, &name, &bytes);
        buffer_clear(&bytes);
        count++;
    }
    return good && count > 0 && count <= TLOG_SIGNATURES_MAX;
}

static bool is_plain(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((uint8_t)text.data[i] < ' ' && text.data[i] != '\n')
            return false;
    return text_is_utf8(text);
}

/* Where the last empty line begins; text.length when there is none. */
static size_t find_last_empty_line(struct text text)
{
    for (size_t i = text.length; i >= 2; i--)
        if (text.data[i - 1] == '\n' && text.data[i - 2] == '\n')
            return i - 1;
    return text.length;
}

bool tlog_note_parse(struct text text, struct tlog_note *note)
{
    size_t end = find_last_empty_line(text);
    if (end == text.length || text.length > TLOG_NOTE_MAX || !is_plain(text))
        return false;
    note->body = text_part(text, 0, end);
    note->signatures = text_after(text, end + 1);
    return signatures_are_good(note->signatures);
}

static void append_cosigned(struct text body, uint64_t time, struct buffer *out)
{
    buffer_append(out, TEXT("cosignature/v1\ntime "));
    buffer_append_number(out, time);
    buffer_append_byte(out, '\n');
    buffer_append(out, body);
}

static bool cosignature_is_good(struct text body, const struct tlog_vkey *vkey, struct bytes signature, uint64_t *time)
{
    if (signature.length != COSIGNATURE_SIZE || bytes_get_u64(signature.data) > INT64_MAX)
        return false;
    struct buffer message = {0};
    uint64_t at = bytes_get_u64(signature.data);
    append_cosigned(body, at, &message);
    bool good = signature_verify(vkey->key, bytes_of_text(buffer_text(&message)), signature.data + 8);
    buffer_clear(&message);
    if (good && at > *time)
        *time = at;
    return good;
}

static enum tlog_signed judge_line(struct text body, struct text line, const struct tlog_vkey *vkey, uint64_t *time)
{
    struct buffer bytes = {0};
    struct text name;
    enum tlog_signed result = TLOG_SIGNED_NOT;
    bool read = read_signature(line, &name, &bytes);
    if (read && text_equal(name, vkey->name) && memcmp(bytes.data, vkey->hash, sizeof(vkey->hash)) == 0) {
        struct bytes signature = {(const uint8_t *)bytes.data + TLOG_KEY_HASH_SIZE, bytes.length - TLOG_KEY_HASH_SIZE};
        bool good = vkey->type == TLOG_KEY_WITNESS
                        ? cosignature_is_good(body, vkey, signature, time)
                        : signature.length == SIGNATURE_SIZE &&
                              signature_verify(vkey->key, bytes_of_text(body), signature.data);
        result = good ? TLOG_SIGNED : TLOG_SIGNED_BADLY;
    }
    buffer_clear(&bytes);
    return result;
}

enum tlog_signed tlog_note_verify(const struct tlog_note *note, const struct tlog_vkey *vkey, uint64_t *time)
{
    enum tlog_signed result = TLOG_SIGNED_NOT;
    uint64_t latest = 0;
    struct text rest = note->signatures;
    struct text line;
    while (result != TLOG_SIGNED_BADLY && text_take_line(&rest, &line)) {
        enum tlog_signed one = judge_line(note->body, line, vkey, &latest);
        if (one != TLOG_SIGNED_NOT)
            result = one;
    }
    if (time != NULL)
        *time = latest;
    return result;
}

/* --- signing -------------------------------------------------------------------------------------------------------
 */

static void append_signature(const struct tlog_vkey *vkey, struct bytes signature, struct buffer *out)
{
    struct buffer bytes = {0};
    buffer_append(&bytes, text_of_bytes((struct bytes){vkey->hash, sizeof(vkey->hash)}));
    buffer_append(&bytes, text_of_bytes(signature));
    buffer_append_string(out, SIGNATURE_MARK);
    buffer_append(out, vkey->name);
    buffer_append_byte(out, ' ');
    buffer_append_base64(out, bytes_of_text(buffer_text(&bytes)));
    buffer_append_byte(out, '\n');
    buffer_clear(&bytes);
}

static void vkey_of(struct text name, enum tlog_key_type type, const struct signing_key *key, struct tlog_vkey *vkey)
{
    uint8_t public_key[VERIFY_KEY_SIZE];
    signing_key_public(key, public_key);
    tlog_vkey_make(name, type, public_key, vkey);
}

void tlog_checkpoint_write(
    struct text origin, uint64_t size, const struct digest *root, const struct signing_key *key, struct buffer *out)
{
    size_t start = out->length;
    buffer_append(out, origin);
    buffer_append_byte(out, '\n');
    buffer_append_number(out, size);
    buffer_append_byte(out, '\n');
    buffer_append_base64(out, (struct bytes){root->bytes, sizeof(root->bytes)});
    buffer_append_byte(out, '\n');
    struct tlog_vkey vkey;
    uint8_t signature[SIGNATURE_SIZE];
    vkey_of(origin, TLOG_KEY_LOG, key, &vkey);
    signing_key_sign(key, bytes_of_text(text_after(buffer_text(out), start)), signature);
    buffer_append_byte(out, '\n');
    append_signature(&vkey, (struct bytes){signature, sizeof(signature)}, out);
}

void tlog_cosign_write(
    struct text body, struct text name, uint64_t time, const struct signing_key *key, struct buffer *out)
{
    struct tlog_vkey vkey;
    struct buffer message = {0};
    uint8_t signature[COSIGNATURE_SIZE];
    ASSERT(time <= INT64_MAX);
    vkey_of(name, TLOG_KEY_WITNESS, key, &vkey);
    append_cosigned(body, time, &message);
    bytes_put_u64(signature, time);
    signing_key_sign(key, bytes_of_text(buffer_text(&message)), signature + 8);
    append_signature(&vkey, (struct bytes){signature, sizeof(signature)}, out);
    buffer_clear(&message);
}
