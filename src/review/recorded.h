/* SPDX-License-Identifier: Apache-2.0 */
/* From a recorded decision back to the request that was judged. */
#ifndef EXEAT_REVIEW_RECORDED_H
#define EXEAT_REVIEW_RECORDED_H

#include "exeat/model/record.h"
#include "exeat/policy.h"

/* As asked at that moment. False: there was no request that a policy could judge. Texts are borrowed from the record,
 * the path lives in `arena`.
 */
MUST_CHECK bool
recorded_request(const struct decision_record *decision, int64_t at_us, struct arena *arena, struct request *request);
/* "https://host:port"; the port where it is not the scheme's. */
void recorded_target(struct buffer *out, const struct request *request);

#endif
