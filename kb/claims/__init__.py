"""What a statement says against what its studies found."""
