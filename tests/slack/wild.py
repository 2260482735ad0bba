"""Payloads that are not as Slack sends them."""

import copy

from hypothesis import strategies as st

json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@st.composite
def spoilt(draw, payloads):
    """One of these, in which something is something else."""
    payload = draw(st.sampled_from(payloads).map(copy.deepcopy))
    inner = payload
    while True:
        key = draw(st.sampled_from(sorted(inner) if isinstance(inner, dict) else range(len(inner))))
        if not (isinstance(inner[key], dict | list) and inner[key] and draw(st.booleans())):
            inner[key] = draw(json)
            return payload
        inner = inner[key]
