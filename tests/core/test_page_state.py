"""How a page is looked at goes through an address beside the setup, and changes no number."""

from hypothesis import given
from hypothesis import strategies as st

from cnnviz.core.setup.page_state import PAGE_KEYS, PageState
from cnnviz.core.setup.setup import SETUP_KEYS, Setup
from cnnviz.words import languages
from tests.core.test_setup import ANYTHING


@given(st.builds(PageState, st.sampled_from(["", "lecture"]), st.booleans(), st.booleans(), st.booleans(), st.sampled_from(languages())))
def test_it_comes_back_unchanged_beside_a_lesson(state):
    query = Setup(k=3).to_query() | state.to_query()
    assert PageState.from_query(query) == (state, {}) and Setup.from_query(query) == (Setup(k=3), [])
    assert not {*PAGE_KEYS} & SETUP_KEYS and PageState().to_query() == {}


@given(st.dictionaries(st.sampled_from(PAGE_KEYS), ANYTHING) | ANYTHING)
def test_anything_gives_a_state_and_a_sentence_for_what_it_cannot_have(query):
    state, wrong = PageState.from_query(query)
    assert PageState.from_query(state.to_query()) == (state, {})
    for key, message in wrong.items():
        assert key in query and str(message).endswith(".") and getattr(state, key) == getattr(PageState, key)
