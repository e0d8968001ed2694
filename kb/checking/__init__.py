"""``kb check``: what a file says against the base, put together, suppressed where a person says so, and reported."""
