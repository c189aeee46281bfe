# SPDX-License-Identifier: Apache-2.0
# The catalogue as a C array, made from config/llm-hosts.tsv.
exeat_embed(llm config/llm-hosts.tsv "const unsigned char llm_hosts_table[]" llm_hosts_size)
