"""The nouns: frozen values, standard library only. Data, never weights."""
