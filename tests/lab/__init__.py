"""One server and one browser for all tests of this package (a package is what pytest can keep them for)."""
