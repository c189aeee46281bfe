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
    BARE_LEAST = 60,
    RAW_MOST = 2600,
    RAW_STEP = 1300
};
enum {
    SECRETS = DETECTOR_BIT(DETECTOR_SESSION_TOKEN) | DETECTOR_BIT(DETECTOR_VENDOR_KEY) |
              DETECTOR_BIT(DETECTOR_CLOUD_KEY) | DETECTOR_BIT(DETECTOR_PRIVATE_KEY) | DETECTOR_BIT(DETECTOR_JWT)
};
struct span {
    size_t start;
    size_t end;
};

static void stretch_is_known(struct look *look, size_t end)
{
    if (end > look->stretch.known)
        look->stretch.known = end;
}

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

/* Where the token ends that begins at `at`: a head and a body that are objects of JSON ("eyJ" is `{"`), a signature
 * that may be empty (alg "none"). 0: none begins there. */
static size_t jwt_end(struct text text, size_t at)
{
    size_t head = part_end(text, at);
    if (head - at < JWT_HEAD_LEAST || head >= text.length || text.data[head] != '.')
        return 0;
    size_t body = part_end(text, head + 1);
    bool object = text.length > head + 3 && text.data[head + 1] == 'e' &&
                  (text.data[head + 2] == 'y' || text.data[head + 2] == 'w');
    size_t end = body;
    size_t parts = 2;
    for (; parts < 5 && end < text.length && text.data[end] == '.'; parts++)
        end = part_end(text, end + 1);
    bool encrypted = parts == 5; /* RFC 7516: its second part is a key */
    return parts < 3 || (!encrypted && (!object || body - head - 1 < JWT_BODY_LEAST)) ? 0 : end;
}

/* No letter or digit of a token stands before. */
static bool is_edge(const struct look *look, size_t at)
{
    return at == 0 || !is_ascii_alnum(look->value.data[at - 1]) || look_behind_escape(look, at);
}

/* The first token that begins in [from, end). Of all that may begin in one part only the first is asked: what follows
 * the part is the same for all of them. */
static bool next_jwt(const struct look *look, size_t from, size_t end, struct span *jwt)
{
    for (size_t at = from; at + 3 < end; at++) {
        if (look->value.data[at] != 'e' || !is_edge(look, at) || memcmp(look->value.data + at, "eyJ", 3) != 0)
            continue;
        *jwt = (struct span){at, jwt_end(look->value, at)};
        if (jwt->end > 0)
            return true;
        at = part_end(look->value, at);
    }
    return false;
}

static bool wants_keys(const struct look *look)
{
    return look_wants(look, DETECTOR_VENDOR_KEY) || look_wants(look, DETECTOR_CLOUD_KEY);
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

/* Of JSON as it is written: with backslashes in a stretch a key may be there that is found without them. It is looked
 * for in pieces that have an end and the beginning of the next in common. */
static bool has_hidden_key(const struct look *look, size_t from, size_t end)
{
    char plain[RAW_MOST];
    struct vendor_key_match found;
    if (look->spelling != DETECT_JSON || !wants_keys(look))
        return false;
    for (size_t at = from; at < end; at += RAW_STEP) {
        struct text shown =
            without_backslashes(look->value, at > BEFORE ? at - BEFORE : 0, end + BEFORE, plain, sizeof(plain));
        if (vendor_key_find_between(&look->set->keys, shown, 0, shown.length, look->field, &found))
            return true;
    }
    return false;
}

static void add_key(struct look *look, const struct vendor_key_match *found)
{
    enum detector detector = found->key->family == VENDOR_KEY_CLOUD ? DETECTOR_CLOUD_KEY : DETECTOR_VENDOR_KEY;
    enum certainty certainty = found->certainty == VENDOR_KEY_LIKELY ? CERTAINTY_FORM : CERTAINTY_SURE;
    struct detect_match *match = look_match(look, detector, found->start, found->start + found->length, certainty);
    if (match != NULL)
        match->key = found->key;
}

/* Every key that begins in [from, end) and is at least so certain. */
static void find_keys(struct look *look, size_t from, size_t end, enum vendor_key_certainty least)
{
    struct vendor_key_match found;
    while (wants_keys(look) && vendor_key_find_between(&look->set->keys, look->value, from, end, look->field, &found)) {
        from = found.start + found.length;
        if (found.certainty < least)
            continue;
        add_key(look, &found);
        stretch_is_known(look, from);
    }
}

/* How private keys begin in base64 of DER (RFC 8017, 5208, 5915, 8410) and of OpenSSH: the algorithm stands at the
 * front. */
static bool is_bare_private_key(struct text run)
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
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        bool fits = run.length >= forms[i].least && run.data[0] == forms[i].begin[0];
        size_t length = fits ? strlen(forms[i].begin) : 0;
        for (size_t j = 0; fits && j < length; j++)
            fits = forms[i].begin[j] == '?' || forms[i].begin[j] == run.data[j];
        if (fits)
            return true;
    }
    return false;
}

