/* SPDX-License-Identifier: Apache-2.0 */
/* The only home of libpsl. */
#include "owner.h"

#include <libpsl.h>

const char *owner_of(const char *name)
{
    const psl_ctx_t *suffixes = psl_builtin();
    const char *domain = suffixes == NULL ? NULL : psl_registrable_domain(suffixes, name);
    return domain == NULL ? name : domain;
}

bool owner_is_nobody(const char *name)
{
    const psl_ctx_t *suffixes = psl_builtin();
    return suffixes != NULL && psl_is_public_suffix2(suffixes, name, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) == 1;
}
