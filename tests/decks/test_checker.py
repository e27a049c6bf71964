"""The checker of setup files: every diagnostic is found, at its line, and a fine file has none."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnviz.__main__ import main
from cnnviz.core.setup.setup import Setup
from cnnviz.decks import expression_limits
from cnnviz.decks.deck_checker import check
from cnnviz.decks.expression import evaluate
from cnnviz.decks.question import ask
from cnnviz.decks.scope import scope_of, setup_of
from cnnviz.decks.toml_lines import lines_of
from cnnviz.words import Problem

FINE = '''id = "dot"
title = "A kernel meets a dot"
goal = "say which way round a kernel works"
[[step]]
at = "img=pattern-dot&f=emboss&stage=z1"
text = "One pixel is white; the largest weight is {max(f)}."
ask = "What will the block around it show?"
kind = "choose"
key = "z1[14:17, 14:17]"
right = "The dot meets the last weight first."
answers = [
  { label = "f, turned" },
  { label = "f", is = "f", say = "It is the kernel that slides." },
]
'''
BOTH = '''id = "dot"
languages = ["fr", "en"]
title.fr = "Un noyau rencontre un point"
title.en = "A kernel meets a dot"
goal = { fr = "dire dans quel sens agit un noyau", en = "say which way round a kernel works" }
[[step]]
at = "img=pattern-dot&f=emboss&stage=z1"
text.fr = "Le plus grand poids est {max(f) / 4}."
text.en = "The largest weight is {max(f) / 4}."
ask.fr = "Combien ?"
ask.en = "How many?"
kind = "choose"
key = "size(f)"
right.fr = "Neuf."
right.en = "Nine."
[[step.answers]]
label = "{size(f)}"
[[step.answers]]
is = "1"
label.fr = "un"
label.en = "one"
say.fr = "Non."
say.en = "No."
'''
NUMBER = FINE[: FINE.index("kind")] + 'kind = "number"\nkey = "z1.shape[0]"\nright = "yes"\notherwise = "no"\n'
CLICK = FINE[: FINE.index("kind")] + 'kind = "click"\nmap = "z1"\nhide = []\nkey = "z1 == max(z1)"\nright = "yes"\notherwise = "no"\n'
ORDER = FINE[: FINE.index("kind")] + 'kind = "order"\nstages = ["z1", "dw", "a1"]\nright = "yes"\notherwise = "no"\n'
CONSTRUCT = (
    FINE[: FINE.index("kind")].replace("emboss", "sobel-y")
    + 'kind = "construct"\nchange = "kernel"\nkey = "sum(f) == 1"\nsolution = "f=identity"\nhint = "one"\nright = "yes"\n'
)
OTHER = '  { label = "g", is = "mirrored(f)", say = "x" },\n'
DIAGNOSTICS = [
    (FINE, 'is = "f"', 'is = "turned(f)"', 13, "equals the key"),
    (FINE, "  { label = \"f\"", OTHER + OTHER + "  { label = \"f\"", 14, "equals the answer in line 13"),
    (FINE, '{ label = "f, turned" }', '{ label = "g", is = "mirrored(f)", say = "x" }', 9, "No answer equals the key"),
    (FINE, '"z1[14:17, 14:17]"', '"z9[14:17, 14:17]"', 9, "no array z9"),
    (FINE, '"z1[14:17, 14:17]"', '"z1[14:17, "', 9, "is not an expression"),
    (FINE, '"z1[14:17, 14:17]"', '"__import__(\'os\')"', 9, "no function __import__"),
    (FINE, "stage=z1", "stage=z7", 5, "cannot be used as it is"),
    (FINE, "emboss", "embosss", 5, "cannot be used as it is"),
    (FINE, "pattern-dot", "test-99", 5, "test-99"),
    (FINE, "&stage", "&stag", 5, "no key stag"),
    (FINE, "{max(f)}", "{max(g)}", 6, "no array g"),
    (FINE, "{max(f)}", "{max(f)", 6, "Unmatched brace"),
    (FINE, '{ label = "f",', '{ label = "f, turned",', 13, "the label in line 12"),
    (FINE, "{max(f)}", "{f}", 6, "expected one number"),
    (FINE, ', say = "It is the kernel that slides."', "", 13, "feedback “say”"),
    (FINE, 'right = "The dot meets the last weight first."\n', "", 4, "feedback “right”"),
    (FINE, 'id = "dot"\n', "", 1, "“id” is missing"),
    (FINE, 'id = "dot"', 'id = "The dot"', 1, "The dot"),
    (FINE, 'goal = "say', 'gaol = "say', 3, "There is no field gaol. Did you mean goal?"),
    (FINE, "ask = ", "ask == ", 7, "straight quotes"),
    (FINE, "ask = ", "ask ", 7, "name = value"),
    (FINE, "ask = ", "kind = ", 8, "occurs twice"),
    (FINE, '?"\nkind', '?\nkind', 7, "Add the closing quote"),
    (FINE, "ask = \"", "ask = \"\\q", 7, "write a backslash twice"),
    (FINE, "[[step]]", "[[step]]\nhide = [1 2]", 5, "a comma"),
    (FINE, "[[step]]", "[step]", 4, "with [[step]]"),
    (FINE, 'kind = "choose"', 'kind = "chose"', 8, "chose"),
    (FINE, 'title = "A kernel meets a dot"', 'title = { en = "A", de = "B" }', 2, "does not list the language de"),
    (FINE, 'ask = "What', 'ask = 3 # "What', 7, "must be a string"),
    (FINE.replace('goal = "', 'languages = ["en", "de"]\ngoal = { de = "x", en = "').replace("works\"", 'works" }'), "", "", 2, "no translation: de"),
    (BOTH, 'label.en = "one"\n', "", 20, "“label” has no translation: en"),
    (BOTH, "label.fr = \"un\"\nlabel.en", "label", 20, "“label” has no translation: en"),
    (BOTH, "{max(f) / 4}.", "{max(g)}.", 8, "no array g"),
    (BOTH, '["fr", "en"]', '["fr", "English"]', 2, "English is not a language"),
    (BOTH, '["fr", "en"]', "[]", 2, "a list of strings"),
    (NUMBER, 'otherwise = "no"\n', "", 4, "feedback “otherwise”"),
    (NUMBER, 'key = "z1.shape[0]"', 'key = "z1"', 9, "Expected one number"),
    (NUMBER, 'key = "z1.shape[0]"', 'key = "1 / (k * 0)"', 9, "not a finite number"),
    (NUMBER, 'right = "yes"', 'right = "yes"\nanswers = [\n  { is = "32 - 2", say = "x" },\n]', 12, "equals the key"),
    (NUMBER, 'key = "z1.shape[0]"', 'key = "max(f)"', 6, "contains the answer, max(f)"),
    (NUMBER, "What will", "What, of 30, will", 7, "contains the answer, 30"),
    (FINE.replace("f, turned", "upside down"), "One pixel", "It is upside down. One pixel", 6, "contains the answer, upside down"),
    (FINE, "[[step]]", "[step]\n[step]", 5, "Write [[step]], with two brackets"),
    (CLICK, 'map = "z1"', 'map = "q1"', 9, "no map q1"),
    (CLICK, CLICK[CLICK.index("map ="): CLICK.index("right")], 'map = "a1"\nhide = ["a1"]\nkey = "a1 == max(a1)"\n', 10, "would be hidden"),
    (CLICK, "hide = []", 'cells = "z1[7:7]"', 10, "cannot be computed"),
    (CLICK, "hide = []", 'cells = "max(z1)"', 10, "does not name cells"),
    (CLICK, "hide = []", 'show = ["x", "q1"]', 10, "no array q1"),
    (CLICK, "hide = []", 'show = ["x", 1]', 10, "a list of symbols and of tables"),
    (CLICK, "hide = []", 'reveal = [{ is = "z1 * 2" }]', 10, "“label” is missing"),
    (CLICK, '"z1 == max(z1)"', '"max(z1)"', 11, "The key of clicks"),
    (CLICK, '"z1 == max(z1)"', '"z1 < 1000"', 11, "Some must be right"),
    (ORDER, '"dw"', '"dw7"', 9, "no stage dw7"),
    (ORDER, '"dw"', '"a1"', 9, "at least three"),
    (CONSTRUCT, '"sum(f) == 1"', '"sum(f) < 100"', 10, "already holds"),
    (CONSTRUCT, '"f=identity"', '"f=sobel-x"', 11, "does not hold"),
    (CONSTRUCT, '"f=identity"', '"f=identity&k=3"', 11, "changes k"),
    (CONSTRUCT, 'hint = "one"\n', "", 4, "“hint” is missing"),
    (CONSTRUCT, 'hint = "one"\n', 'hint2 = "two"\n', 4, "“hint” is missing"),
    (NUMBER, 'right = "yes"', 'right = "yes"\nhint = "a"\nhint2 = "{max(q)}"', 12, "no array q"),
    (NUMBER, 'right = "yes"', 'right = "yes"\nhint = "It is 30."', 11, "contains the answer, 30"),
    (FINE.replace("f, turned", "upside down"), "right = ", 'hint = "upside down"\nright = ', 10, "contains the answer, upside down"),
    (CLICK, "hide = []", 'show = ["x", { is = "sigmoid(linspace(0, 1))", label = "s", mark = "f" }]', 10, "does not mark one position"),
    (CLICK, "hide = []", 'show = ["x", { is = "f", label = "s", mark = "1" }]', 10, "does not mark one position"),
]  # fmt: skip


@pytest.mark.parametrize("content", [FINE, BOTH, NUMBER, CLICK, ORDER, CONSTRUCT, FINE.replace("\n", "\r\n")])
def test_a_fine_file_has_no_fault(content):
    setup, diagnostics = check(content.encode())
    assert not diagnostics and setup is not None and len(setup.screens) == 1


def test_a_text_has_its_languages_each_with_its_way_of_writing_numbers():
    setup, _ = check(BOTH.encode())
    assert setup is not None and setup.languages == ("fr", "en") and setup.title.say("de") == "A kernel meets a dot"
    step = setup.screens[0]
    question = ask(step, setup_of(step.at))
    assert question.text.by_language == {"fr": "Le plus grand poids est 0,5.", "en": "The largest weight is 0.5."}
    assert next(option for option in question.options if option.right).label.by_language == {"fr": "9", "en": "9"}
    half, diagnostics = check(BOTH.replace('ask.en = "How many?"\n', "").encode())
    assert [diagnostic.line for diagnostic in diagnostics] == [10] and half is not None and half.screens[0].ask.say("en") == "Combien ?"
    only, _ = check(FINE.replace("[[step]]", 'languages = ["fr"]\n[[step]]', 1).encode())
    assert only is not None and only.title.by_language == {"fr": "A kernel meets a dot"}


@pytest.mark.parametrize(
    ("asked", "key", "is_false"),
    [
        ("What is f[0,0]?", "1", True),
        ("What is `f[0, 0]`?", "0 - 2", False),
        ("What is f[0,0]?", "-2", False),
        ("What is f[0,0]?", "f[0,0]", False),
        ("What is max(f)?", "3", True),
        ("How many cells does f[0,0] reach?", "900", False),
        ("Is f[0,0] or f[1,1] larger, and by how much?", "3", False),
    ],
)
def test_a_typed_key_is_the_cell_that_the_question_names(asked: str, key: str, is_false: bool):
    content = NUMBER.replace("What will the block around it show?", asked).replace('"z1.shape[0]"', f'"{key}"').replace("{max(f)}", "there")
    setup, diagnostics = check(content.encode())
    assert [(diagnostic.line, "The key is" in str(diagnostic.what)) for diagnostic in diagnostics] == ([(9, True)] if is_false else [])
    assert (setup is None) == is_false


@pytest.mark.parametrize("content", [FINE, BOTH, NUMBER, CLICK, ORDER, CONSTRUCT])
def test_no_line_can_be_left_out_or_cut_off_without_a_sentence_or_a_lesson(content):
    lines = content.splitlines()
    for n, line in enumerate(lines):
        for instead in ([], [line[: len(line) // 2]], [line.replace('"', "")], [line, line]):
            setup, diagnostics = check("\n".join([*lines[:n], *instead, *lines[n + 1 :]]).encode())
            assert (setup is None) == any(diagnostic.is_fatal for diagnostic in diagnostics)
            assert all(1 <= diagnostic.line <= len(lines) + 1 and str(diagnostic.what) for diagnostic in diagnostics)


@pytest.mark.parametrize(("content", "good", "bad", "line", "words"), DIAGNOSTICS)
def test_every_fault_is_found_at_its_line(content, good, bad, line, words):
    assert good in content
    setup, diagnostics = check(content.replace(good, bad, 1).encode())
    assert (setup is None) == any(diagnostic.is_fatal for diagnostic in diagnostics)
    assert any(diagnostic.line == line and words in str(diagnostic.what) for diagnostic in diagnostics), [(f.line, str(f.what)) for f in diagnostics]


def test_a_question_has_up_to_two_hints_with_its_numbers():
    hints = 'hint = "The kernel has {size(f)} weights."\nhint2 = "Count them."\nright = '
    for content, count in ((FINE, 0), (FINE.replace("right = ", hints), 2), (FINE.replace("right = ", hints.replace("hint2", "#")), 1)):
        deck, diagnostics = check(content.encode())
        assert deck is not None and not diagnostics
        question = ask(deck.screens[0], setup_of(deck.screens[0].at))
        assert [str(hint) for hint in question.hints] == ["The kernel has 9 weights.", "Count them."][:count]


def test_an_unknown_kind_is_the_only_fault_that_is_told():
    assert len(check(FINE.replace("choose", "chose").encode())[1]) == 1


def test_a_choice_that_lacks_the_right_answer_on_another_image_is_found():
    answers = 'answers = [\n  { label = "0", is = "0", say = "x" },\n  { label = "-1", is = "-1", say = "x" },\n]\n'
    content = FINE[: FINE.index("answers")].replace('"z1[14:17, 14:17]"', '"x[0, 0]"\nchange = "image"') + answers
    (diagnostic,) = check(content.encode())[1]
    assert diagnostic.line == 10 and "On img=test-3, this question does not work: No answer" in str(diagnostic.what)


def test_a_fault_in_one_step_does_not_hide_another_s(tmp_path, capsys):
    file = tmp_path / "two.toml"
    file.write_text(NUMBER.replace("otherwise", "otherwize") + FINE[FINE.index("[[step]]") :].replace("emboss", "none"), "utf-8")
    (tmp_path / "fine.toml").write_text(CLICK, "utf-8")
    assert main(["lessons", str(file), str(tmp_path / "fine.toml"), str(tmp_path / "absent.toml")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[1] for line in lines if line.startswith(str(file))] == ["4", "11", "13"]
    assert "OK, “A kernel meets a dot”, 1 screen" in lines[3] and "cannot be read" in lines[4]
    assert main(["lessons", str(tmp_path / "fine.toml")]) == 0


HOSTILE = [
    "().__class__", "x.__class__", "x.tofile(1)", "open(1)", "[a for a in x]", "lambda: 1", "f'{x}'", "x if", "9**9**9**9**9",
    "'a' * 10", "w[:, 0] + (w[:, 0] * 0).T[..., None]", "(lambda a: a)(x)", "at(x, 1)", "at('k=1')", "at('img=upload-1', x)",
    "{1: 2}", "x := 1", "print(x)", "sum(x, out=x)", "x[None]", "*x", "1j", "1e300", "at('k=99999999', x)", "wrong('x', x)", "-" * 300 + "1",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_an_expression_that_is_none_of_ours_is_refused_in_a_sentence(text):
    if text == "9**9**9**9**9":
        assert not np.isfinite(evaluate(text, scope_of(Setup())))  # numbers are float64: nothing grows
        return
    with pytest.raises(Problem) as refused:
        evaluate(text, scope_of(Setup()))
    assert str(refused.value)


@given(st.text(alphabet="xzfdw1a.,()[]:+-*/=<>!&|~ '\"\\n#{}@;%0", max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_text_does_anything_but_give_numbers_or_a_problem(text):
    try:
        assert evaluate(text, scope_of(Setup())).dtype.kind in "biuf"
    except Problem as refused:
        assert str(refused)


def test_the_lesson_in_the_documentation_is_fine():
    documentation = (Path(__file__).parents[2] / "docs/lessons.md").read_text("utf-8")
    start = documentation.index('    id = "brightest"')
    text = "\n".join(line[4:] for line in documentation[start:].split("\n\n")[0].splitlines())
    assert check(text.encode())[1] == []


def test_lines_are_those_of_the_text_whatever_stands_in_it():
    text = 'a = """\n[[b]]\nc = 1\n"""\n# d = [\n"e".f = [ # {\n  1,\n  { g = \'#"\', h = "\\"]" },\n]\n[[i.j]]\nk = 1979-05-27 07:32:00\n[i.l]\n[[i.j]]\nk = [[1],\n [2]]\n'
    lines = lines_of(text)
    wanted = {("a",): 1, ("e", "f"): 6, ("e", "f", 0): 7, ("e", "f", 1, "g"): 8, ("e", "f", 1, "h"): 8, ("i", "j", 0, "k"): 11}
    wanted |= {("i", "l"): 12, ("i", "j", 1): 13, ("i", "j", 1, "k"): 14, ("i", "j", 1, "k", 1): 15}
    assert {path: lines.get(path) for path in wanted} == wanted and ("b",) not in lines and ("d",) not in lines


def test_what_takes_too_long_altogether_is_refused(monkeypatch):
    here = scope_of(setup_of("lr=0.02"))
    text = " + ".join(f"at('k=100&lr=0.0{n}', L)" for n in range(3, 10))
    once = here.seconds("at", "k=100&lr=0.001")
    monkeypatch.setattr(expression_limits, "MOST_SECONDS", 2.5 * once)
    for slow in (text, "wrong_loss('sign_flipped', 300)"):
        with pytest.raises(Problem) as problem:
            evaluate(slow, here)
        assert problem.value.code == "lessons.scope.too_long"
    assert evaluate("at('k=100&lr=0.003', L) > 0", here)
    assert here.seconds("at", "k=100&lr=0.003") < once / 2  # what is known takes no time


def test_a_symbol_with_its_number_is_no_word_that_needs_a_translation():
    for label, diagnostics in (("z₁[10,18]", 0), ("∂a₁", 0), ("the z₁", 1)):
        result = check(BOTH.replace('label = "{size(f)}"', f'label = "{label}"').encode())[1]
        assert len(result) == diagnostics, [str(diagnostic.what) for diagnostic in result]
