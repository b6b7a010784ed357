"""What other systems pull: pages of feeds, and exports of a stretch of time, out of the same rows."""
