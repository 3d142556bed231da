"""The pages of the ward, a module a page."""
