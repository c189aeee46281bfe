/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as Proxy-Authorization (RFC 7617, RFC 6750), against a reading of its own that tries each client in turn.
 * And the right words, built around the input: in whatever way they may be written they are believed, with anything
 * else in them they are not. */
#include <stdlib.h>
#include <string.h>

#include "exeat/base/check.h"
#include "exeat/base/digest.h"
#include "exeat/base/memory.h"
#include "exeat/policy.h"

#define SECRET "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"  /* secret */
#define TOKEN "9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f"   /* 0123456789abcdef */
#define NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" /* the empty secret */

static const char rules[] = "version: 1\n"
                            "clients:\n"
                            "  web: { user: web, secret_sha256: " SECRET " }\n"
                            "  job: { token_sha256: [" TOKEN "] }\n"
                            "  open: { user: open, secret_sha256: " NOTHING " }\n"
                            "  far: { user: far, secret_sha256: " SECRET ", address: 10.0.0.0/8 }\n"
                            "rules: []\n";

static struct policy *compile(void)
{
    struct diags *diags = diags_new();
    struct settings *settings = settings_parse(text_from(rules), "fuzz.yaml", diags);
    struct policy *policy = settings == NULL ? NULL : policy_compile(settings, diags);
    ASSERT(policy != NULL);
    diags_free(diags);
    return policy;
}

/* Whom that names, asked from a machine that is nobody's. */
static struct text identify(struct text authorization)
{
    static struct policy *policy;
    struct client client;
    struct peer peer = {.listener = TEXT("")};
    policy = policy == NULL ? compile() : policy;
    ASSERT(address_parse(TEXT("192.0.2.1"), &peer.address));
    enum identity identity = policy_identify(policy, &peer, authorization, &client);
    ASSERT((identity == IDENTITY_KNOWN) == (client.name.length > 0));
    ASSERT(identity != IDENTITY_NOBODY || authorization.length == 0);
    return client.name;
}

/* --- the naive reading -----------------------------------------------------------------------------------------------
 */

static bool hash_is(struct text secret, const char *hex)
{
    struct digest digest;
    struct buffer written = {0};
    digest_sha256(bytes_of_text(secret), &digest);
    buffer_append_hex(&written, (struct bytes){digest.bytes, sizeof(digest.bytes)});
    bool same = text_equal(buffer_text(&written), text_from(hex));
    buffer_clear(&written);
    return same;
}

static const char *who_has_pair(struct text pair)
{
    size_t colon = 0;
    while (colon < pair.length && pair.data[colon] != ':')
        colon++;
    if (colon == pair.length)
        return "";
    struct text user = text_part(pair, 0, colon);
    struct text secret = text_after(pair, colon + 1);
    if (text_equal(user, TEXT("web")) && hash_is(secret, SECRET))
        return "web";
    if (text_equal(user, TEXT("open")) && secret.length == 0)
        return "open";
    return hash_is(secret, TOKEN) ? "job" : "";
}

/* What follows the scheme and at least one space; NULL: it is another scheme. */
static const char *after_scheme(struct text words, const char *scheme)
{
    size_t length = strlen(scheme);
    bool is_it = words.length > length && strncasecmp(words.data, scheme, length) == 0 && words.data[length] == ' ';
    return is_it ? words.data + length : NULL;
}

static const char *naive(struct text words)
{
    const char *rest = after_scheme(words, "Basic");
    const char *end = words.data + words.length;
    if (rest != NULL) {
        struct buffer pair = {0};
        struct text encoded = text_trim((struct text){rest, (size_t)(end - rest)}, " ");
        const char *who = base64_decode(encoded, &pair) ? who_has_pair(buffer_text(&pair)) : "";
        buffer_clear(&pair);
        return who;
    }
    rest = after_scheme(words, "Bearer");
    bool is_token = rest != NULL && hash_is(text_trim((struct text){rest, (size_t)(end - rest)}, " "), TOKEN);
    return is_token ? "job" : "";
}

/* --- the right words -------------------------------------------------------------------------------------------------
 */

/* "bAsIc", as many spaces as it takes, and user and secret in base64. */
static void write_basic(uint8_t capitals, uint8_t spaces, struct text user, struct text secret, struct buffer *out)
{
    struct buffer pair = {0};
    static const char scheme[] = "basic";
    for (size_t i = 0; i + 1 < sizeof(scheme); i++)
        buffer_append_byte(out, (char)((capitals >> i & 1) != 0 ? scheme[i] - 'a' + 'A' : scheme[i]));
    for (size_t i = 0; i <= spaces % 5u; i++)
        buffer_append_byte(out, ' ');
    BUFFER_APPEND_ALL(&pair, user, TEXT(":"), secret);
    buffer_append_base64(out, bytes_of_text(buffer_text(&pair)));
    buffer_clear(&pair);
}

static void try_pair(const uint8_t *data, struct text user, struct text secret, const char *wanted)
{
    struct buffer words = {0};
    write_basic(data[0], data[1], user, secret, &words);
    ASSERT(text_equal(identify(buffer_text(&words)), text_from(wanted)));
    buffer_clear(&words);
}

static void try_built(const uint8_t *data, size_t size)
{
    struct text other = {(const char *)data + 2, size - 2};
    bool is_right = text_equal(other, TEXT("secret"));
    bool is_token = text_equal(other, TEXT("0123456789abcdef"));
    bool has_colon = memchr(other.data, ':', other.length) != NULL;
    try_pair(data, TEXT("web"), TEXT("secret"), "web");
    try_pair(data, TEXT("open"), TEXT(""), "open");
    try_pair(data, TEXT("far"), TEXT("secret"), ""); /* from here he is not */
    try_pair(data, TEXT("web"), other, is_right ? "web" : is_token ? "job" : "");
    if (!has_colon)
        try_pair(data, other, TEXT("0123456789abcdef"), "job"); /* whoever: a token says it alone */
    if (!has_colon && !text_equal(other, TEXT("web")))
        try_pair(data, other, TEXT("secret"), "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text words = {(const char *)data, size};
    if (size > 0)
        ASSERT(text_equal(identify(words), text_from(naive(words))));
    if (size >= 2)
        try_built(data, size);
    return 0;
}
