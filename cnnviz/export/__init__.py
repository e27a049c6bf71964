"""Exports for users: numbers, parameters, code and animations. Independent of the pages and their charts."""
