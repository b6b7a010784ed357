"""How lists, filters and searches fare on many calls: made-up calls in bulk, real requests, query plans."""
