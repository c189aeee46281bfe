/* SPDX-License-Identifier: Apache-2.0 */
/* Long runs of token characters: keys by the table of vendor_key, signed tokens (RFC 7519), private keys without their
 * armour, and what a word like "session" stands directly before. */
#include <string.h>

#include "detectors.h"
#include "token.h"

enum {
    JWT_HEAD_LEAST = 12,
    JWT_BODY_LEAST = 8,
    TOKEN_LEAST = 16,
    SEPARATORS_MOST = 4,
    WORD_MOST = 24,
    BEFORE = 96,
    RAW_MOST = 2600
};

static bool is_base64url(char byte)
{
    return is_ascii_alnum(byte) || byte == '-' || byte == '_';
}

static size_t part_end(struct text text, size_t at)
{
    while (at < text.length && is_base64url(text.data[at]))
        at++;
    return at;
}

/* A head and a body that are objects of JSON ("eyJ" is `{"`), a signature that may be empty (alg "none"). */
static bool find_jwt(struct look *look, size_t at)
{
    struct text text = look->value;
    size_t head = part_end(text, at);
    if (head - at < JWT_HEAD_LEAST || head >= text.length || text.data[head] != '.')
        return false;
    size_t body = part_end(text, head + 1);
    bool object = text.length > head + 3 && text.data[head + 1] == 'e' &&
                  (text.data[head + 2] == 'y' || text.data[head + 2] == 'w');
    size_t end = body;
    size_t parts = 2;
    for (; parts < 5 && end < text.length && text.data[end] == '.'; parts++)
        end = part_end(text, end + 1);
    bool encrypted = parts == 5; /* RFC 7516: its second part is a key */
    if (parts < 3 || (!encrypted && (!object || body - head - 1 < JWT_BODY_LEAST)))
        return false;
    look_add(look, DETECTOR_JWT, at, end, CERTAINTY_SURE);
    return true;
}

/* Takes the backslashes off a piece of JSON as it is written: base64 has slashes, and some write them as `\\/`. */
static struct text without_backslashes(struct text text, size_t from, size_t end, char *out, size_t size)
{
    size_t length = 0;
    for (size_t i = from; i < end && i < text.length && length < size; i++)
        if (text.data[i] != '\\')
            out[length++] = text.data[i];
    return (struct text){out, length};
}

static bool has_hidden_key(struct look *look, size_t at, size_t end, struct vendor_key_match *found)
{
    char plain[RAW_MOST];
    struct text text = look->value;
    if (look->spelling != DETECT_JSON || memchr(text.data + at, '\\', end - at) == NULL)
        return false;
    struct text shown = without_backslashes(text, at > BEFORE ? at - BEFORE : 0, end + BEFORE, plain, sizeof(plain));
    bool is_one = vendor_key_find_between(&look->set->keys, shown, 0, shown.length, look->field, found);
    found->start = at;
    found->length = end - at;
    return is_one;
}

static bool find_vendor_key(struct look *look, size_t at, size_t end)
{
    struct vendor_key_match found;
    if (!look_wants(look, DETECTOR_VENDOR_KEY) && !look_wants(look, DETECTOR_CLOUD_KEY))
        return false;
    if (!vendor_key_find_between(&look->set->keys, look->value, at, end, look->field, &found) &&
        !has_hidden_key(look, at, end, &found))
        return false;
    enum detector detector = found.key->family == VENDOR_KEY_CLOUD ? DETECTOR_CLOUD_KEY : DETECTOR_VENDOR_KEY;
    enum certainty certainty = found.certainty == VENDOR_KEY_LIKELY ? CERTAINTY_FORM : CERTAINTY_SURE;
    struct detect_match *match = look_match(look, detector, found.start, found.start + found.length, certainty);
    if (match != NULL)
        match->key = found.key;
    return true;
}

/* How private keys begin in base64 of DER (RFC 8017, 5208, 5915, 8410) and of OpenSSH: the algorithm stands at the
 * front. */
static bool find_bare_private_key(struct look *look, size_t at, size_t end)
{
    static const struct {
        const char *begin; /* `?` is any character */
        size_t least;
    } forms[] = {
        {"MII??QIBAAK", 200},
        {"MII??gIBAAK", 200},
        {"MII??wIBAAK", 200},
        {"MII??AIBAAK", 200},
        {"MII??QIBADANBgkqhkiG9w0B", 200},
        {"MII??gIBADANBgkqhkiG9w0B", 200},
        {"MII??wIBADANBgkqhkiG9w0B", 200},
        {"MII??AIBADANBgkqhkiG9w0B", 200},
        {"MC4CAQAwBQYDK2Vw", 60},
        {"MHcCAQEEI", 100},
        {"MIGHAgEAMBMGByqGSM49", 100},
        {"b3BlbnNzaC1rZXktdjE", 200},
    };
    struct text run = text_part(look->value, at, end - at);
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        size_t length = strlen(forms[i].begin);
        bool fits = run.length >= forms[i].least;
        for (size_t j = 0; fits && j < length; j++)
            fits = forms[i].begin[j] == '?' || forms[i].begin[j] == run.data[j];
        if (fits) {
            look_add(look, DETECTOR_PRIVATE_KEY, at, end, CERTAINTY_SURE);
            return true;
        }
    }
    return false;
}

