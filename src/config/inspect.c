/* SPDX-License-Identifier: Apache-2.0 */
/* `inspect` of a rule, and `detectors`: their shape. Which kinds there are, and what a pattern means, is told when the
 * policy is compiled. */
#include "config_internal.h"

enum { WORDS_FILE_MAX = 4 * 1024 * 1024 };

static const char *const flag_words[] = {"false", "true"};
static const struct type type_restore = FLAG_TYPE(flag_words);
static const char *const format_words[] = {"placeholder", "preserve", "hash"};
static const struct type type_format = ENUM_TYPE(format_words);
static const char *const oversize_words[] = {"deny", "pass"};
static const struct type type_oversize = FLAG_TYPE(oversize_words);

/* A type and subtype; no parameters, and no `*`: who lets pictures pass says which. */
static bool is_media_type(struct text text)
{
    size_t slash = text_index(text, '/', 0);
    bool good = slash > 0 && slash + 1 < text.length;
    for (size_t i = 0; good && i < text.length; i++) {
        char one = text.data[i];
        bool is_word =
            (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '-' || one == '+' || one == '.';
        good = is_word || i == slash;
    }
    return good;
}

static bool read_media_type(struct load *load, const struct yaml_node *node, void *field)
{
    if (!read_setting_text(load, node, field))
        return false;
    if (is_media_type(node->text))
        return true;
    diag_error(
        load->diags, node->mark, "'%.*s' is not a media type such as image/png, in lower case", TEXT_ARG(node->text));
    return false;
}

static bool read_media_types(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_texts *types = field;
    void *items = NULL;
    types->present = true;
    bool good = schema_read_list(load, node, sizeof(struct setting_text), read_media_type, &items, &types->count);
    types->items = items;
    return good;
}

static const struct type type_media_type = SHAPED_TYPE("media type", read_media_type, "^[a-z0-9.+-]+/[a-z0-9.+-]+$");
static const struct type type_media_types = LIST_TYPE("list of media types", read_media_types, &type_media_type);

static const struct key answers_keys[] = {
    KEY(settings_wanted, deny, "deny", &type_texts, "(nothing)", "an answer with one of these is refused"),
    KEY(settings_wanted, redact, "redact", &type_texts, "(nothing)", "a placeholder stands in its place"),
    KEY(settings_wanted, flag, "flag", &type_texts, "(nothing)", "only counted, on record"),
};
static const struct section section_answers = SECTION("inspect.answers", answers_keys);

static bool read_answers(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_inspect *inspect = field;
    inspect->has_answers = true;
    return schema_read_map(load, node, &section_answers, &inspect->answers);
}

static const struct type type_answers = {
    .called = "map", .shape = SHAPE_MAP, .read = read_answers, .section = &section_answers};

static const struct key inspect_keys[] = {
    KEY(settings_inspect, requests.deny, "deny", &type_texts, "(nothing)",
        "a request with one of these is refused: kinds, groups, or names of `detectors`"),
    KEY(settings_inspect, requests.redact, "redact", &type_texts, "(nothing)", "a placeholder goes on in its place"),
    KEY(settings_inspect, requests.flag, "flag", &type_texts, "(nothing)", "only counted, on record"),
    KEY(settings_inspect, restores, "restore", &type_restore, "false",
        "true: in the answer the values stand again where it repeats their placeholders"),
    KEY(settings_inspect, format, "format", &type_format, "placeholder",
        "what is put in a value's place: [CARD_1], a fake of the same shape, or a keyed hash"),
    KEY(settings_inspect, key_file, "key_file", &type_path, "(needed by hash)", "the key of these hashes, any bytes"),
    KEY(settings_inspect, limit, "limit", &type_size, "(limits.body_held)", "how large a body is looked at"),
    KEY(settings_inspect, passes_oversize, "oversize", &type_oversize, "deny",
        "what becomes of a larger one: refused, or passed on unseen"),
    KEY(settings_inspect, types, "types", &type_media_types, "(none)",
        "bodies and parts that are no text and may pass unseen"),
    WHOLE_KEY("answers", &type_answers, "(not looked at)", "the same for what comes back"),
};
static const struct section section_inspect = SECTION("inspect", inspect_keys);

static bool says_something(const struct settings_wanted *wanted)
{
    return wanted->deny.count + wanted->redact.count + wanted->flag.count > 0;
}

static bool read_inspect(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_inspect *inspect = field;
    schema_set_defaults(load, &section_inspect, inspect);
    inspect->is_on = true;
    inspect->mark = node->mark;
    if (!schema_read_map(load, node, &section_inspect, inspect))
        return false;
    bool says = says_something(&inspect->requests) || says_something(&inspect->answers);
    if (!says)
        diag_error(load->diags, node->mark, "`inspect` looks for nothing: say what it shall deny, redact or flag");
    bool has_key = inspect->key_file.length > 0;
    if (has_key != (inspect->format == INSPECT_HASH))
        diag_error(
            load->diags, node->mark,
            has_key ? "`key_file` is the key of hashes: it needs format: hash"
                    : "format: hash needs a `key_file`: without a key a hash of a card number is undone by trying all");
    return says && has_key == (inspect->format == INSPECT_HASH);
}

const struct type type_inspect = {
    .called = "map", .shape = SHAPE_MAP, .read = read_inspect, .section = &section_inspect};

/* --- detectors -------------------------------------------------------------------------------------------------------
 */

/* It is a file that the policy is made of: on record with it, and watched. */
static bool read_words(struct load *load, const struct yaml_node *node, void *field)
{
    struct setting_text *words = field;
    struct buffer content = {0};
    struct text path;
    if (!read_path(load, node, &path))
        return false;
    bool good = load_read_file(load, path.data, node->mark, WORDS_FILE_MAX, &content);
    if (good && !text_is_utf8(buffer_text(&content))) {
        diag_error(load->diags, node->mark, "%s is not UTF-8", path.data);
        good = false;
    }
    if (good) {
        (void)load_add_file(load, path.data, buffer_text(&content));
        *words = (struct setting_text){
            load->settings->lists.files[load->settings->lists.file_count - 1].content, node->mark};
    }
    buffer_clear(&content);
    return good;
}

static const struct type type_words = TEXT_TYPE("path", read_words);
static const struct key detector_keys[] = {
    KEY(settings_detector, pattern, "pattern", &type_setting_text, "(this or words)", "a regular expression, PCRE2"),
    KEY(settings_detector, words, "words", &type_words, "(this or pattern)", "a file of words, one a line"),
};
static const struct section section_detector = SECTION("a detector", detector_keys);

/* It stands in records, and in placeholders in capitals. */
static bool is_name(struct text text)
{
    enum { NAME_MAX_LENGTH = 32 };
    bool good = text.length > 0 && text.length <= NAME_MAX_LENGTH && text.data[0] >= 'a' && text.data[0] <= 'z';
    for (size_t i = 0; good && i < text.length; i++) {
        char one = text.data[i];
        good = (one >= 'a' && one <= 'z') || (one >= '0' && one <= '9') || one == '-' || one == '_';
    }
    return good;
}

static bool read_detector(struct load *load, const struct yaml_node *node, void *item)
{
    struct settings_detector *detector = item;
    if (!is_name(detector->name.text)) {
        diag_error(
            load->diags, detector->name.mark,
            "a detector is called by at most 32 of a-z, 0-9, - and _, such as customer-number");
        return false;
    }
    if (!schema_read_map(load, node, &section_detector, item))
        return false;
    if ((detector->pattern.text.length > 0) != (detector->words.text.length > 0))
        return true;
    diag_error(load->diags, node->mark, "a detector has a `pattern`, or a file of `words`");
    return false;
}

static bool read_detectors(struct load *load, const struct yaml_node *node, void *field)
{
    struct settings_lists *lists = field;
    void *items = lists->detectors;
    bool good = read_named(load, node, sizeof(struct settings_detector), read_detector, &items, &lists->detector_count);
    lists->detectors = items;
    return good;
}

static const struct type type_detector = MAP_TYPE(&section_detector);
const struct type type_detectors = NAMES_TYPE("map of names to detectors", read_detectors, &type_detector);
