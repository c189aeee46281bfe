# SPDX-License-Identifier: Apache-2.0
# How everything is compiled. Warnings are errors in the dev, tsan and fuzz presets (EXEAT_WERROR).
option(EXEAT_TESTS "build the unit tests" OFF)
option(EXEAT_FUZZ "build the fuzz targets (clang)" OFF)
option(EXEAT_WERROR "warnings are errors" OFF)
set(EXEAT_SANITIZE "" CACHE STRING "value of -fsanitize=, empty for none")

set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_compile_definitions(_GNU_SOURCE EXEAT_VERSION="${PROJECT_VERSION}")
include_directories(${PROJECT_SOURCE_DIR}/include)
add_compile_options(
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wcast-qual -Wwrite-strings -Wformat=2 -Wswitch-enum -Wimplicit-fallthrough -Wundef
    -Wvla -Wnull-dereference -Wpointer-arith -fno-strict-aliasing)
if(EXEAT_WERROR)
    add_compile_options(-Werror)
endif()
if(EXEAT_FUZZ)
    # so that the fuzzer sees the way through every module; how deep the stack was depends on where the kernel put it
    add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=stack-depth)
endif()
if(EXEAT_SANITIZE)
    add_compile_options(-fsanitize=${EXEAT_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${EXEAT_SANITIZE})
endif()
# Functions are found at the start: whoever finds them at their first call saves the registers, keys and all, where nobody
# wipes them.
add_link_options(-Wl,-z,relro,-z,now)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    string(REPLACE "-O3" "-O2" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")
    string(REPLACE "-DNDEBUG" "" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")
    set(CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON) # modules are small: what one calls of another is worth inlining
    add_compile_options(-g -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64")
        add_compile_options(-fcf-protection)
    endif()
    add_link_options(-pie -Wl,-z,noexecstack)
endif()
