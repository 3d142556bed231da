"""The pages of the plan, a module a page."""
