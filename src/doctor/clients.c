/* SPDX-License-Identifier: Apache-2.0 */
/* Does each client on this machine believe the authority, as it is set up here? Each is run, and shakes hands with a
 * server on loopback that has a certificate of the authority, for a name that it is for; nobody is looked up, and
 * nobody else is connected to. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "doctor_internal.h"
#include "exeat/base/memory.h"
#include "exeat/daemon.h"

enum { WORD_SIZE = 2048, WORDS_MAX = 12 };

/* One way that a client has of making connections, and the line that has it believe the authority. */
struct way {
    const char *word; /* by which its script tells of it */
    const char *name; /* for people */
    const char *line; /* with %s for the bundle */
};
/* A program. Of its words @H is the name, @P the port. */
struct program {
    const char *words[WORDS_MAX];
    struct way ways[2];
    const char *(*read)(const struct loopback_run *run); /* its words about ways, if it has other than its output */
};

/* 60: not believed; 77: the bundle cannot be read (curl(1)). Whoever was believed ends without an answer. */
static const char *read_curl(const struct loopback_run *run)
{
    switch (run->status) {
    case 0:
    case 52:
    case 56:
        return "curl ok\n";
    case 35:
    case 60:
    case 77:
        return "curl bad\n";
    }
    return "";
}

static const struct program curl = {
    .words =
        {"curl", "-q", "-sS", "-o", "/dev/null", "--noproxy", "*", "--resolve", "@H:@P:127.0.0.1", "https://@H:@P/"},
    .ways = {{"curl", "curl", "export CURL_CA_BUNDLE=%s"}},
    .read = read_curl,
};
static const struct program php = {
    .words =
        {"php", "-r",
         "error_reporting(0); if (!function_exists('curl_init')) echo \"curl none\\n\"; else { $c = "
         "curl_init('https://@H:@P/'); curl_setopt_array($c, [CURLOPT_PROXY => '', CURLOPT_RESOLVE => "
         "['@H:@P:127.0.0.1'], CURLOPT_RETURNTRANSFER => true, CURLOPT_CONNECTTIMEOUT => 10]); curl_exec($c); echo "
         "in_array(curl_errno($c), [0, 52, 56]) ? \"curl ok\\n\" : 'curl bad ' . curl_error($c) . \"\\n\"; } if "
         "(!extension_loaded('openssl')) echo \"stream none\\n\"; else { $s = stream_context_create(['ssl' => "
         "['peer_name' => '@H']]); echo stream_socket_client('ssl://127.0.0.1:@P', $n, $e, 10, STREAM_CLIENT_CONNECT, "
         "$s) "
         "? \"stream ok\\n\" : \"stream bad\\n\"; }"},
    .ways = {{"curl", "PHP by ext-curl", "curl.cainfo = %s"}, {"stream", "PHP by streams", "openssl.cafile = %s"}},
};
static const struct program node = {
    .words =
        {"node", "-e",
         "const s = require('tls').connect({host: '127.0.0.1', port: @P, servername: '@H'}, () => { "
         "console.log('tls ok'); process.exit(0); }); s.on('error', e => { console.log('tls bad ' + e.code); "
         "process.exit(1); });"},
    .ways = {{"tls", "Node", "export NODE_EXTRA_CA_CERTS=%s"}},
};
static const struct program python = {
    .words =
        {"python3", "-c",
         "import sys; sys.path[:1] = []\n" /* whose folder that is, nobody knows */
         "import os, socket, ssl\n"
         "def shake(what, **roots):\n"
         "  try:\n"
         "    c = ssl.create_default_context(**roots)\n"
         "    with socket.create_connection(('127.0.0.1', @P), 10) as s, c.wrap_socket(s, server_hostname='@H'): pass\n"
         "    print(what, 'ok')\n"
         "  except OSError as e: print(what, 'bad', e)\n"
         "shake('ssl')\n"
         "try: import certifi\n"
         "except ImportError: print('requests none')\n"
         "else:\n"
         "  r = os.environ.get('REQUESTS_CA_BUNDLE') or os.environ.get('CURL_CA_BUNDLE') or certifi.where()\n"
         "  shake('requests', **{'capath' if os.path.isdir(r) else 'cafile': r})\n"},
    .ways =
        {{"ssl", "Python by ssl", "export SSL_CERT_FILE=%s"},
         {"requests", "Python by requests", "export REQUESTS_CA_BUNDLE=%s"}},
};

/* --- one client -----------------------------------------------------------------------------------------------------
 */

static char *fill(const char *word, const struct host *name, uint16_t port)
{
    struct buffer out = {0};
    for (const char *at = word; *at != '\0'; at++)
        if (at[0] == '@' && at[1] == 'H')
            buffer_append(&out, host_text(name)), at++;
        else if (at[0] == '@' && at[1] == 'P')
            buffer_append_number(&out, port), at++;
        else
            buffer_append_byte(&out, *at);
    return buffer_take(&out);
}

