/* SPDX-License-Identifier: Apache-2.0 */
/* What an endpoint has and where it is: said by the engine's pages, by files, and by the configuration. Whoever of them
 * says otherwise than before, that is told. */
#include "checkup_internal.h"
#include "exeat/config.h"

static void take_written(const struct settings_engine *source, struct engine_identity *identity)
{
    text_store(source->adapter, identity->adapter, sizeof(identity->adapter));
    text_store(source->region.text, identity->region, sizeof(identity->region));
    identity->is_region_read = source->region.text.length > 0 && source->region_file.length > 0;
    checkup_read_digest(source, identity);
}

void identity_note(
    struct checkup *checkup, struct engine *engine, const struct settings_engine *source,
    struct engine_identity *identity)
{
    const struct checkup_hooks *hooks = &checkup->options.hooks;
    take_written(source, identity);
    if (engine_note_identity(engine, identity))
        hooks->on_model(hooks->context, engine_name(engine), identity);
}

/* Of an engine that is asked: once its pages were read. */
void identity_note_written(struct checkup *checkup, size_t index)
{
    struct engine *engine = engine_set_at(checkup->set, index);
    const struct settings_engine *source = policy_inference(checkup->policy, index)->engine;
    struct engine_identity identity = engine_identity(engine);
    bool was_read = identity.model[0] != '\0' || identity.version[0] != '\0' || identity.has_digest;
    if (!source->is_asked)
        identity = (struct engine_identity){.has_digest = false};
    else if (!was_read)
        return;
    identity_note(checkup, engine, source, &identity);
}
