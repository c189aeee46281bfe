# SPDX-License-Identifier: Apache-2.0
# Vectors are compared: their lengths are square roots.
target_link_libraries(canon PRIVATE m)
