"""Whether an optional package is there is known without importing it."""

from functools import partial
from importlib.machinery import PathFinder

from cnnviz.data import installed


def test_tensorflow_is_installed_where_it_is_a_package_and_finding_that_out_starts_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(installed, "find_spec", lambda name: None)
    assert not installed.has_tensorflow()
    for path, there in (("tensorflow.py", False), ("tensorflow/__init__.py", True)):
        folder = tmp_path / str(there)
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text("raise SystemExit")
        monkeypatch.setattr(installed, "find_spec", partial(PathFinder.find_spec, path=[str(folder)]))
        assert installed.has_tensorflow() is there
