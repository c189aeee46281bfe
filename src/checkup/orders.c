/* SPDX-License-Identifier: Apache-2.0 */
/* What the operator wants of engines. */
#include "checkup_internal.h"
#include "exeat/config.h"

static struct engine *find(const struct checkup *checkup, struct text name)
{
    for (size_t i = 0; checkup->set != NULL && i < engine_set_count(checkup->set); i++) {
        struct engine *engine = engine_set_at(checkup->set, i);
        if (engine != NULL && name.length > 0 && text_equal(engine_name(engine), name))
            return engine;
    }
    return NULL;
}

static struct engine *find_or_say(const struct checkup *checkup, struct text name, struct buffer *answer)
{
    struct engine *engine = find(checkup, name);
    if (engine == NULL)
        buffer_printf(answer, "refused: the configuration has no endpoint '%.*s'\n", TEXT_ARG(name));
    return engine;
}

static bool is_asked(const struct checkup *checkup, const struct engine *engine)
{
    for (size_t i = 0; i < checkup->patient_count; i++)
        if (checkup->patients[i].engine == engine)
            return true;
    return false;
}

static bool comes_in(const struct checkup *checkup, const struct engine_view *view)
{
    return checkup->swap.to[0] != '\0' && text_equal(text_from(view->name), text_from(checkup->swap.to));
}

/* Why it gets no calls, or whose place it waits for. */
static void say_remark(const struct checkup *checkup, const struct engine_view *view, struct buffer *answer)
{
    struct buffer remark = {0};
    uint64_t now_us = loop_now_us(checkup->options.loop);
    if (comes_in(checkup, view))
        buffer_printf(&remark, "; instead of %s, once it is ready", checkup->swap.from);
    if (view->why[0] != '\0')
        buffer_printf(&remark, "; %s", view->why);
    if (view->misfit[0] != '\0')
        buffer_printf(&remark, "; it %s", view->misfit);
    if (view->is_wrong_model && !view->is_model_unknown)
        buffer_append_string(&remark, "; wrong_model");
    if (view->is_model_unknown && view->state == ENGINE_READY)
        buffer_append_string(&remark, "; model_unknown");
    if (view->rests_until_us > now_us)
        buffer_printf(&remark, "; rests for %us", (unsigned)((view->rests_until_us - now_us) / 1000000 + 1));
    if (view->foreign > 0)
        buffer_printf(&remark, "; has %u calls of others", view->foreign);
    buffer_append_shown(answer, text_after(buffer_text(&remark), 1), ""); /* without the first sign between two */
    buffer_clear(&remark);
}

static void say(const struct checkup *checkup, const struct engine_view *view, struct buffer *answer)
{
    const char *order = comes_in(checkup, view) ? "comes_in" : engine_order_name(view->order);
    buffer_printf(
        answer, "%s state=%s order=%s outstanding=%u waiting=%u slots=%u model=%s version=%s digest=", view->name,
        engine_state_name(view->state), order, view->outstanding, view->waiting, view->slots,
        view->identity.model[0] != '\0' ? view->identity.model : "-",
        view->identity.version[0] != '\0' ? view->identity.version : "-");
    if (view->identity.has_digest)
        buffer_append_hex(answer, (struct bytes){view->identity.digest.bytes, sizeof(view->identity.digest.bytes)});
    else
        buffer_append_byte(answer, '-');
    buffer_printf(answer, " speaks=%s", view->words[0] != '\0' ? view->words : "-");
    say_remark(checkup, view, answer);
    buffer_append_byte(answer, '\n');
}

static bool do_list(struct checkup *checkup, struct text rest, struct buffer *answer)
{
    struct engine_view view;
    (void)rest;
    for (size_t i = 0; checkup->set != NULL && i < engine_set_count(checkup->set); i++) {
        if (engine_set_at(checkup->set, i) == NULL)
            continue;
        engine_look(engine_set_at(checkup->set, i), &view);
        say(checkup, &view, answer);
    }
    buffer_append(answer, TEXT("ok\n"));
    return false;
}

/* What is said of NEW itself, or that OLD goes on, is another wish than the swap that waits. OLD may drain before. */
static bool revokes(const struct checkup *checkup, struct text name, enum engine_order order)
{
    return checkup->swap.to[0] != '\0' && (text_equal(name, text_from(checkup->swap.to)) ||
                                           (order == ENGINE_IN_USE && text_equal(name, text_from(checkup->swap.from))));
}

