"""What PubMed says of a publication: asked for through Entrez, parsed, kept as facts, and watched."""
