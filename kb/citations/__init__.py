"""Citations of posts: read them from what writers have, and find them in the text as published."""