/* One that begins in the stretch, which ends with it. */
static void find_bare_private_key(struct look *look, size_t from)
{
    size_t end = look->stretch.tail;
    for (size_t at = from; at + BARE_LEAST <= end; at++) {
        char byte = look->value.data[at];
        if ((byte != 'M' && byte != 'b') || !is_edge(look, at) ||
            !is_bare_private_key(text_part(look->value, at, end - at)))
            continue;
        look_add(look, DETECTOR_PRIVATE_KEY, at, end, CERTAINTY_SURE);
        stretch_is_known(look, end);
        return;
    }
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

static bool parts_word(char byte, bool raw)
{
    return byte == '=' || byte == ':' || byte == ' ' || byte == '"' || byte == '\'' || byte == '>' ||
           (raw && byte == '\\');
}

/* Where the word before a value ends: behind it stand `=`, `:`, quotes, blanks; `at`: none does. */
static size_t word_end_before(const struct look *look, size_t at)
{
    struct text text = look->value;
    bool raw = look->spelling == DETECT_JSON;
    size_t most = raw ? 2 * SEPARATORS_MOST : SEPARATORS_MOST;
    size_t before = at;
    while (before > 0 && at - before <= most && parts_word(text.data[before - 1], raw)) {
        if (raw && text.data[before - 1] == '"' && (before < 2 || text.data[before - 2] != '\\'))
            return at; /* the value begins there */
        before--;
    }
    return at - before > most ? at : before;
}

static bool is_behind_secret_word(const struct look *look, size_t at)
{
    struct text text = look->value;
    size_t before = word_end_before(look, at);
    size_t word = before;
    if (before == at)
        return false;
    while (word > 0 && before - word < WORD_MOST && is_base64url(text.data[word - 1]))
        word--;
    return (labels_of_name(&look->set->labels, text_part(text, word, before - word)) & LABEL_SECRET) != 0;
}

/* "PHPSESSID=…", "Bearer …", "token: …", directly before. What is judged once is judged for what begins later in it
 * too, since a part of what is not random is no more so: only behind a `$`, which tokens have not, it begins anew. */
static void find_session_token(struct look *look, size_t at)
{
    size_t end = look->stretch.tail;
    if (at < look->stretch.known || end < at + TOKEN_LEAST || !look_wants(look, DETECTOR_SESSION_TOKEN) ||
        !is_behind_secret_word(look, at))
        return;
    struct text piece = text_part(look->value, at, end - at);
    bool escaped = look->spelling == DETECT_JSON && text_has(piece, '\\'); /* what it is then, the walk will show */
    const char *other = memrchr(piece.data, '$', piece.length);
    stretch_is_known(look, escaped || other == NULL ? end : (size_t)(other - look->value.data) + 1);
    if (escaped || token_is_random(piece))
        look_add(look, DETECTOR_SESSION_TOKEN, at, end, CERTAINTY_LABEL);
}

void token_bytes_init(uint8_t bytes[256])
{
    for (unsigned i = 0; i < 256; i++) {
        char byte = (char)i;
        bool run = is_base64url(byte) || (byte != '\0' && strchr("+/=.~$", byte) != NULL);
        bool made = is_ascii_digit(byte) || (byte >= 'A' && byte <= 'Z');
        bytes[i] =
            (uint8_t)((run ? TOKEN_RUN : 0u) | (made ? TOKEN_MADE : 0u) | (byte == '\\' ? TOKEN_RUN_OF_JSON : 0u) | (byte == 'J' ? TOKEN_OF_JWT : 0u));
    }
}

static inline unsigned token_byte(const struct look *look, size_t at)
{
    return look->set->token_bytes[(unsigned char)look->value.data[at]];
}

/* All keys and signed tokens of a stretch; inside of a token only what nothing else looks like is a key. */
static void find_in_stretch(struct look *look, size_t start, size_t end, unsigned seen)
{
    struct span jwt;
    size_t matches = look->matches->count;
    size_t from = start;
    while ((seen & TOKEN_OF_JWT) != 0 && next_jwt(look, from, end, &jwt)) {
        find_keys(look, from, jwt.start, VENDOR_KEY_LIKELY);
        find_keys(look, jwt.start, jwt.end, VENDOR_KEY_SURE);
        look_add(look, DETECTOR_JWT, jwt.start, jwt.end, CERTAINTY_SURE);
        stretch_is_known(look, jwt.end);
        from = jwt.end;
    }
    find_keys(look, from, end, VENDOR_KEY_LIKELY);
    if (look->matches->count == matches && (seen & TOKEN_RUN_OF_JSON) != 0 && has_hidden_key(look, start, end))
        look_add(look, DETECTOR_VENDOR_KEY, start, end, CERTAINTY_SURE);
}

/* At the first sign of a stretch, all of it. */
static void look_at_stretch(struct look *look, size_t at)
{
    struct text text = look->value;
    size_t end = at;
    size_t start = at; /* keys have parts shorter than a run at their front: "SG." */
    unsigned run = look->spelling == DETECT_JSON ? TOKEN_RUN | TOKEN_RUN_OF_JSON : TOKEN_RUN;
    unsigned seen = 0;
    for (unsigned byte; end < text.length && ((byte = token_byte(look, end)) & run) != 0; end++)
        seen |= byte;
    look->stretch = (struct stretch){.end = end, .tail = end};
    if ((seen & TOKEN_MADE) == 0) { /* words with dashes: what is made by chance has digits or capitals */
        look->stretch.known = end;
        return;
    }
    for (unsigned byte; start > 0 && at - start < BEFORE && ((byte = token_byte(look, start - 1)) & run) != 0; start--)
        seen |= byte;
    while (look->stretch.tail > at && text_has(TEXT("./"), text.data[look->stretch.tail - 1]))
        look->stretch.tail--;
    find_in_stretch(look, start, end, seen);
    find_bare_private_key(look, start);
}

void find_token(struct look *look, size_t at)
{
    if ((look->set->detectors & SECRETS) == 0)
        return;
    if (at >= look->stretch.end)
        look_at_stretch(look, at);
    find_session_token(look, at);
}
