"""A month's report: opened by itself, written, sent, returned, taken in, summed up, approved, issued."""

from __future__ import annotations
