"""What real vectors make of what people say: what is about the same ends in one group."""

from array import array

import numpy as np

from bot.recall.grouping import grouped, under
from bot.recall.headings import headings
from bot.recall.vectors import unit

SAID = {
    "birds": (
        "Which bird stands in the reeds? A heron: it waits for fish.",
        "Do storks come back to the same nest? Yes, both birds return to it every spring.",
        "Where do swallows build? They build their nest under the roof, as few birds do.",
        "What was calling in the forest all night? An owl, a bird that hunts at night.",
        "How large is an eagle? Its wings are two metres wide; no bird here is larger.",
        "Who sings in our garden so early? A robin; such birds sing before the sun rises.",
        "Why do geese fly south? In autumn the birds find nothing to eat at the lake.",
        "Who made the holes in the old tree? A woodpecker made them for its nest.",
    ),
    "money": (
        "Is the invoice of May paid? No, the payment did not come yet.",
        "Where do I send the receipt? To the accounting department, with the invoice.",
        "Can I book the trip? The budget for travel is spent, so there is no money now.",
        "The customer wants a refund? Send the money back with the next payment.",
        "When are taxes due? The payment to the tax office is due at the end of the month.",
        "Why did the bank charge us twice? The same invoice was paid by two transfers.",
        "Can we pay the supplier later? Yes, in two payments, says the invoice.",
        "What does the licence cost? The price goes up by ten percent, and so does the invoice.",
    ),
    "servers": (
        "Why did the deployment fail? The server had no memory left for the new release.",
        "Why is the database slow? Someone changed the index on the server.",
        "The container stopped again? Restart it, and give the server more memory.",
        "Why does the build break? A Python package is missing in the release.",
        "Our API returns error 500? Under load the database of the server is too slow.",
        "The login is broken? Roll back the release on all servers.",
        "How long does a backup take? For the whole database the server needs two hours.",
        "Where are the logs? On the disk of the other server, in the cluster.",
    ),
    "food": (
        "How do I bake bread? With flour, salt and olives, for an hour in the oven.",
        "What does the soup need? More salt, and a little garlic fried in butter.",
        "What shall we eat for lunch? Pizza or pasta, with tomatoes and olives.",
        "How long do I fry onions? In butter, until they are brown; then add salt.",
        "Is the chocolate cake too sweet? Take less sugar and more butter for the next cake.",
        "What goes with rice? Vegetables and chicken, fried with garlic.",
        "Is the restaurant good? They cook well: salads, soup and fried chicken.",
        "How do I cook potatoes? Boil them in salt water for twenty minutes.",
    ),
}
TEXTS = [text for texts in SAID.values() for text in texts]
SUBJECTS = np.repeat(np.arange(len(SAID)), 8)


async def vectors(twin, texts):
    made = await twin.client.embeddings.create(
        model="wordllama-256", input=texts, encoding_format="float"
    )
    return np.stack([unit(array("f", one.embedding)) for one in made.data])


def purity(labels):
    """The share of what is in a group with most of its own subject."""
    return sum(np.bincount(SUBJECTS[labels == group]).max() for group in set(labels)) / len(labels)


async def test_what_is_about_the_same_ends_in_one_group(twin):
    found = grouped(await vectors(twin, TEXTS), 4)
    assert purity(found.labels) > 0.9
    heads = headings([[TEXTS[n] for n in np.flatnonzero(found.labels == g)] for g in range(4)])
    for word in ("bird", "invoice", "server", "salt"):
        assert sum(word in head for head in heads) == 1, heads


async def test_how_many_groups_there_are_is_seen(twin):
    found = grouped(await vectors(twin, TEXTS))
    assert len(set(found.labels)) == len(SAID)
    assert purity(found.labels) > 0.9


async def test_what_is_said_is_sorted_under_words_for_it(twin):
    categories = ["birds and animals", "invoices, money and payments", "software and servers",
                  "cooking and food"]  # fmt: skip
    found = under(await vectors(twin, TEXTS), await vectors(twin, categories))
    sorted_ = found.labels < len(categories)
    assert sorted_.mean() > 0.8
    assert (found.labels == SUBJECTS)[sorted_].mean() > 0.9
