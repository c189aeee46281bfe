# SPDX-License-Identifier: Apache-2.0
# The Debian package: cpack -G DEB of a release build (./dev package).
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "exeat <exeat@localhost>")
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/package_files.cmake)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "egress gate of a shop's pod\n\
Checks each outbound request of Magento and Shopify workers against a YAML\n\
allowlist, answers calls of LLM APIs from a local model or refuses them, and\n\
has every decision on disk, tamper-evident, before anything leaves.")
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "ca-certificates, passwd, systemd (>= 252)")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS nftables) # exeat redirect
set(CPACK_DEBIAN_PACKAGE_SUGGESTS bash-completion)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(debian ${PROJECT_SOURCE_DIR}/config/debian)
file(WRITE ${PROJECT_BINARY_DIR}/debian/conffiles "/etc/exeat/exeat.yaml\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${debian}/postinst ${debian}/prerm ${debian}/postrm ${PROJECT_BINARY_DIR}/debian/conffiles)
set(CPACK_EXEAT_CONFIG ${PROJECT_SOURCE_DIR}/config)
include(CPack)
