/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of vendors, by the table of vendor_key. */
#include "detectors.h"

void find_key(struct look *look, size_t at)
{
    struct vendor_key_match found;
    if (!look_wants(look, DETECTOR_VENDOR_KEY) && !look_wants(look, DETECTOR_CLOUD_KEY))
        return;
    if (!vendor_key_in_run(look->value, at, look->field, &found))
        return;
    enum detector detector = found.key->family == VENDOR_KEY_CLOUD ? DETECTOR_CLOUD_KEY : DETECTOR_VENDOR_KEY;
    enum certainty certainty = found.certainty == VENDOR_KEY_LIKELY ? CERTAINTY_FORM : CERTAINTY_SURE;
    struct detect_match *match = look_match(look, detector, found.start, found.start + found.length, certainty);
    if (match != NULL)
        match->key = found.key;
}
