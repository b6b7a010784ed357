"""Which word is whose, and words to utterances. Pure."""
