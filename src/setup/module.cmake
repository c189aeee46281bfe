# SPDX-License-Identifier: Apache-2.0
# The configuration of the package as a C array: there is one of it.
exeat_embed(setup config/debian/exeat.yaml "const char setup_yaml[]" setup_yaml_size)
