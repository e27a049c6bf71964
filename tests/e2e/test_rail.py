"""The frame around the stage: sheets that open from the rail, the menu to share, the card of updates, and what finds anything."""

import re

from playwright.sync_api import expect

from cnnviz import Setup
from cnnviz.core.mistakes import MISTAKES
from cnnviz.core.setup.presets import PRESETS
from cnnviz.pages.registry import pages
from cnnviz.words import catalogue
from tests.e2e.page import Screen

SHEETS = ("image", "network", "settings", "practice", "legend")
PLACE = "(e) => JSON.stringify(e.getBoundingClientRect())"


def sheet(screen: Screen, name: str):
    return screen.page.locator(f"#sheet_{name}")


def test_sheets_open_over_the_stage_one_at_a_time_and_nothing_moves(screen: Screen):
    screen.open("/", stage="z1")
    before = screen.page.locator(".middle").evaluate(PLACE), screen.canvas("x").evaluate(PLACE)
    for name in SHEETS:
        screen.key(f"rail_{name}").click()
        expect(sheet(screen, name)).to_be_visible()
        expect(screen.page.locator(".sheet:visible")).to_have_count(1)
        assert (screen.page.locator(".middle").evaluate(PLACE), screen.canvas("x").evaluate(PLACE)) == before
    screen.key("rail_legend").click()
    expect(sheet(screen, "legend")).to_be_hidden()


def test_the_words_of_the_rail_are_not_cut_below_their_line(screen: Screen):
    screen.open("/", stage="z1")
    cut = """(all) => all.filter((e) => {
      const text = document.createRange()
      text.selectNodeContents(e)
      return text.getBoundingClientRect().bottom > e.getBoundingClientRect().bottom
    }).map((e) => e.textContent)"""
    assert screen.page.locator(".rail > button > span").evaluate_all(cut) == []


def test_a_sheet_closes_at_escape_and_beside_it_and_a_pinned_cell_stays(screen: Screen):
    screen.open("/", stage="z1", cell="z1:13,18")
    expect(screen.key("unpin")).to_be_visible()
    screen.key("rail_settings").click()
    screen.press("Escape")
    expect(sheet(screen, "settings")).to_be_hidden()
    expect(screen.key("unpin")).to_be_visible()
    screen.key("rail_settings").click()
    screen.page.mouse.click(900, 690)
    expect(sheet(screen, "settings")).to_be_hidden()
    screen.key("rail_settings").press("Enter")
    screen.press("Tab", "Tab")
    expect(screen.key("optimizer")).to_be_focused()  # it stands behind its button
    screen.press("Escape")
    expect(screen.key("rail_settings")).to_be_focused()


def test_what_is_wrong_in_a_closed_sheet_is_said_and_marked_at_its_entry(screen: Screen):
    dot = "(e) => getComputedStyle(e, '::after').content !== 'none'"
    screen.open("/", query="lr=none&f=1,2&stage=z1")
    expect(screen.page.locator(".notice")).to_contain_text("none")
    assert [name for name in SHEETS if screen.key(f"rail_{name}").evaluate(dot)] == ["network", "settings"]
    screen.key("rail_settings").click()
    expect(sheet(screen, "settings").locator("[data-wrong=lr]")).to_contain_text("'none' is not a number")


def test_keys_open_cards_unless_single_keys_are_off(screen: Screen):
    screen.open("/", stage="z1")
    for key, card in (("k", "#kernel_card"), ("u", "#update_card")):
        screen.press(key)
        expect(screen.page.locator(card)).to_be_visible()
        screen.press(key)
        expect(screen.page.locator(card)).to_be_hidden()
    screen.press("i")
    expect(screen.page.locator(".meaning")).to_contain_text("sum")
    screen.press("Escape", "s")
    expect(screen.key("speed")).to_be_focused()
    screen.key("speed").select_option("3")
    expect(screen.key("speed")).not_to_be_focused()  # the keys are the page's again
    screen.press("?")
    screen.key("single_keys").uncheck()
    screen.press("Escape")
    screen.press("k", "u")
    expect(screen.page.locator(".sheet:visible")).to_have_count(0)
    screen.press("ControlOrMeta+k")
    expect(screen.key("find")).to_be_focused()
    screen.key("single_keys").check()


def test_the_kernels_card_opens_from_the_network_which_stays_open(screen: Screen):
    screen.open("/", stage="z1")
    screen.key("rail_network").click()
    screen.key("kernel_card").click()
    expect(sheet(screen, "network")).to_be_visible()
    screen.key("kernel_preset").locator("[data-value=blur]").click()
    screen.ready()
    assert screen.setup == Setup.read({"f": "blur", "stage": "z1"})[0]
    screen.press("Escape")
    expect(screen.page.locator("#kernel_card")).to_be_hidden()
    expect(sheet(screen, "network")).to_be_visible()


def test_the_card_of_updates_goes_to_any_by_a_number_a_step_or_a_click_on_the_curve(screen: Screen):
    screen.open("/", k=10, stage="df")
    screen.press("u")
    for act, k in (
        (lambda: screen.key("update_next").click(), 11),
        (lambda: screen.key("update_back").click(), 10),
        (lambda: screen.key("go_to").fill("40"), 40),
        (lambda: screen.page.locator(".course").click(position={"x": 142, "y": 30}), 20),
        (lambda: screen.key("update_first").click(), 0),
    ):
        act()
        if k == 40:
            screen.press("Enter")
        screen.shows(Setup(k=k))
        expect(screen.key("go_to")).to_have_value(str(k))
    expect(screen.page.locator(".course")).to_be_hidden()  # one loss is no curve
    screen.key("go_to").fill("soon")
    screen.press("Enter")
    expect(screen.page.locator(".notice")).to_contain_text("soon")


