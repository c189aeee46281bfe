/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with what is to be found in them marked: "mail {email:a@b.example} now". What is looked at is the text without
 * the marks, and all that is found must be what is marked. */
#ifndef EXEAT_TESTS_DETECT_MARKED_H
#define EXEAT_TESTS_DETECT_MARKED_H

#include "exeat/detect.h"

/* With all built-in detectors. */
void assert_marked(const char *marked);
/* The same of the value of a field; `path` ends with the field's name. */
void assert_marked_in(const char *path, const char *marked);
/* The same of a set. */
void assert_marked_by(const struct detect_set *set, const char *path, const char *marked);
/* Each of them. */
void assert_all_marked(const char *const *marked, size_t count);
#define ASSERT_MARKED(...)                                                                                             \
    assert_all_marked(                                                                                                 \
        (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
