/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a file: its name on the first line. Reports stay JSON. */
#include <stdlib.h>

#include "exeat/base/json.h"
#include "exeat/scan.h"

static void check_json(void (*write)(const struct scan_report *, struct buffer *), const struct scan_report *report)
{
    char error[160];
    struct buffer out = {0};
    write(report, &out);
    json_t *tree = json_read(buffer_text(&out), error);
    if (tree == NULL)
        abort();
    json_decref(tree);
    buffer_clear(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct llm_catalogue *catalogue;
    static struct scanner *scanner;
    if (scanner == NULL) {
        catalogue = llm_catalogue_new();
        scanner = scanner_new(catalogue);
    }
    struct text rest = {(const char *)data, size};
    struct text name = TEXT("");
    struct scan_report report = {0};
    struct buffer out = {0};
    (void)text_split(&rest, '\n', &name);
    scan_text(scanner, name, rest, &report);
    for (size_t i = 0; i < report.finding_count; i++)
        if (report.findings[i].line == 0 || report.findings[i].column == 0)
            abort();
    check_json(scan_write_json, &report);
    check_json(scan_write_sarif, &report);
    scan_write_text(&report, true, &out);
    scan_write_draft(&report, &out);
    buffer_clear(&out);
    scan_report_clear(&report);
    return 0;
}