bool token_is_random(struct text text)
{
    unsigned digits = 0;
    unsigned upper = 0;
    unsigned lower = 0;
    unsigned other = 0;
    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];
        digits += is_ascii_digit(byte);
        lower += byte >= 'a' && byte <= 'z';
        upper += byte >= 'A' && byte <= 'Z';
        other += !is_ascii_alnum(byte) && strchr("-_.~+/=:,%", byte) == NULL;
    }
    return other == 0 && ((digits > 0 && digits < text.length && lower + upper > 0) || (upper > 2 && lower > 2)) &&
           text.length >= 8;
}

/* Where the word before a value ends: behind it stand `=`, `:`, quotes, blanks; `at`: none does. */
static size_t word_end_before(const struct look *look, size_t at)
{
    struct text text = look->value;
    bool raw = look->spelling == DETECT_JSON;
    size_t most = raw ? 2 * SEPARATORS_MOST : SEPARATORS_MOST;
    size_t before = at;
    while (before > 0 && at - before <= most && text.data[before - 1] != '\0' &&
           strchr(raw ? "=: \"'>\\" : "=: \"'>", text.data[before - 1]) != NULL) {
        if (raw && text.data[before - 1] == '"' && (before < 2 || text.data[before - 2] != '\\'))
            return at; /* the value begins there */
        before--;
    }
    return at - before > most ? at : before;
}

/* "PHPSESSID=…", "Bearer …", "token: …", directly before. */
static void find_session_token(struct look *look, size_t at, size_t end)
{
    struct text text = look->value;
    size_t before = word_end_before(look, at);
    size_t word = before;
    while (before < at && word > 0 && before - word < WORD_MOST && is_base64url(text.data[word - 1]))
        word--;
    struct text piece = text_part(text, at, end - at);
    bool escaped = look->spelling == DETECT_JSON && text_has(piece, '\\'); /* what it is then, the walk will show */
    if (word == before || (!escaped && !token_is_random(piece)))
        return;
    if ((labels_of_name(&look->set->labels, text_part(text, word, before - word)) & LABEL_SECRET) != 0)
        look_add(look, DETECTOR_SESSION_TOKEN, at, end, CERTAINTY_LABEL);
}

static inline bool is_run(const struct look *look, char byte)
{
    if (is_base64url(byte))
        return true;
    bool mark = byte == '+' || byte == '/' || byte == '=' || byte == '.' || byte == '~' || byte == '$';
    return mark || (byte == '\\' && look->spelling == DETECT_JSON);
}

static bool find_jwt_between(struct look *look, size_t at, size_t end)
{
    for (size_t i = at; i + 3 < end; i++) {
        if (look->value.data[i] != 'e')
            continue;
        bool edge = i == at || !is_ascii_alnum(look->value.data[i - 1]) || look_behind_escape(look, i);
        if (edge && memcmp(look->value.data + i, "eyJ", 3) == 0 && find_jwt(look, i))
            return true;
    }
    return false;
}

/* Words with dashes have neither digits nor capitals; what is made by chance has some. */
static bool is_words(struct text text)
{
    for (size_t i = 0; i < text.length; i++)
        if (is_ascii_digit(text.data[i]) || (text.data[i] >= 'A' && text.data[i] <= 'Z'))
            return false;
    return true;
}

void find_token(struct look *look, size_t at)
{
    struct text text = look->value;
    size_t end = at;
    size_t start = at; /* keys have parts shorter than a run at their front: "SG." */
    while (end < text.length && is_run(look, text.data[end]))
        end++;
    if (is_words(text_part(text, at, end - at)))
        return;
    while (start > 0 && at - start < BEFORE && is_run(look, text.data[start - 1]))
        start--;
    if (find_jwt_between(look, at, end) || find_vendor_key(look, start, end))
        return;
    while (end > at && (text.data[end - 1] == '.' || text.data[end - 1] == '/'))
        end--;
    if (!find_bare_private_key(look, at, end) && end - at >= TOKEN_LEAST && look_wants(look, DETECTOR_SESSION_TOKEN))
        find_session_token(look, at, end);
}
