# SPDX-License-Identifier: Apache-2.0
# The configuration of the package as a C array: there is one of it.
set(source ${PROJECT_SOURCE_DIR}/config/debian/exeat.yaml)
set(generated ${PROJECT_BINARY_DIR}/setup_configuration.c)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
file(READ ${source} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(CONFIGURE OUTPUT ${generated} CONTENT
    "#include \"setup_internal.h\"\nconst char setup_yaml[] = { ${bytes} };\nconst size_t setup_yaml_size = sizeof(setup_yaml);\n")
target_sources(setup PRIVATE ${generated})
