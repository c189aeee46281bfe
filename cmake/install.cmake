# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` puts in place: the program, its page and completion, its unit, user and folders, the presets, the
# alerts and the language for editors. The package (cmake/package.cmake) has all of it, and a configuration.
include(GNUInstallDirs)

function(exeat_install)
    set(config ${PROJECT_SOURCE_DIR}/config)
    set(share ${CMAKE_INSTALL_DATADIR}/exeat)
    install(TARGETS exeat RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
    install(DIRECTORY ${config}/policies ${config}/prometheus DESTINATION ${share} PATTERN kustomization.yaml EXCLUDE)
    install(FILES ${config}/exeat.yaml ${config}/minimal.yaml ${config}/exeat.schema.json ${config}/debian/credentials.conf
            DESTINATION ${share})
    install(FILES ${config}/debian/sysusers.conf DESTINATION lib/sysusers.d RENAME exeat.conf)
    install(FILES ${config}/debian/tmpfiles.conf DESTINATION lib/tmpfiles.d RENAME exeat.conf)
    # The unit says where the program lies; the prefix is known when it is installed.
    install(CODE "file(READ \"${config}/exeat.service\" unit)
        string(REPLACE \"/usr/local/bin\" \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_BINDIR}\" unit \"\${unit}\")
        file(WRITE \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/systemd/system/exeat.service\" \"\${unit}\")")
    exeat_install_words(manual "${CMAKE_INSTALL_MANDIR}/man1/exeat.1")
    exeat_install_words(completion "${CMAKE_INSTALL_DATADIR}/bash-completion/completions/exeat")
endfunction()

# What the program says about itself, printed by itself.
function(exeat_install_words command file)
    install(CODE "set(file \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${file}\")
        cmake_path(GET file PARENT_PATH folder)
        file(MAKE_DIRECTORY \"\${folder}\")
        execute_process(COMMAND $<TARGET_FILE:exeat> ${command} OUTPUT_FILE \"\${file}\" COMMAND_ERROR_IS_FATAL ANY)")
endfunction()
