/* SPDX-License-Identifier: Apache-2.0 */
/* Values in HTML, and the page's style: light and dark on a screen, always dark on white on paper, told apart by
 * pattern where there is no colour. */
#include "exeat/base/clock.h"
#include "report_internal.h"

void html_text(struct buffer *out, struct text text)
{
    struct buffer clean = {0};
    export_append_clean(&clean, text, "");
    for (size_t i = 0; i < clean.length; i++) {
        switch (clean.data[i]) {
        case '&':
            buffer_append(out, TEXT("&amp;"));
            break;
        case '<':
            buffer_append(out, TEXT("&lt;"));
            break;
        case '>':
            buffer_append(out, TEXT("&gt;"));
            break;
        case '"':
            buffer_append(out, TEXT("&quot;"));
            break;
        case '\'':
            buffer_append(out, TEXT("&#39;"));
            break;
        default:
            buffer_append_byte(out, clean.data[i]);
        }
    }
    buffer_clear(&clean);
}

void html_name(struct buffer *out, struct text name)
{
    enum { PIECE_MAX = 40 };
    while (name.length > 0) {
        size_t slash = text_index(name, '/', 0);
        struct text piece = text_part(name, 0, slash + 1);
        bool is_short = piece.length <= PIECE_MAX;
        buffer_append_string(out, is_short ? "<span class=\"w\">" : "");
        html_text(out, piece);
        buffer_append_string(out, is_short ? "</span>" : "");
        name = text_after(name, piece.length);
    }
}

void html_string(struct buffer *out, const char *string)
{
    html_text(out, text_from(string));
}

void html_number(struct buffer *out, uint64_t number)
{
    char digits[24];
    int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            buffer_append(out, TEXT("&#8239;")); /* narrow, does not break */
        buffer_append_byte(out, digits[i]);
    }
}

void html_time(struct buffer *out, int64_t wall_us)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(wall_us, time);
    buffer_printf(out, "%.10s&nbsp;%.5sZ", time, time + 11);
}

void html_date(struct buffer *out, int64_t wall_us)
{
    char time[CLOCK_TEXT_SIZE];
    clock_write(wall_us, time);
    buffer_printf(out, "%.10s", time);
}

/* Okabe and Ito's colours: told apart by every kind of eye. */
static const char style[] =
    "@page{size:A4;margin:14mm}"
    ":root{--ink:#1a1a1a;--paper:#fff;--line:#c8c8c8;--soft:#f3f3f3;--dim:#555;"
    "--allow:#0072b2;--deny:#d55e00;--reroute:#009e73;--error:#cc79a7;--good:#00664b;--bad:#a33a00;--warn:#7a5c00}"
    "@media screen and "
    "(prefers-color-scheme:dark){:root{--ink:#eee;--paper:#141414;--line:#4a4a4a;--soft:#222;--dim:#aaa;"
    "--allow:#56b4e9;--deny:#ff8c42;--reroute:#3ddbb0;--error:#e5a3c8;--good:#3ddbb0;--bad:#ff8c42;--warn:#f0e442}}"
    "*{box-sizing:border-box}"
    "body{font:10pt/1.4 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',Arial,sans-serif;color:var(--ink);"
    "background:var(--paper);max-width:190mm;margin:0 auto;padding:4mm;overflow-wrap:break-word}"
    "h1{font-size:17pt;margin:0 0 1mm}h2{font-size:12.5pt;margin:7mm 0 2mm;border-bottom:1px solid "
    "var(--line);break-after:avoid}"
    "h3{font-size:10pt;margin:3mm 0 1mm;break-after:avoid}p{margin:0 0 2mm}.dim{color:var(--dim)}"
    ".banner{border:2px solid;border-left-width:10px;padding:3mm 4mm;margin:3mm 0;font-size:11pt;break-inside:avoid}"
    ".banner "
    "b{font-size:14pt}.good{border-color:var(--good)}.bad{border-color:var(--bad)}.warn{border-color:var(--warn)}"
    ".cards{display:grid;grid-template-columns:1fr 1fr;gap:3mm}.card{border:1px solid var(--line);padding:2mm "
    "3mm;break-inside:avoid}"
    ".card h3{margin-top:0}.card dl{display:grid;grid-template-columns:auto 1fr;gap:0 3mm;margin:0}.card "
    "dt{color:var(--dim)}.card dd{margin:0}"
    "table{border-collapse:collapse;width:100%;font-size:8.5pt;font-variant-numeric:tabular-nums}"
    "th,td{text-align:left;vertical-align:top;padding:.6mm 1.5mm;border-bottom:1px solid var(--line)}"
    "th{background:var(--soft)}td.n,th.n{text-align:right;white-space:nowrap}td.t{white-space:nowrap}td.h{overflow-"
    "wrap:anywhere;min-width:30mm}tr{break-inside:avoid}thead{display:table-"
    "header-group}"
    ".cols{column-width:82mm;column-gap:5mm}.cols td,.cols th{font-size:7.5pt;padding:.4mm 1mm}"
    "figure{margin:0 0 3mm;break-inside:avoid}figcaption{font-weight:600;margin-bottom:1mm}"
    "svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font-size:9px;font-family:inherit}svg "
    ".dim{fill:var(--dim)}"
    "svg line,svg path.axis{stroke:var(--line)}"
    ".v1{fill:var(--allow)}.v2{fill:var(--deny)}.v3{fill:var(--reroute)}.v4{fill:var(--error)}"
    ".hatch line{stroke:var(--paper);stroke-width:1.6}"
    ".none td{color:var(--dim);font-style:italic}.tag{border:1px solid;padding:0 "
    "1mm;font-size:8pt;white-space:nowrap}.w{white-space:nowrap}"
    "pre{background:var(--soft);padding:2mm;white-space:pre-wrap;font-size:8.5pt;break-inside:avoid}"
    "@media print{body{max-width:none;padding:0}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

void report_style(struct buffer *out)
{
    buffer_append_string(out, style);
}
