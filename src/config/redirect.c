/* SPDX-License-Identifier: Apache-2.0 */
/* The section that says who alone may leave the pod past the gate's listeners, and what is done where nothing holds the
 * others to them. */
#include "config_internal.h"

/* User 0 is every root of the pod, and -1 is nobody. */
static bool read_uid(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_number(load, node, field))
        return false;
    if (*(uint64_t *)field >= 1 && *(uint64_t *)field < UINT32_MAX)
        return true;
    diag_error(load->diags, node->mark, "the gate's user is a number from 1 to 4294967294");
    if (*(uint64_t *)field == 0)
        diag_note(load->diags, "user 0 would let every root of the pod past the gate");
    return false;
}

static const struct type type_uid = VALUE_TYPE("number", read_uid, write_number, "^[0-9]+$");
static const char *const missing_words[] = {"unready", "warn"};
static const struct type type_missing = FLAG_TYPE(missing_words);

static const struct key redirect_keys[] = {
    START_KEY(
        settings_redirect, uid, "uid", &type_uid, "64123",
        "the user that the gate runs as, and nobody else in the pod: all others are held to its listeners"),
    START_KEY(
        settings_redirect, missing_warns, "missing", &type_missing, "unready",
        "while the rules are not in force: unready, or warn: only the log, a metric and records say so"),
};
static const struct section section_redirect = SECTION("redirect", redirect_keys);

static bool read_redirect(struct load *load, const struct yaml_node *node, void *field)
{
    ((struct settings_redirect *)field)->mark = node->mark;
    return schema_read_map(load, node, &section_redirect, field);
}

const struct type type_redirect = {
    .called = "map", .shape = SHAPE_MAP, .read = read_redirect, .section = &section_redirect};
