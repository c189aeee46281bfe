/* SPDX-License-Identifier: Apache-2.0 */
/* What looking costs, counted in blocks of code that are run (each tells __sanitizer_cov_trace_pc), not in time: twice
 * as many bytes may cost twice as much, of the worst bodies too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/bytes.h"
#include "exeat/detect.h"

static uint64_t steps;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

/* What the C library looks through for us counts too, eight bytes a step. */
void *__real_memmem(const void *text, size_t length, const void *part, size_t part_length);
void *__wrap_memmem(const void *text, size_t length, const void *part, size_t part_length);
void *__wrap_memmem(const void *text, size_t length, const void *part, size_t part_length)
{
    const char *found = __real_memmem(text, length, part, part_length);
    steps += (found == NULL ? length : (size_t)(found - (const char *)text)) / 8;
    return (void *)(uintptr_t)found;
}

void *__real_memchr(const void *text, int byte, size_t length);
void *__wrap_memchr(const void *text, int byte, size_t length);
void *__wrap_memchr(const void *text, int byte, size_t length)
{
    const char *found = __real_memchr(text, byte, length);
    steps += (found == NULL ? length : (size_t)(found - (const char *)text)) / 8;
    return (void *)(uintptr_t)found;
}

enum { SHORT = 1000, STEPS_MOST = 10000 /* a byte */ };

/* `again` follows `begin` as often as it fits. */
static const struct body {
    const char *begin;
    const char *again;
} bodies[] = {
    {"", "a"},
    {"", "aA1"},
    {"", "aaaaaaaaaaaaaaa1."},
    {"", "aaaaaaaaaaaaaaaa."},
    {"", "aaaaaaaaaaaaaaaa$"},
    {"A1", "aaaaaaaaaaaaaaaa~"},
    {"", "token=aaaaaaaaaaaaaaaaaaaaaaaa1$"},
    {"", "token=aaaaaaaaaaaaaaaaaaaaaaaa."},
    {"", "token=a1aaaaaaaaaaaaaaaaaaaaaa."},
    {"", "a."},
    {"", "A.1"},
    {"", "eyJ."},
    {"", "eyJ-"},
    {"", "eyJhbGciOiJIUzI1NiJ9."},
    {"", "eyJhbGciOiJIUzI1NiJ9-"},
    {"", "eyJhbGciOiJIUzI1NiJ9.eyJ-"},
    {"", "sk-"},
    {"", "sk-proj-"},
    {"", "sk-ant-api03-aB3dE5fG7hI9jK1lM3n"},
    {"", "ghp_"},
    {"", "SG."},
    {"", "ghp_aB3dE5fG7hI9jK1lM3nOpQ5rS7tU9vW1xY3z/"},
    {"", "AKIA"},
    {"", "0f3a9c1e7b2d4f6a8c0e1b3d5f7a9c2e-"},
    {"", "0f3a9c1e-"},
    {"", "aB3dE5fG7hI9jK1lM3nO/"},
    {"", "MIIEvQIBAAK"},
    {"", "MIIEvQIBAAK/"},
    {"", "MII-"},
    {"", "MC4CAQAwBQYDK2Vw\n"},
    {"", "-----BEGIN PRIVATE KEY-----"},
    {"", "-----BEGIN PRIVATE KEY-----\n"},
    {"-----BEGIN PRIVATE KEY-----", "A"},
    {"-----BEGIN PRIVATE KEY-----", " "},
    {"", "-----BEGIN PRIVATE KEY----- END "},
    {"", "-----BEGIN "},
    {"", "-----END PRIVATE KEY-----"},
    {"", "-----BEGIN"},
    {"", "----- "},
    {"", "-"},
    {"", "@"},
    {"", "a@"},
    {"", "a@a."},
    {"", "a@a.aa."},
    {"a@", "a."},
    {"a@", "aa-"},
    {"", "a=b&"},
    {"", "a=@"},
    {"", "a=b.de=@"},
    {"", "1 "},
    {"", "1.1 "},
    {"", "11 "},
    {"", "1."},
    {"", "1-"},
    {"", "1/"},
    {"", "1("},
    {"", "1\t"},
    {"", "4111 "},
    {"", "4111 1111 1111 1111 "},
    {"", "4111-1111-1111-1111-"},
    {"", "4111\t"},
    {"", "4111\n1111\n"},
    {"", "4111111111111111"},
    {"", "+49 "},
    {"", "+1"},
    {"", "00 "},
    {"", "Tel 1 "},
    {"", "06 12 34 56 78 "},
    {"", "1.1.1.1."},
    {"", "255.255.255.255 "},
    {"", ":"},
    {"", "a:"},
    {"", "1:1::"},
    {"", "::1 "},
    {"", "://"},
    {"", "http://1.1.1.1/"},
    {"", "1.1111,"},
    {"1.", "1"},
    {"", "52\u00b0"},
    {"", "52.12345, 13.12345 "},
    {"", "A 5 "},
    {"", "5 A "},
    {"", "5 rue de la "},
    {"", "Musterstr. 5 "},
    {"", "1-1-"},
    {"", "geboren 1 a "},
    {"geboren 1 ", "a"},
    {"", "born 1 1 1 "},
    {"", "AB12 "},
    {"", "1A"},
    {"", "A1 B2 "},
    {"", "passport A1 "},
    {"", "IBAN DE89 "},
    {"", "card 4111 "},
    {"", "\""},
    {"", "'"},
    {"", "\"a\":"},
    {"", "\"cost\":x"},
    {"", "\"cost\":"},
    {"", "\"name\":\""},
    {"", "\\\":"},
    {"", "\\\\\":"},
    {"\"", "\\\":"},
    {"", "\\"},
    {"", "\\\""},
    {"", "\\u0031"},
    {"", "\\/"},
    {"", "aA1aaaaaaaaaaaaaa\\/"},
    {"", "\\n"},
    {"", "}"},
    {"", "} "},
    {"", "}]"},
    {"", "},\""},
    {"", "},"},
    {"", "["},
    {"", ": "},
    {"", "\" :"},
    {"\"cost\":[", " "},
    {"", "\"cost\":[ "},
    {"", " "},
    {"", "\xef\xbc\x91 "},
    {"", "\xd9\xa1"},
    {"", "\xc3"},
    {"", "\xff"},
    {"", "\xe2\x80\x8b"
         "1"},
};

