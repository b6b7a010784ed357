"""Speech packed into windows, decoded windows guarded and put together; the engine is elsewhere."""
