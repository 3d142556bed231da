"""Pages that need the whole house, and the frame round every page: front page, desk, errors, display."""