static bool order(struct checkup *checkup, struct text name, enum engine_order order, struct buffer *answer)
{
    struct engine_view view;
    struct engine *engine = find_or_say(checkup, name, answer);
    if (engine == NULL)
        return false;
    bool is_revoked = revokes(checkup, name, order);
    engine_set_order(engine, order);
    engine_look(engine, &view);
    buffer_printf(answer, "ok: %s %s; %u calls are under way", view.name, engine_order_name(order), view.outstanding);
    if (is_revoked)
        buffer_printf(answer, "; %s does not come in for %s any more", checkup->swap.to, checkup->swap.from);
    buffer_append_byte(answer, '\n');
    if (is_revoked)
        checkup->swap = (struct swap){0};
    return true;
}

static bool do_drain(struct checkup *checkup, struct text rest, struct buffer *answer)
{
    return order(checkup, rest, ENGINE_DRAINS, answer);
}

static bool do_use(struct checkup *checkup, struct text rest, struct buffer *answer)
{
    return order(checkup, rest, ENGINE_IN_USE, answer);
}

/* --- one in place of another ----------------------------------------------------------------------------------------
 */

void swap_if_warm(struct checkup *checkup)
{
    const struct checkup_hooks *hooks = &checkup->options.hooks;
    struct engine *from = find(checkup, text_from(checkup->swap.from));
    struct engine *to = find(checkup, text_from(checkup->swap.to));
    if (from == NULL || to == NULL || !engine_may_begin(to))
        return;
    engine_set_order(to, ENGINE_IN_USE); /* first: there is somebody at any time */
    engine_set_order(from, ENGINE_DRAINS);
    checkup->swap = (struct swap){0};
    hooks->on_swap(hooks->context, engine_name(from), engine_name(to));
}

static bool names(const struct checkup *checkup, const struct settings_answerers *list, const struct engine *engine)
{
    for (size_t i = 0; i < list->count; i++)
        if (engine_set_at(checkup->set, list->items[i]) == engine)
            return true;
    return false;
}

/* That would lose who is taken out, and not get who comes in; NULL: none. */
static const struct settings_rule *
rule_without(const struct checkup *checkup, const struct engine *from, const struct engine *to)
{
    const struct settings_lists *lists = &policy_settings(checkup->policy)->lists;
    for (size_t i = 0; i < lists->rule_count; i++)
        if (names(checkup, &lists->rules[i].answerers, from) && !names(checkup, &lists->rules[i].answerers, to))
            return &lists->rules[i];
    return NULL;
}

static bool do_swap(struct checkup *checkup, struct text rest, struct buffer *answer)
{
    struct text old;
    (void)text_split(&rest, ' ', &old);
    struct engine *from = find_or_say(checkup, old, answer);
    struct engine *to = from == NULL ? NULL : find_or_say(checkup, rest, answer);
    if (to == NULL)
        return false;
    if (from == to) {
        buffer_append(answer, TEXT("refused: an endpoint cannot take its own place\n"));
        return false;
    }
    if (!is_asked(checkup, to)) {
        buffer_append(answer, TEXT("refused: it has neither `engine` nor `health`: nobody knows when it is warm\n"));
        return false;
    }
    const struct settings_rule *rule = rule_without(checkup, from, to);
    if (rule != NULL) {
        buffer_printf(
            answer, "refused: rule %s would be left without it: its `inference` must name both, or their pool\n",
            rule->id.text.data);
        return false;
    }
    text_store(engine_name(from), checkup->swap.from, sizeof(checkup->swap.from));
    text_store(engine_name(to), checkup->swap.to, sizeof(checkup->swap.to));
    swap_if_warm(checkup);
    buffer_append_string(
        answer, checkup->swap.to[0] == '\0' ? "ok: done; what the old one has begun it finishes\n"
                                            : "ok: it is done once the new one is warm\n");
    return true;
}

static const struct {
    struct text word;
    bool (*run)(struct checkup *checkup, struct text rest, struct buffer *answer);
} orders[] = {
    {TEXT_INIT(""), do_list},
    {TEXT_INIT("drain"), do_drain},
    {TEXT_INIT("use"), do_use},
    {TEXT_INIT("swap"), do_swap},
};

bool checkup_order(struct checkup *checkup, struct text words, struct buffer *answer)
{
    struct text rest = words;
    struct text word = TEXT("");
    (void)text_split(&rest, ' ', &word);
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        if (text_equal(word, orders[i].word))
            return orders[i].run(checkup, rest, answer);
    buffer_append(answer, TEXT("refused: inference, inference drain NAME, use NAME, or swap OLD NEW\n"));
    return false;
}
