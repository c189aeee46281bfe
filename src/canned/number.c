/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that satisfy a schema: the one nearest to 0. */
#include <math.h>

#include "canned_internal.h"

static const double exact = 9007199254740992.0; /* 2^53: beyond, a double skips whole numbers */

static double larger(double left, double right)
{
    return left > right ? left : right;
}

static double whole_below(double number)
{
    if (!(number > -exact && number < exact))
        return number;
    double whole = (double)(int64_t)number;
    return whole > number ? whole - 1 : whole;
}

static double bound(const json_t *schema, const char *key, double otherwise)
{
    const json_t *value = json_object_get(schema, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

/* The next multiple of `step` at or above (below, with `way` -1) `from`, and beyond it where `from` itself is out. */
static double towards(double from, double step, int way, bool is_out)
{
    double count = way > 0 ? -whole_below(-from / step) : whole_below(from / step);
    if (is_out && count * step == from)
        count += way;
    return count * step;
}

static bool is_within(double number, const json_t *schema)
{
    return number >= bound(schema, "minimum", -INFINITY) && number <= bound(schema, "maximum", INFINITY) &&
           number > bound(schema, "exclusiveMinimum", -INFINITY) &&
           number < bound(schema, "exclusiveMaximum", INFINITY);
}

static double nearest(const json_t *schema, double step)
{
    double least = larger(bound(schema, "minimum", -INFINITY), bound(schema, "exclusiveMinimum", -INFINITY));
    double most = -larger(-bound(schema, "maximum", INFINITY), -bound(schema, "exclusiveMaximum", INFINITY));
    if (is_within(0, schema))
        return 0;
    return least >= 0 ? towards(least, step, 1, !is_within(least, schema))
                      : towards(most, step, -1, !is_within(most, schema));
}

json_t *make_number(const json_t *schema, bool is_integer)
{
    double step = bound(schema, "multipleOf", is_integer ? 1 : 0);
    bool is_free = step <= 0;
    if (is_integer && step != whole_below(step))
        return NULL; /* whole multiples of a fraction: nobody asks for them */
    double number = nearest(schema, is_free ? 1 : step);
    if (!is_within(number, schema) && is_free) /* between two whole numbers */
        number = (bound(schema, "minimum", bound(schema, "exclusiveMinimum", 0)) +
                  bound(schema, "maximum", bound(schema, "exclusiveMaximum", 1))) /
                 2;
    if (!is_within(number, schema) || !(number >= -exact && number <= exact))
        return NULL;
    return number == whole_below(number) ? json_integer((json_int_t)number) : json_real(number);
}
