"""The browser's part of all pages: its modules, style sheets, fonts and constants, each bundled into one file."""
