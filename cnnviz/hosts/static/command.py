"""`cnnviz --site DIR [--pyodide DIR] [--scripts FOLDER]`, and what it says."""

import os
from pathlib import Path

from cnnviz.export.cli_output import fail, tell
from cnnviz.hosts.static.pyodide import pyodide_files
from cnnviz.hosts.static.site import write_site
from cnnviz.scripts.library import SETTINGS, library, own_folders
from cnnviz.words import Problem, say


def write(folder: str, pyodide: str | None, scripts: str | None) -> int:
    """Writes the site into `folder`, with Pyodide's files from the folder `pyodide`, if one is named; gives the exit code."""
    if scripts:
        os.environ[SETTINGS[0]] = scripts
    if faults := library().faults:
        return fail(2, "\n".join(say("lessons.fault", file=name, line=str(fault.line), what=fault.what) for name, fault in faults))
    try:
        python = pyodide_files(Path(pyodide) if pyodide else None, lambda name: tell(say("terminal.site.taking", file=name)))
        size = write_site(Path(folder), python, scripts=[Path(own) for own in own_folders()])
    except Problem as problem:
        return fail(2, str(problem))
    except OSError as error:
        return fail(1, say("terminal.unwritable", file=repr(folder), error=error.strerror or str(error)))
    tell(say("terminal.site.wrote", folder=folder, megabytes=size / 1e6))
    return 0
