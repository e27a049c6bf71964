"""Guided lessons: files that a teacher writes, checked, and asked on any image. docs/lessons.md shows a short one."""
