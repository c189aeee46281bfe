/* SPDX-License-Identifier: Apache-2.0 */
/* `inspect` that does less than it says: nothing to put back, bodies that are never held, and what is mostly where it
 * cannot be replaced; and detectors that nobody names. */
#include "lint_internal.h"

static void check_restore(const struct lint *lint, const struct settings_inspect *inspect)
{
    if (inspect->restores && inspect->requests.redact.count == 0)
        diag_warning(lint->diags, inspect->mark, "`restore` without `redact`: there is nothing to put back");
}

static void check_limit(const struct lint *lint, const struct settings_inspect *inspect)
{
    uint64_t held = policy_settings(lint->policy)->run.body_held;
    if (inspect->limit > held)
        diag_warning(
            lint->diags, inspect->mark,
            "bodies are held up to limits.body_held, %llu bytes: this `limit` is never reached",
            (unsigned long long)held);
    if (inspect->passes_oversize)
        diag_remark(lint->diags, inspect->mark, "with `oversize: pass` what is larger than the limit leaves unseen");
}

/* In JSON they are numbers. */
static void check_redacted(const struct lint *lint, const struct setting_texts *names)
{
    static const struct text numbers[] = {TEXT_INIT("price"), TEXT_INIT("pricing"), TEXT_INIT("geo")};
    for (size_t i = 0; i < names->count; i++)
        for (size_t j = 0; j < COUNT_OF(numbers); j++)
            if (text_equal(names->items[i].text, numbers[j]))
                diag_warning(
                    lint->diags, names->items[i].mark,
                    "'%.*s' is mostly numbers, which cannot be redacted in JSON: such a request is refused; write it "
                    "under `deny` or `flag`",
                    TEXT_ARG(numbers[j]));
}

static bool names(const struct setting_texts *list, struct text name)
{
    for (size_t i = 0; i < list->count; i++)
        if (text_equal(list->items[i].text, name))
            return true;
    return false;
}

static bool wants(const struct settings_wanted *wanted, struct text name)
{
    return names(&wanted->deny, name) || names(&wanted->redact, name) || names(&wanted->flag, name);
}

static bool is_used(const struct lint *lint, struct text name)
{
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        const struct settings_inspect *inspect = &lint->lists->rules[i].inspect;
        if (inspect->is_on && (wants(&inspect->requests, name) || wants(&inspect->answers, name)))
            return true;
    }
    return false;
}

static void check_detectors(const struct lint *lint)
{
    for (size_t i = 0; i < lint->lists->detector_count; i++) {
        const struct setting_text *name = &lint->lists->detectors[i].name;
        if (!is_used(lint, name->text))
            diag_warning(
                lint->diags, name->mark, "no rule looks for '%s': it finds nothing until an `inspect` names it",
                name->text.data);
    }
}

void lint_inspect(const struct lint *lint)
{
    check_detectors(lint);
    for (size_t i = 0; i < lint->lists->rule_count; i++) {
        const struct settings_inspect *inspect = &lint->lists->rules[i].inspect;
        if (!inspect->is_on)
            continue;
        check_restore(lint, inspect);
        check_limit(lint, inspect);
        check_redacted(lint, &inspect->requests.redact);
    }
}
