"""One module per stage of the pipeline: load values, call, return values."""
