# SPDX-License-Identifier: Apache-2.0
"""All rows of the table."""
from . import addresses, authority, framing, further, llm, names, paths, process, tls, turned  # noqa: F401
from .table import CASES

__all__ = ["CASES"]
