"""A setup as one .html file: how large it is, what it refuses, and that nothing in it can break out of its place."""

import base64
import dataclasses
import json
import re
import zlib

import pytest

from cnnviz import Setup
from cnnviz.__main__ import main
from cnnviz.core.setup.presets import PRESETS
from cnnviz.data.images import find_image
from cnnviz.hosts.file import _answer, packing, setup_html
from cnnviz.hosts.file.deck import deck_html
from cnnviz.hosts.file.document import document
from cnnviz.hosts.file.packing import Store
from cnnviz.hosts.file.predictors import predictors
from cnnviz.hosts.jupyter import SetupView
from cnnviz.words import Problem, use_language


def made(setup: Setup, **options) -> str:
    return setup_html(setup, find_image(setup.img), **options)


def part(text: str, id: str) -> str:
    return re.search(rf'id="{id}">([^<]*)</script>', text)[1]


@pytest.mark.parametrize(("name", "most"), [("seed", 450_000), ("explainer", 1_000_000), ("lenet", 1_600_000)])
def test_a_lesson_with_an_update_either_way_is_as_small_as_is_promised(name, most):
    query = next(preset.query for preset in PRESETS if preset.name == name)
    setup = Setup().with_query({**query, "k": "9"})[0]
    assert len(made(setup)) < most


def test_what_follows_from_others_takes_a_third_of_the_bytes():
    setup = Setup(k=2)
    predicted, plain = Store(predictors(setup)), Store()
    for store in (predicted, plain):
        store.add("2", _answer(setup, find_image("test-0")))
    sizes = [len(zlib.compress(store.content, 9)) for store in (predicted, plain)]
    weights = zlib.compress(setup.first_params()["w"].tobytes(), 9)  # which follow from nothing
    assert sizes[0] - len(weights) < 0.35 * (sizes[1] - len(weights))


def test_all_answers_together_may_take_so_many_bytes_and_no_more(monkeypatch):
    content = _answer(Setup(), find_image("test-0"))
    monkeypatch.setattr(packing, "MOST_BYTES", 2 * len(content))
    store = Store()
    for name in "01":
        store.add(name, content)
    with pytest.raises(Problem, match="takes more than"):
        store.add("2", content)


def test_a_file_and_a_notebooks_cell_are_in_the_language_of_whoever_asks_for_them():
    with use_language("fr"):
        file = made(Setup(), around=0)
    for text in (file, SetupView(Setup(), "fr").document):
        assert '<html lang="fr"' in text
        assert b'LANG = "fr"' in zlib.decompress(base64.b85decode(part(text, "program").replace(",", "<")))


@pytest.mark.parametrize(("host", "pages"), [("hosts/file/file", False), ("hosts/file/deck", True), ("hosts/jupyter/cell", False)])
def test_modules_in_a_document_export_every_name_that_others_import(host, pages):
    """Also those that replace others: an undefined import throws when it is called, in a browser."""
    program = zlib.decompress(base64.b85decode(part(document(host, "", pages=pages), "program").replace(",", "<"))).decode()
    returned = re.findall(r"^const (\$\w+) = \(\(\) => \{$.*?^return \{([^\n]*)\}\n\}\)\(\)$", program, re.MULTILINE | re.DOTALL)
    exports = {scope: {name.split(":")[0].strip() for name in names.split(",")} for scope, names in returned}
    imports = re.findall(r"^const \{([^{}]*)\} = (\$\w+)", program, re.MULTILINE)
    assert len(imports) > len(exports) > 50
    assert not {(scope, name) for names, scope in imports for name in re.findall(r"([\w$]+)(?:: [\w$]+)?", names) if name not in exports[scope]}


@pytest.mark.parametrize(("k", "around", "updates"), [(0, 1, "01"), (5, 2, "34567"), (4, 0, "4")])
def test_it_holds_the_updates_either_way_as_far_as_there_are_any(k, around, updates):
    contents = json.loads(part(made(Setup(k=k), around=around), "contents"))
    assert contents["names"] == list(updates)
    assert contents["lesson"] == Setup(k=k).to_query()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"around": 99}, "updates before and after are possible, not 99"),
        ({"server": "javascript:alert(1)"}, "is not the address of a page"),
        ({"server": "https://"}, "is not the address of a page"),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(options, sentence):
    with pytest.raises(Problem, match=sentence):
        made(Setup(), **options)


def test_no_text_of_a_lesson_closes_a_part_of_the_document():
    image = dataclasses.replace(find_image("test-0"), label="</script><b>")
    text = setup_html(Setup(), image, server="https://a.example/</script>")
    assert text.count("</script>") == 6 and "<b>" not in text
    assert "default-src 'none'" in text and "import(" not in text


def test_a_deck_that_has_a_fault_makes_no_file_and_one_that_is_named_alone_is_refused(tmp_path, capsys):
    deck = tmp_path / "walk.toml"
    deck.write_text('id = "walk"\n[[screen]]\nat = "/?img=none"\n')
    with pytest.raises(Problem) as problem:
        deck_html(deck)
    assert problem.value.message.values["line"] == "3"
    with pytest.raises(SystemExit):
        main(["--script", str(deck)])
    assert "--html" in capsys.readouterr().err
