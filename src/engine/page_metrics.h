/* SPDX-License-Identifier: Apache-2.0 */
/* A page of metrics of an engine. */
#ifndef EXEAT_ENGINE_PAGE_METRICS_H
#define EXEAT_ENGINE_PAGE_METRICS_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

/* Calls that it runs and that wait there, whoever they are of; of all its models. False: it does not say, or in a way
 * that is not understood, and `*load` is as it was. */
MUST_CHECK bool metrics_read_load(struct text page, uint32_t *load);

#endif
