/* SPDX-License-Identifier: Apache-2.0 */
/* exeat: one binary, a table of subcommands. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct command {
    const char *name;
    enum exit_code (*run)(int argc, char **argv);
    const char *usage;
    const char *help;
} commands[] = {
    {"run", cmd_run, "[-c FILE]", "start the gate"},
    {"check", cmd_check, "[-c FILE] [--strict] [--diff OLD-FILE | --replay STORE [--since TIME]]",
     "validate a configuration, run its tests, compare it"},
    {"explain", cmd_explain, "[-c FILE] [--from CLIENT] [-o text|json] METHOD URL", "what would be decided, and why"},
    {"llm-hosts", cmd_llm_hosts, "[HOST]", "the catalogue of LLM hosts, or why a host is in it"},
    {"suggest", cmd_suggest, "[-c FILE] [--store DIR] [--since TIME] [--until TIME]",
     "draft rules for what the records have"},
    {"schema", cmd_schema, "[-o json|markdown]", "the configuration language, for editors or for people"},
    {"ca", cmd_ca, "init|renew|bundle|show [-c FILE]", "the local authority, and a CA bundle with it"},
    {"audit", cmd_audit,
     "export|follow|show|stats|report|verify|checkpoint|keys|prove|consistency|check-proof|new-origin|erase ...",
     "the audit store; `exeat help audit` has the options"},
    {"reload", cmd_reload, "[-c FILE]", "have a running gate read its configuration anew"},
    {"bypass", cmd_bypass, "--for TIME --reason TEXT | --end [-c FILE]",
     "have a running gate let through, for a while, what its policy refuses"},
    {"health", cmd_health, "[-c FILE]", "is a running gate ready? for exec probes"},
    {"witness", cmd_witness,
     "--listen ADDR:PORT --name NAME --key FILE --state DIR [--enrol-tokens FILE] [--tls-certificate FILE --tls-key "
     "FILE]",
     "cosign the checkpoints of many gates' logs; run it where no gate runs"},
    {"key", cmd_key, "create FILE | show FILE --name NAME [--witness]", "make a signing key, or show what verifies it"},
    {"version", cmd_version, "", "the version of this program"},
};

static enum exit_code usage(FILE *out, enum exit_code code)
{
    fputs("usage: exeat COMMAND ...\n\n", out);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(out, "  exeat %s %s\n      %s\n", commands[i].name, commands[i].usage, commands[i].help);
    fputs(
        "\nWithout -c the configuration is " DEFAULT_CONFIG ".\n"
        "exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 audit tampered, 4 audit incomplete,\n"
        "            5 cannot read or write\n",
        out);
    return code;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

static enum exit_code no_command(const char *name)
{
    fprintf(stderr, "exeat: there is no command '%s'\n", name);
    return usage(stderr, EXIT_USAGE);
}

/* exeat help [COMMAND [AUDIT-COMMAND]], exeat COMMAND --help */
static enum exit_code help(const char *name, const char *below)
{
    const struct command *command = name != NULL ? find_command(name) : NULL;
    if (name == NULL)
        return usage(stdout, EXIT_DONE);
    if (command == NULL)
        return no_command(name);
    if (command->run == cmd_audit)
        audit_help(below);
    else
        printf("  exeat %s %s\n      %s\n", command->name, command->usage, command->help);
    return EXIT_DONE;
}

static bool asks_for_help(int argc, char **argv)
{
    return argc > 2 && (strcmp(argv[argc - 1], "--help") == 0 || strcmp(argv[argc - 1], "-h") == 0);
}

enum exit_code cmd_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    puts("exeat " EXEAT_VERSION);
    return EXIT_DONE;
}

/* An answer that could not be written is none. */
static enum exit_code finish(enum exit_code code)
{
    bool is_written = fflush(stdout) == 0 && !ferror(stdout);
    return is_written || code == EXIT_IO ? code : complain(EXIT_IO, "cannot write the output: %s", strerror(errno));
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return (int)usage(stderr, EXIT_USAGE);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
        return (int)help(argc > 2 ? argv[2] : NULL, argc > 3 ? argv[3] : NULL);
    if (asks_for_help(argc, argv))
        return (int)help(argv[1], argc > 3 ? argv[2] : NULL);
    const struct command *command = find_command(strcmp(argv[1], "--version") == 0 ? "version" : argv[1]);
    return (int)finish(command != NULL ? command->run(argc - 2, argv + 2) : no_command(argv[1]));
}
