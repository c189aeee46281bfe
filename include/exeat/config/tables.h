/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that a file is read by, for who goes through settings key by key. */
#ifndef EXEAT_CONFIG_TABLES_H
#define EXEAT_CONFIG_TABLES_H

#include "exeat/config.h"
#include "exeat/schema.h"

/* The whole file; its fields are those of struct settings. */
extern const struct section settings_section;
/* What holds without any key; the caller's, for settings_free. */
struct settings *settings_defaults(void);
/* A field as YAML that is read back to the same; nothing: it is not set, or not told (secrets, rules, clients). */
void settings_write_value(const struct type *type, const void *field, struct buffer *out);

#endif
