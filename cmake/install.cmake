# SPDX-License-Identifier: Apache-2.0
# What a package has: the program, its unit, the presets and the language for editors.
include(GNUInstallDirs)

function(exeat_install)
    file(READ ${PROJECT_SOURCE_DIR}/config/exeat.service unit)
    string(REPLACE "/usr/local/bin" "${CMAKE_INSTALL_FULL_BINDIR}" unit "${unit}")
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/exeat.service CONTENT "${unit}" @ONLY)
    install(TARGETS exeat RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(FILES ${PROJECT_BINARY_DIR}/exeat.service DESTINATION lib/systemd/system)
    install(DIRECTORY ${PROJECT_SOURCE_DIR}/config/policies DESTINATION ${CMAKE_INSTALL_DATADIR}/exeat
            PATTERN kustomization.yaml EXCLUDE)
    install(FILES ${PROJECT_SOURCE_DIR}/config/exeat.yaml ${PROJECT_SOURCE_DIR}/config/minimal.yaml
                  ${PROJECT_SOURCE_DIR}/config/exeat.schema.json
            DESTINATION ${CMAKE_INSTALL_DATADIR}/exeat)
    # The page is printed by the program itself.
    install(CODE "set(page \"\$ENV{DESTDIR}${CMAKE_INSTALL_FULL_MANDIR}/man1/exeat.1\")
        get_filename_component(folder \"\${page}\" DIRECTORY)
        file(MAKE_DIRECTORY \"\${folder}\")
        execute_process(COMMAND $<TARGET_FILE:exeat> manual OUTPUT_FILE \"\${page}\" COMMAND_ERROR_IS_FATAL ANY)")
endfunction()
