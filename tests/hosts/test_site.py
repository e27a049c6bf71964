"""`cnnviz --site`: what is written, that the archive holds all that answers need, and what is said where something lacks."""

import hashlib
import io
import json
import re
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import PIL
import pytest
from PIL import Image

from cnnviz.__main__ import main
from cnnviz.core.runtime import threads
from cnnviz.core.setup.presets import PRESETS
from cnnviz.export.share_card import SIZE
from cnnviz.hosts.dialogs import answers
from cnnviz.hosts.static import pyodide
from cnnviz.hosts.static.in_browser import get
from cnnviz.hosts.static.pyodide import pyodide_files
from cnnviz.hosts.static.python_archive import archive
from cnnviz.hosts.static.site import write_site
from cnnviz.pages import answer
from cnnviz.pages.check import checking
from cnnviz.pages.encoding import decode
from cnnviz.pages.registry import pages
from cnnviz.pages.version import code
from cnnviz.view.constants import spec
from cnnviz.view.notices import notices
from cnnviz.words import Problem
from tests.conftest import ROOT

BUNDLED = ROOT / "cnnviz/decks/bundled/a-kernel.toml"
LESSON = re.sub("One kernel, 900 places|Un noyau, 900 positions", "A lesson of ours", BUNDLED.read_text("utf-8").replace('"kernel"', '"ours"', 1))
ALONE = """
import json, sys, time
vars(time).pop("thread_time", None)  # Pyodide has none
sys.path[:] = [path for path in sys.path if "site-packages" not in path] + sys.argv[2:]
sys.path.insert(0, sys.argv[1])
from cnnviz.hosts.static.in_browser import start
import hashlib
get = start()
found = {page: get(f"numbers/0/{page}?k=2&n=20") for page in ("step", "train", "check", "notebook", "learn")}
print(json.dumps({page: [status, hashlib.sha256(body).hexdigest()] for page, (status, _, body) in found.items()}))
_, headers, body = get("numbers/0/learn?")
print(json.dumps([headers, body.decode("latin-1").find("A lesson of ours") > 0]))
print(json.dumps(get("numbers/0/step?img=cat-h17")[0]))
offered = json.loads(get("dialogs/files?k=2")[2])
files = {file["what"]: file["instead"] or get(f"dialogs/file?k=2&what={file['what']}")[0] for group in offered["groups"] for file in group["files"]}
bodies = {"dialogs/model?": b"nn.Sequential(nn.Linear(4, 2))", "dialogs/picture?": b"no", "numbers/0/script?": sys.argv[3]}
print(json.dumps([files, json.loads(get("dialogs/cifar10?")[2])["state"], *(get(path, body)[0] for path, body in bodies.items())]))
"""


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """A site, for tests that read it."""
    site = tmp_path_factory.mktemp("place") / "new" / "site"
    write_site(site, {"python.wasm": b"\0asm"}, "export const start = 1\n")
    return site


def test_it_has_a_page_a_folder_and_all_that_they_name(written: Path):
    pages_there = [path.relative_to(written).as_posix() for path in written.rglob("index.html")]
    assert sorted(pages_there) == sorted(f"{page.path}/index.html".lstrip("/") for page in pages())
    for path in pages_there:
        text = (written / path).read_text("utf-8")
        base = (written / path).parent / re.search(r'<base href="([^"]*)"', text)[1]
        for name in re.findall(r'(?:href|src)="(files/[^"?]*)', text):
            assert (base / name).is_file(), name
        answers = json.loads(re.search(r'id="answers">([^<]*)<', text)[1])
        for address, name in answers.items():
            assert address.startswith(f"numbers/{code()}/") and decode((base / name).read_bytes())


def test_all_of_its_pages_have_one_share_card(written: Path):
    card = Image.open(written / "files" / "card.png")
    assert card.size == SIZE
    for page in pages():
        text = (written / page.path / "index.html").read_text("utf-8")
        assert 'property="og:image" content="files/card.png"' in text and f"<title>{page.name} · cnnviz</title>" in text


