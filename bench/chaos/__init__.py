"""`make chaos`: the whole service, real processes, struck again and again while calls go through it."""
