/* SPDX-License-Identifier: Apache-2.0 */
/* Random policies in a small world, so that their rules meet, and random requests of the same world. */
#ifndef EXEAT_TESTS_RANDOM_POLICY_H
#define EXEAT_TESTS_RANDOM_POLICY_H

#include "exeat/policy.h"

struct random {
    uint64_t state;
};
uint64_t random_number(struct random *random, uint64_t below);
bool random_chance(struct random *random, unsigned percent);

/* A rule is its lines of YAML, so that it can lose them one by one. */
enum { RANDOM_RULES = 9, RANDOM_LINES = 16, RANDOM_LINE = 160 };
struct random_rule {
    char lines[RANDOM_LINES][RANDOM_LINE];
    size_t count;
};
struct random_policy {
    struct random_rule head; /* of the file: mode, tls */
    struct random_rule rules[RANDOM_RULES];
    size_t count;
};

void random_policy_make(struct random *random, struct random_policy *policy);
void random_rule_make(struct random *random, const char *verdict, size_t number, struct random_rule *rule);
/* `list` is the path of the file of the group @list. */
void random_policy_write(const struct random_policy *policy, const char *list, struct buffer *out);
/* Known inside; texts are static. */
void random_request_make(struct random *random, struct request *request);
/* Every inside that there is in this world, by number. */
size_t inside_count(void);
void inside_set(struct request *request, size_t index);
void random_address_make(struct random *random, const struct request *request, struct address *address);

#endif
