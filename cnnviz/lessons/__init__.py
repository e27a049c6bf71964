"""Guided lessons: files that a teacher writes, checked, and asked on any image. README.md shows one of ten lines."""
