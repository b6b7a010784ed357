"""Composition root of the job process: the pipeline, its stages, and the engines they use."""