static void advise(const struct patient *patient, const struct way *way, struct finding *finding)
{
    char line[WORD_SIZE];
    char *bundle = bundle_find(patient);
    const char *path = bundle != NULL ? bundle : "/etc/exeat/bundle.pem";
    const char *mark = strstr(way->line, "%s");
    snprintf(line, sizeof(line), "%.*s%s", (int)(mark - way->line), way->line, path);
    finding_advise(finding, "%s", line);
    if (bundle == NULL)
        finding_advise(finding, "exeat ca bundle -c %s >%s makes it", patient->config, path);
    base_free(bundle);
}

static void judge_way(const struct patient *patient, const struct way *way, struct text said, struct finding *finding)
{
    struct text word;
    if (text_equal(said, TEXT("none")))
        return;
    if (text_equal(said, TEXT("ok"))) {
        finding_say(finding, DOCTOR_WELL, "%s believes the authority", way->name);
        return;
    }
    (void)text_split(&said, ' ', &word);
    if (!text_equal(word, TEXT("bad"))) {
        finding_say(finding, DOCTOR_UNSEEN, "%s did not say whether it believes the authority", way->name);
        return;
    }
    finding_say(
        finding, DOCTOR_TO_DO, "%s does not believe the authority%s%.*s", way->name, said.length > 0 ? ": " : "",
        TEXT_ARG(said));
    advise(patient, way, finding);
}

/* What stands behind that word, in a line of its own. */
static struct text said_of(struct text lines, const char *word)
{
    struct text line;
    struct text first;
    while (text_split(&lines, '\n', &line))
        if (text_split(&line, ' ', &first) && text_equal(first, text_from(word)))
            return line;
    return TEXT("");
}

static void try_program(
    const struct patient *patient, const struct program *program, struct loopback *loopback, const struct host *name,
    struct finding *finding)
{
    char *words[WORDS_MAX + 1] = {NULL};
    struct loopback_run run = {.words = words};
    for (size_t i = 0; i < WORDS_MAX && program->words[i] != NULL; i++)
        words[i] = fill(program->words[i], name, loopback_port(loopback));
    loopback_run(loopback, &run);
    struct text said = program->read != NULL ? text_from(program->read(&run)) : buffer_text(&run.said);
    if (run.is_missing)
        finding_say(finding, DOCTOR_NOTHING, "%s is not installed here", program->words[0]);
    for (size_t i = 0; !run.is_missing && i < COUNT_OF(program->ways) && program->ways[i].word != NULL; i++)
        judge_way(patient, &program->ways[i], said_of(said, program->ways[i].word), finding);
    for (size_t i = 0; words[i] != NULL; i++)
        base_free(words[i]);
    buffer_clear(&run.said);
}

/* --- the server's name and certificate ------------------------------------------------------------------------------
 */

/* A name that the authority is for, whatever else it may be for. False: it is for none. */
static bool choose_name(const struct policy *policy, const struct tls_issuer *issuer, struct host *name)
{
    size_t count = policy_issuer_names(policy, NULL, 0);
    struct host_pattern *names = base_array(count + 1, sizeof(*names));
    bool found = false;
    (void)policy_issuer_names(policy, names, count);
    for (size_t i = 0; !found && i < count; i++) {
        *name = names[i].host;
        found = names[i].kind != HOST_PATTERN_ANY && name->kind == HOST_NAME &&
                tls_issuer_may_speak_for(issuer, host_text(name));
    }
    base_free(names);
    return found;
}

static struct tls_issuer *load(const struct settings_tls *tls, struct finding *finding)
{
    char *error = NULL;
    if (tls->certificate.length == 0) {
        finding_say(finding, DOCTOR_NOTHING, "there is no tls.authority that it would have to believe");
        return NULL;
    }
    struct tls_issuer *issuer = tls_issuer_load(tls->certificate.data, tls->key.data, &error);
    if (issuer == NULL)
        finding_say(
            finding, DOCTOR_UNSEEN,
            "the authority's key is not to be read here, so nobody can be shown a certificate: %s", error);
    base_free(error);
    return issuer;
}

static void look(const struct patient *patient, const struct program *program, struct finding *finding)
{
    struct host name;
    struct loopback *loopback = NULL;
    struct tls_issuer *issuer = load(&patient_settings(patient)->tls, finding);
    if (issuer == NULL)
        return;
    bool has_name = choose_name(patient->policy, issuer, &name);
    if (has_name)
        loopback = loopback_new(issuer, &name);
    if (loopback != NULL)
        try_program(patient, program, loopback, &name, finding);
    else
        finding_say(
            finding, has_name ? DOCTOR_UNSEEN : DOCTOR_NOTHING, "%s",
            has_name ? "nobody can listen on loopback here" : "the authority is for no name");
    loopback_free(loopback);
    tls_issuer_free(issuer);
}

void look_at_curl(const struct patient *patient, struct finding *finding)
{
    look(patient, &curl, finding);
}

void look_at_php(const struct patient *patient, struct finding *finding)
{
    look(patient, &php, finding);
}

void look_at_node(const struct patient *patient, struct finding *finding)
{
    look(patient, &node, finding);
}

void look_at_python(const struct patient *patient, struct finding *finding)
{
    look(patient, &python, finding);
}
