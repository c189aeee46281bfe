# SPDX-License-Identifier: Apache-2.0
# The catalogue as a C array, made from config/llm-hosts.tsv.
set(table ${PROJECT_SOURCE_DIR}/config/llm-hosts.tsv)
set(generated ${PROJECT_BINARY_DIR}/llm_hosts.c)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${table})
file(READ ${table} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(CONFIGURE OUTPUT ${generated} CONTENT
    "#include \"llm_internal.h\"\nconst unsigned char llm_hosts_table[] = { ${bytes} };\nconst size_t llm_hosts_size = sizeof(llm_hosts_table);\n")
target_sources(llm PRIVATE ${generated})
