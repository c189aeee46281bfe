/* SPDX-License-Identifier: Apache-2.0 */
/* Host patterns: a name, "*.suffix" at any depth, or "*". */
#include "exeat/name.h"

bool host_pattern_parse(struct text text, struct host_pattern *pattern)
{
    *pattern = (struct host_pattern){.kind = HOST_PATTERN_ANY};
    if (text_equal(text, TEXT("*")))
        return true;
    pattern->kind = HOST_PATTERN_EXACT;
    if (text_starts_with(text, TEXT("*."))) {
        pattern->kind = HOST_PATTERN_SUFFIX;
        text = text_after(text, 2);
    }
    if (text_has(text, '*') || !host_parse_written(text, &pattern->host))
        return false;
    return pattern->kind == HOST_PATTERN_EXACT || pattern->host.kind == HOST_NAME;
}

bool host_pattern_matches(const struct host_pattern *pattern, const struct host *host)
{
    struct text name = host_text(host);
    struct text suffix = host_text(&pattern->host);
    switch (pattern->kind) {
    case HOST_PATTERN_EXACT:
        return host_equal(&pattern->host, host);
    case HOST_PATTERN_SUFFIX:
        return host->kind == HOST_NAME && name.length > suffix.length + 1 && text_ends_with(name, suffix) &&
               name.data[name.length - suffix.length - 1] == '.';
    case HOST_PATTERN_ANY:
        return host->kind == HOST_NAME;
    }
    return false;
}
