"""What Discord never sends, until it does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import forms
from adapters.discord.gateway import Gateway
from adapters.discord.seen import Seen
from adapters.discord.settings import Settings
from tests.contract.discord import MemoryState
from tests.fakes.discord_store import Store

EVENTS = ("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK",
          "INTERACTION_CREATE", "GUILD_CREATE", "THREAD_CREATE", "CHANNEL_UPDATE")  # fmt: skip
MESSAGE = Store()._blank("2", {"id": "3", "username": "ada", "discriminator": "0", "avatar": None})

words = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
anything = st.recursive(words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(sorted(MESSAGE)), inner, max_size=3), max_leaves=8)  # fmt: skip


@pytest.fixture(scope="module")
def gateway():
    heard = None  # by nobody: it is not connected
    one = Gateway(Settings(_env_file=None), heard, heard, Seen(MemoryState()), content=True)
    one._connection.dispatch = lambda *_: None
    return one


@settings(deadline=None)
@given(st.sampled_from(EVENTS), st.dictionaries(st.sampled_from(sorted(MESSAGE)), anything))
def test_nothing_that_it_sends_ends_the_connection(gateway, event, changed):
    gateway._connection.parsers[event](MESSAGE | changed)


@given(st.text() | st.lists(st.text(max_size=10), min_size=3, max_size=6).map(":".join))
def test_the_id_of_any_form_is_ours_or_not(custom_id):
    about = forms.subject(custom_id)
    assert about is None or about.id == custom_id


@given(st.builds(forms.Subject, *[st.text("abc 19", max_size=20)] * 4))
def test_what_a_form_is_about_is_read_as_it_was_written(about):
    assert forms.subject(about.id) == about