static struct text write_body(struct buffer *out, const struct body *body, size_t length)
{
    buffer_empty(out);
    buffer_append_string(out, body->begin);
    while (out->length < length)
        buffer_append_string(out, body->again);
    return text_part(buffer_text(out), 0, length);
}

enum way { FIND, MAY_HAVE, MAY_HAVE_JSON, WAY_COUNT };
static const char *const way_names[] = {"find", "may have", "may have, JSON"};

struct fixture {
    struct detect_set *set;
    struct detect_scratch *scratch;
    struct detect_matches matches;
    struct buffer text;
};

static uint64_t steps_of(struct fixture *fixture, const struct body *body, size_t length, enum way way)
{
    struct text text = write_body(&fixture->text, body, length);
    steps = 0;
    if (way == FIND)
        assert_int_equal(
            detect_find(fixture->set, fixture->scratch, text, &(struct detect_hint){0}, &fixture->matches),
            DETECT_LOOKED);
    else
        (void)!detect_may_have(fixture->set, fixture->scratch, text, way == MAY_HAVE ? DETECT_PLAIN : DETECT_JSON);
    return steps;
}

/* Twice the bytes: at most twice the steps, and a little for what comes in steps of its own. */
static void assert_linear(struct fixture *fixture, const char *detectors, enum way way)
{
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        uint64_t once = steps_of(fixture, &bodies[i], SHORT, way);
        uint64_t twice = steps_of(fixture, &bodies[i], 2 * SHORT, way);
        if (twice > once * 23 / 10 + 2 * SHORT || twice > (uint64_t)STEPS_MOST * 2 * SHORT)
            fail_msg(
                "%s, %s: %d bytes cost %llu steps, %d cost %llu: %s%s…", detectors, way_names[way], SHORT,
                (unsigned long long)once, 2 * SHORT, (unsigned long long)twice, bodies[i].begin, bodies[i].again);
    }
}

static void assert_set_is_linear(uint32_t detectors, const char *name, enum way first, enum way last)
{
    struct detect_options options = {.detectors = detectors};
    struct diags *diags = diags_new();
    struct fixture fixture = {.set = detect_compile(&options, diags), .scratch = detect_scratch_new()};
    assert_non_null(fixture.set);
    for (enum way way = first; way <= last; way++)
        assert_linear(&fixture, name, way);
    detect_scratch_free(fixture.scratch);
    detect_free(fixture.set);
    detect_matches_clear(&fixture.matches);
    buffer_clear(&fixture.text);
    diags_free(diags);
}

static void looking_at_a_value_is_linear(void **state)
{
    (void)state;
    assert_set_is_linear(DETECTORS_BUILT_IN, "all", FIND, FIND);
}

/* It ends at the first find: none is wanted, or one alone of those that do more where they are. */
static void looking_before_the_walk_is_linear(void **state)
{
    static const enum detector alone[] = {
        DETECTOR_ADDRESS, DETECTOR_SESSION_TOKEN, DETECTOR_VENDOR_KEY, DETECTOR_PRIVATE_KEY, DETECTOR_JWT};
    (void)state;
    assert_set_is_linear(0, "none", MAY_HAVE, MAY_HAVE_JSON);
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++)
        assert_set_is_linear(DETECTOR_BIT(alone[i]), detector_row(alone[i])->name, MAY_HAVE, MAY_HAVE_JSON);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looking_at_a_value_is_linear),
        cmocka_unit_test(looking_before_the_walk_is_linear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
