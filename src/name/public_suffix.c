/* SPDX-License-Identifier: Apache-2.0 */
/* Which names belong to one owner, by the public suffix list (publicsuffix.org) that libpsl has built in: its only
 * home.
 */
#include <libpsl.h>

#include "exeat/name.h"

const char *name_registrable_domain(const char *name)
{
    const psl_ctx_t *suffixes = psl_builtin();
    const char *domain = suffixes == NULL ? NULL : psl_registrable_domain(suffixes, name);
    return domain == NULL ? name : domain;
}

bool name_is_public_suffix(const char *name)
{
    const psl_ctx_t *suffixes = psl_builtin();
    return suffixes != NULL && psl_is_public_suffix2(suffixes, name, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE) == 1;
}
