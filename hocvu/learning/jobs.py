"""The recurring jobs of learning."""

from hocvu.learning.media import sweeping  # noqa: F401 - its job declares itself
