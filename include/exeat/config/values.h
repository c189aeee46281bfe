/* SPDX-License-Identifier: Apache-2.0 */
/* Single values of the operator's YAML, with their places. */
#ifndef EXEAT_CONFIG_VALUES_H
#define EXEAT_CONFIG_VALUES_H

#include "exeat/base/arena.h"
#include "exeat/base/diag.h"
#include "exeat/model.h"
#include "exeat/name.h"

/* A value that may turn out wrong later, with its place. */
struct setting_text {
    struct text text; /* NUL-terminated */
    struct mark mark;
};
/* A moment of the wall clock. */
struct setting_time {
    int64_t us; /* since 1970 */
    struct mark mark;
    bool present;
};
struct setting_texts {
    const struct setting_text *items;
    size_t count;
    bool present;
};
struct setting_pattern {
    struct host_pattern pattern;
    struct text group; /* "@name" without "@": a group, and `pattern` is unset */
    struct mark mark;
};
/* A list file, one pattern a line, checked: read it with setting_list_next. */
struct setting_list {
    struct text content; /* as it stands in the file */
    int file;            /* as in a mark */
    size_t patterns;
};
struct setting_patterns {
    struct setting_pattern *items;
    size_t count;
    const struct setting_list *lists; /* of a group: its files */
    size_t list_count;
    bool present;
};
struct setting_range {
    struct address_range range;
    struct mark mark;
};
struct setting_ranges {
    const struct setting_range *items;
    size_t count;
    bool present;
};
struct setting_ports {
    const struct port_range {
        uint16_t first;
        uint16_t last;
    } * items;
    size_t count;
    bool present;
};
struct setting_socket {
    struct address address; /* length 0: not set */
    uint16_t port;
    struct mark mark;
};

/* So much in a window of time; 0: any amount. */
#define SETTING_RATE_MAX ((UINT64_C(1) << 40) - 1)
struct setting_rate {
    uint64_t amount;
    uint64_t window_us;
};
struct settings_limit {
    struct setting_rate requests;
    struct setting_rate bytes;
    struct setting_rate tokens;
    uint64_t concurrent;
};

#endif
