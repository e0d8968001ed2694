"""Citations of posts: read them from what writers have, find them in the text."""
