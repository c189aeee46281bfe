/* SPDX-License-Identifier: Apache-2.0 */
/* A rule that inspects, made of its words. */
#ifndef EXEAT_TEST_RULE_H
#define EXEAT_TEST_RULE_H

#include "exeat/inspect/answer.h"

struct rule {
    struct settings *settings;
    struct inspection *inspection;
    struct inspector *inspector;
    struct inspected *inspected;
};
/* `inspect` is its YAML, such as "{ redact: [card] }". */
struct rule rule_make(const char *inspect);
struct rule rule_observing(const char *inspect); /* in observe mode */
void rule_again(struct rule *rule);              /* another request */
void rule_free(struct rule *rule);
void rule_assert_found(struct rule *rule, const char *expected); /* in the request, in the words of its record */
/* The body after it was inspected as JSON; the caller's. */
enum inspect_says rule_json(struct rule *rule, const char *body, struct buffer *out);

#endif
