/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked for, and whether a record is it. */
#ifndef EXEAT_EXPORT_FILTER_H
#define EXEAT_EXPORT_FILTER_H

#include "export_internal.h"

bool filter_has_time(const struct export_filter *filter, int64_t wall_us);
/* Is something asked that only requests have? */
bool filter_wants_requests(const struct export_filter *filter);
/* What the decision alone tells. */
bool filter_has_decision(const struct export_requests_options *options, const struct decision_record *decision);
/* What is known of it when it is shown. */
bool filter_has_item(const struct export_filter *filter, const struct export_item *item);
/* An outcome whose decision is not shown. */
bool filter_has_orphan(
    const struct export_requests_options *options, const struct store_row *row, const struct request_id *id);

#endif