def test_nothing_in_it_is_loaded_from_elsewhere(written: Path):
    for path in (*written.rglob("*.js"), *written.rglob("*.html"), *written.rglob("*.css")):
        addresses = set(re.findall(r"""https?://[^\s"'`)<]+""", path.read_text("utf-8")))
        assert all("www.w3.org" in address or path.name == "site.js" for address in addresses), (path.name, addresses)
    assert "default-src 'self'" in (written / "index.html").read_text("utf-8")


def test_it_has_the_licences_of_its_fonts_and_the_credits_of_its_images(written: Path):
    assert (written / "licences.txt").read_text("utf-8") == notices()
    for path in written.rglob("index.html"):
        text = path.read_text("utf-8")
        name = re.search(r'rel="license" href="([^"]*)"', text)[1]
        assert (path.parent / re.search(r'<base href="([^"]*)"', text)[1] / name).is_file()


def test_who_is_offline_has_all_of_it(written: Path):
    kept = json.loads(re.search(r"= \[\"\w+\", (\[.*?\])\]", (written / "offline.js").read_text("utf-8"))[1])
    there = {path.relative_to(written).as_posix().removesuffix("index.html") for path in written.rglob("*") if path.is_file()}
    assert set(kept) == there - {"offline.js"}


def test_the_archive_answers_with_nothing_else_but_numpy_and_pillow(tmp_path):
    lessons = tmp_path / "lessons"
    lessons.mkdir()
    (lessons / "ours.toml").write_text(LESSON)
    place, others = tmp_path / "place", tmp_path / "others"
    others.mkdir()
    for package in (np, PIL):  # and what lies beside them, their compiled libraries
        folder = Path(package.__file__).parent
        for result in (folder, *folder.parent.glob(f"{folder.name}.libs"), *folder.parent.glob("pillow.libs")):
            if not (others / result.name).exists():
                (others / result.name).symlink_to(result)
    with zipfile.ZipFile(io.BytesIO(archive([lessons]))) as file:
        file.extractall(place)
    done = subprocess.run([sys.executable, "-I", "-c", ALONE, str(place), str(others), LESSON], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    result, ours, held_out, (files, *told) = map(json.loads, done.stdout.splitlines())
    assert {what for what, status in files.items() if status != 200} == {"html", "spreadsheet"} and told == ["lacking", 200, 422, 200]
    for page, (status, digest) in result.items():
        if page != "learn":  # it has a lesson more
            assert (status, digest) == (200, hashlib.sha256(answer(page, {"k": "2", "n": "20"})).hexdigest())
    assert ours == [{}, True] and held_out == 200  # it lasts, as if it had come along
    assert archive([lessons]) == archive([lessons])


def test_a_question_gets_the_servers_answer_and_one_that_fails_a_sentence(monkeypatch):
    monkeypatch.setenv("CNNVIZ_WITHOUT", "tensorflow")
    status, headers, body = get(f"numbers/{code()}/check?k=2&tf=1")
    assert (status, headers) == (200, {"Cache-Control": "no-store"})  # with TensorFlow another one may come
    assert get("numbers/0/step?k=2")[2] == answer("step", {"k": "2"})

    def fails(*_, **__):
        raise MemoryError("too large")

    monkeypatch.setattr("cnnviz.hosts.static.in_browser.compute_resource", fails)
    status, _, body = get("numbers/0/step?k=2")
    assert status == 422 and "too large" in json.loads(body)["sentence"]


def test_a_dialog_gets_the_servers_answer_with_what_was_sent_as_a_browser_has_it():
    class Bytes:
        """An array of JavaScript's."""

        def to_bytes(self) -> bytes:
            return b"nn.Sequential(nn.Linear(4, 2))"

    status, headers, body = get("dialogs/model?k=2&lang=fr", Bytes())
    assert (status, headers["Content-Type"]) == (200, "application/json")
    assert body == answers.answer("model", {"k": "2", "lang": "fr"}, b"nn.Sequential(nn.Linear(4, 2))").body
    assert get("dialogs/none?")[0] == get("dialogs/model?")[0] == 404


def test_without_threads_all_is_worked_out_while_one_waits(monkeypatch):
    query = {"net": "conv4x3-relu-max2-dense10-softmax-ce", "k": "1"}
    monkeypatch.setattr(checking, "AT_ONCE", 1)
    monkeypatch.setattr(checking, "PATIENCE", -1.0)  # nobody looks while it is worked out
    for module in (threads, checking):
        monkeypatch.setattr(module, "THREADS", False)

    def none_to_be_had(*_, **__):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_to_be_had)
    monkeypatch.setattr(threads, "_second_thread", none_to_be_had)
    assert threads.map_parallel(abs, [-1, 2, -3]) == [1, 2, 3]
    assert decode(answer("check", query))[0]["road"]["verdict"]["good"] is True
    tiny_vgg = next(preset.query for preset in PRESETS if preset.name == "explainer")
    assert decode(answer("train", tiny_vgg | {"n": "1"}))[0]["page"] == "train"


