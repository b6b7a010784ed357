"""A file of any accepted kind to canonical sound, in a process that can be killed."""