def test_share_copies_the_link_and_leads_to_files(screen: Screen):
    screen.open("/", k=2, stage="z1")
    screen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    screen.key("export").click()
    screen.key("copy_link").click()
    expect(screen.key("copy_link")).to_have_text("Copied")
    assert "k=2" in screen.page.evaluate("navigator.clipboard.readText()")
    screen.key("weights_in").click()
    expect(screen.page.get_by_role("dialog")).to_contain_text("Start from weights")
    expect(screen.key("weights_in")).to_be_hidden()


def test_the_legend_has_every_sign_and_every_word(screen: Screen):
    screen.open("/", stage="z1")
    screen.key("rail_legend").click()
    written = []
    for n, has_signs in enumerate((True, False)):
        lines = screen.page.locator(".legend details").nth(n)
        lines.locator("summary").click()
        entries = lines.locator("dt").evaluate_all(
            "(all) => all.map((dt) => [dt.querySelector('i')?.innerText ?? '', dt.lastChild.textContent.trim()])"
        )
        assert entries and all(bool(sign) == has_signs for sign, _ in entries)
        written += [title for _, title in entries]
        assert not any("$" in text or "`" in text for text in lines.locator("dd").all_inner_texts())
    assert sorted(written) == sorted(
        text for id, text in catalogue().items() if re.fullmatch(r"web\.(signs|glossary)\.\w+\.title", id)
    )


FOUND = [
    ("tinyvgg", None),
    ("tiny vgg", {"net": next(preset.query["net"] for preset in PRESETS if "Tiny VGG" in str(preset.label))}),
    ("truck", {"img": "test-11"}),
    ("dz1", {"stage": "dz1"}),
    ("whole network", {"whole": "1"}),
]
"""What is typed, and what the address says afterwards; None where nothing is found."""


def test_words_find_stages_images_networks_and_what_can_be_done(screen: Screen):
    screen.open("/", stage="z1")
    for typed, message in FOUND:
        screen.press("ControlOrMeta+k")
        screen.key("find").fill(typed)
        options = screen.page.locator("#found > li")
        if message is None:
            expect(options).to_have_count(0)
            screen.press("Escape")
            continue
        expect(options.first).to_be_visible()
        screen.press("Enter")
        expect(screen.page.locator("dialog.help")).to_be_hidden()
        for key, value in message.items():
            screen.page.wait_for_url(re.compile(rf"[?&]{key}={re.escape(value)}(&|$)"))
        screen.ready()


def test_what_files_are_for_is_found_by_what_people_call_it(screen: Screen):
    files, image, gradients = "Script, notebook, arrays", "Your image", "Your own gradients"
    saved, brought = ("Picture (PNG)", "Picture (SVG)", files), ("Weights in", "Your own model", image, gradients)
    asked = {"file": (*saved, *brought, "Your script"), "download": saved, "export": saved, "upload": brought}
    english = asked | {"save": (*saved, "Your script"), "photo": (image, "Picture (PNG)")}
    file = ("Votre image", "Votre script", "Vos propres gradients", "Importer des poids")
    french = {"télécharger": ("Image (PNG)", "Script, notebook, tableaux"), "photo": ("Votre image",), "fichier": file}
    for lang, typed in (("en", english), ("fr", french)):
        screen.open("/", stage="z1", lang=lang)
        screen.press("ControlOrMeta+k")
        for words, names in typed.items():
            screen.key("find").fill(words)
            for name in names:
                expect(screen.page.locator("#found > li", has_text=name)).to_have_count(1)
    screen.open("/", stage="z1")
    screen.press("ControlOrMeta+k")
    screen.key("find").fill("own gradients")
    screen.press("Enter")
    screen.page.wait_for_url(re.compile(r"/check\?.*check=own"))


def test_words_find_settings_pages_lessons_and_every_mistake(screen: Screen):
    screen.open("/", stage="z1")
    screen.press("?")
    screen.key("find").fill("seed of w")
    screen.press("Enter")
    expect(screen.key("seed")).to_be_focused()
    screen.press("Escape")
    screen.press("ControlOrMeta+k")
    screen.key("find").fill("momentum")  # one of a setting's choices
    expect(screen.page.locator("#found > li", has_text="Optimizer")).to_contain_text("Settings")
    screen.press("Escape")
    for page in pages()[1:]:
        screen.press("ControlOrMeta+k")
        screen.key("find").fill(page.name)
        expect(screen.page.locator("#found > li", has_text=page.name).filter(has_text="Pages")).to_have_count(1)
        screen.press("Escape")
    screen.press("ControlOrMeta+k")
    screen.key("find").fill("mistakes")
    expect(screen.page.locator("#found > li")).to_have_count(len(MISTAKES))
    screen.key("find").fill("sign flipped")
    screen.press("ArrowDown", "ArrowUp", "Enter")
    screen.page.wait_for_url(re.compile(r"/check\?.*mistake=sign_flipped"))
    expect(screen.page.locator("nav [aria-current=page]")).to_have_text("Check")  # the address is there before the page
    screen.ready()
    screen.press("ControlOrMeta+k")
    screen.key("find").fill("900 places")
    screen.page.locator("#found > li").first.click()
    screen.page.wait_for_url(re.compile(r"/learn\?.*lesson=kernel"))
