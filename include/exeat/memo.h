/* SPDX-License-Identifier: Apache-2.0 */
/* Answers that are kept for whoever asks the very same again: bytes under a key, bounded in bytes and in time, the
 * oldest go first. Shared by threads; a lock is held while bytes are copied. */
#ifndef EXEAT_MEMO_H
#define EXEAT_MEMO_H

#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/bytes.h"
#include "exeat/base/digest.h"

struct memo;
struct memo *memo_new(void);       /* the caller's, for memo_free */
void memo_free(struct memo *memo); /* NULL is fine */

/* What is kept under `key`, appended to `out`. Steady time. False: nothing, or no longer. */
MUST_CHECK bool memo_find(struct memo *memo, const struct digest *key, uint64_t now_us, struct buffer *out);
/* Under whose bound something is kept, and for how long. */
struct memo_terms {
    uint64_t owner;
    size_t limit; /* bytes of all that is the owner's */
    uint64_t until_us;
};
/* Copies `value`; nothing where it alone is more than the limit. Another under the same key is gone then. */
void memo_keep(
    struct memo *memo, const struct digest *key, struct text value, const struct memo_terms *terms, uint64_t now_us);
void memo_drop(struct memo *memo, const struct digest *key); /* it is good no longer */
void memo_clear(struct memo *memo);                          /* nothing that is kept can be asked for any more */

struct memo_view {
    uint64_t hits;
    uint64_t misses;
    uint64_t bytes;
    uint64_t count;
};
void memo_look(struct memo *memo, struct memo_view *view); /* a moment of it; any thread */

#endif
