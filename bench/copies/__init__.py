"""Real clients pull the feeds while things change, and are killed and started again all the while."""
