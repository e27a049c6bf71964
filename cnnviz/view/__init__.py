"""The drawing of all pages, in the browser; here its modules, style sheets, typefaces and constants become one file each."""
