"""What takes too long for a chapter: computed once and kept in ``recordings/``."""
