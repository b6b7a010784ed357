"""Feeds: what changed is noted, told of in an order that nothing falls behind, and read."""
