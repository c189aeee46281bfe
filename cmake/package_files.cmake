# SPDX-License-Identifier: Apache-2.0
# What only the package has, run by cpack once the tree is in place: the configuration and what Debian wants to be there.
cmake_path(SET root "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
set(doc ${root}/usr/share/doc/exeat)
file(COPY ${CPACK_EXEAT_CONFIG}/debian/exeat.yaml DESTINATION ${root}/etc/exeat
     FILE_PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ
     DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
file(COPY ${CPACK_EXEAT_CONFIG}/debian/copyright DESTINATION ${doc})
file(WRITE ${doc}/changelog "exeat (${CPACK_PACKAGE_VERSION}) bookworm; urgency=medium\n\n  * See the history of the source.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  Thu, 01 Jan 1970 00:00:00 +0000\n")
execute_process(COMMAND gzip -9nf ${doc}/changelog ${root}/usr/share/man/man1/exeat.1 COMMAND_ERROR_IS_FATAL ANY)
# whoever builds may have a umask of his own
execute_process(COMMAND chmod -R u+rwX,go+rX,go-w ${root}/usr ${root}/etc COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND chmod 0640 ${root}/etc/exeat/exeat.yaml COMMAND_ERROR_IS_FATAL ANY)