# ---- Pyodide's files, and the command


@pytest.fixture
def release(monkeypatch) -> dict[str, bytes]:
    """Small files in the places of Pyodide's, with their hashes."""
    files = {"pyodide.mjs": b"export", "numpy.whl": b"numbers"}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    known = {"version": "1.2", "python": "http://127.0.0.1:9/{version}/", "wheels": "http://127.0.0.1:9/", "files": {"python": digests}}
    monkeypatch.setattr(pyodide, "release", lambda: known)
    return files


def folder_of(files: dict[str, bytes], place: Path) -> Path:
    place.mkdir()
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


def test_the_files_of_a_folder_are_taken_where_their_hashes_are_right(release, tmp_path):
    folder = folder_of(release, tmp_path / "pyodide")
    assert pyodide_files(folder) == release
    (folder / "numpy.whl").write_bytes(b"other numbers")
    with pytest.raises(Problem, match=r"numpy\.whl is not from Pyodide 1\.2"):
        pyodide_files(folder)
    (folder / "numpy.whl").unlink()
    with pytest.raises(Problem, match=r"numpy\.whl cannot be read: No such file"):
        pyodide_files(folder)


def test_without_a_network_a_sentence_says_what_to_do(release, tmp_path, capsys):
    assert main(["--site", str(tmp_path / "site")]) == 2
    message = capsys.readouterr().err
    assert "http://127.0.0.1:9/1.2/pyodide.mjs cannot be fetched" in message and "--pyodide FOLDER" in message
    assert all(f"\nhttp://127.0.0.1:9/{name}" in message or f"\nhttp://127.0.0.1:9/1.2/{name}" in message for name in release)
    assert not (tmp_path / "site").exists()


def test_the_command_writes_it_with_lessons_and_in_a_language(release, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SCRIPTS", "")
    lessons = folder_of({"ours.toml": LESSON.encode()}, tmp_path / "lessons")
    python = folder_of(release, tmp_path / "pyodide")
    site = tmp_path / "site"
    spec.cache_clear()  # it is made once a process, and other lessons are there now
    assert main(["--site", str(site), "--pyodide", str(python), "--scripts", str(lessons), "--lang", "fr"]) == 0
    assert str(site) in capsys.readouterr().err
    assert '<html lang="fr">' in (site / "index.html").read_text("utf-8")
    assert "A lesson of ours" in (site / "files/site.js").read_text("utf-8")
    with zipfile.ZipFile(site / "files/cnnviz.bin") as file:
        assert "cnnviz/decks/lectures/z0-ours.toml" in file.namelist()
    spec.cache_clear()


def test_a_lesson_that_is_wrong_and_options_that_do_not_fit_get_a_sentence(release, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CNNVIZ_SCRIPTS", "")
    lessons = folder_of({"ours.toml": b"id = 3"}, tmp_path / "lessons")
    assert main(["--site", str(tmp_path / "site"), "--scripts", str(lessons)]) == 2
    assert "ours.toml:1" in capsys.readouterr().err
    for arguments in (["--site", "x", "--k", "3"], ["--scripts", "x"], ["--site", "x", "--port", "80"]):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2 and "--site" in capsys.readouterr().err

