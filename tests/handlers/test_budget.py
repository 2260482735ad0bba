"""/budget: what admins set, what they read, and what they are refused."""

import pytest

from bot.commands import Typing
from bot.errors import Refused
from bot.events import Author, Invocation, Place
from bot.layers import Layers, Suggester, Throttle
from bot.parts import Notice, Text
from bot.run import Run
from bot.spending.payer import Payer
from tests.handlers.desk import PLACE, desk

BOSS = Author("slack:T1:BOSS", "Boss")
ADA = Author("slack:T1:UADA", "Ada")
COMMANDS = ("show", "set", "grant", "reset", "remove", "alerts")
WAYS = ("slash", "mention", "button", "form", "shortcut", "home")


class Office:
    """A desk whose admin says `/budget …`."""

    def __init__(self, desk):
        self.desk = desk
        self.services = desk.services
        self._number = 0

    async def __call__(self, text, *, by=BOSS, place=PLACE, id_=""):
        name, _, rest = text.partition(" ")
        command = self.services.commands[f"budget {name}"]
        self._number += 1
        event = Invocation(
            id=f"b{self._number}", place=place, author=by, at=1.0, command=command.name,
            values=command.check(command.parse(rest)),
        )  # fmt: skip
        run = Run(event, id_ or f"budget{self._number}")
        parts = [part async for part in command.handler(run)]
        self.notices = [part.text for part in parts if isinstance(part, Notice)]
        return "\n".join(part.markdown for part in parts if isinstance(part, Text))

    async def applying(self, author=ADA, place=PLACE):
        """What this person may use there: name and what is left."""
        payer = Payer(author.id, place.payer, "d", place.channel_key, author.roles)
        pairs = await self.services.ledger.applying(payer)
        return sorted((limit.name, limit.left(balance)) for limit, balance in pairs)


@pytest.fixture
async def office(tmp_path):
    async with desk(tmp_path) as it:
        await it.services.people.met(ADA)
        yield Office(it)


@pytest.mark.parametrize("by", WAYS)
@pytest.mark.parametrize("name", COMMANDS)
async def test_who_is_no_admin_is_refused_on_every_way(office, name, by):
    services = office.services
    command = services.commands[f"budget {name}"]
    layers = Layers(services.commands, services.admins, Throttle(None))
    event = Invocation(id="1", place=PLACE, author=ADA, at=1.0, command=command.name, by=by,
                       values={"amount": "$5"}, of="d" if by == "button" else "")  # fmt: skip
    parts = [part async for part in layers(command.handler)(Run(event, "d"))]
    assert [part.text for part in parts] == [
        f"`/budget {name}` is for admins. Ask one of them to do it for you."
    ]
    assert await office.applying() == []


async def test_nobody_else_is_offered_whom_there_is(office):
    suggest = Suggester(office.services.commands, office.services.admins)
    asked = [Typing(who, PLACE, "budget set", "whom", "a") for who in (BOSS, ADA)]
    offered = [[choice.value for choice in await suggest(typing)] for typing in asked]
    assert offered == [["slack:T1:UADA"], []]


@pytest.mark.parametrize(
    ("words", "name", "left"),
    [
        ("$5", "your $5.00 for today", "$5.00"),
        ("5 USD window:hour", "your $5.00 for this hour", "$5.00"),
        ("200k tokens window:month", "your 200,000 tokens for this month", "200,000 tokens"),
        ("20 pictures whom:<@UADA>", "your 20 pictures for today", "20 pictures"),
        ("90 minutes whom:@Ada", "your 90 minutes for today", "90 minutes"),
        ("100 requests whom:channel", "this channel's 100 requests for today", "100 requests"),
        ("$1,000 whom:workspace", "this workspace's $1,000.00 for today", "$1,000.00"),
        ("3 requests capability:images whom:slack:T1:UADA", "your 3 requests for images today",
         "3 requests"),
        ("0 tokens whom:C1", "this channel's 0 tokens for today", "0 tokens"),
        ("$2 whom:UADA", "your $2.00 for today", "$2.00"),
    ],
)  # fmt: skip
async def test_a_budget_is_set_in_the_words_that_come_to_mind(office, words, name, left):
    await office(f"set {words}")
    assert await office.applying() == [(name, left)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("5", "of what?"),
        ("-$5", "less than nothing"),
        ("$-5", "less than nothing"),
        ("5 EUR", "I count no “EUR”"),
        ("five dollars", "is no amount"),
        ("$1,50", "two ways"),
        ("0.5 pictures", "counted whole"),
        ("$0.0000001", "six decimals"),
        ("$9999999999999999", "more than I can count"),
        ("$5 capability:poems", "is one of chat"),
        ("20 pictures capability:chat", "Pictures are counted of images alone"),
        ("$5 window:week", "is one of hour, day, month"),
        ('$5 whom:"the boss"', "I do not know whom you mean"),
        ("$5 whom:slack:T2:U2", "I do not know whom you mean"),
    ],
)
async def test_what_cannot_be_meant_is_refused_with_what_can(office, words, said):
    with pytest.raises(Refused) as refused:
        await office(f"set {words}")
    assert said in refused.value.sentence
    assert await office.applying() == []


async def test_the_nearest_of_a_purse_counts_and_other_purses_count_too(office):
    interns = Author(ADA.id, "Ada", ("slack:T1:SINT", "slack:T1:SALL"))
    await office("set $5")
    assert await office.applying(interns) == [("your $5.00 for today", "$5.00")]
    await office("set $1 whom:role:SINT")
    await office("set $2 whom:SALL")
    assert await office.applying(interns) == [("your $2.00 for today", "$2.00")]
    await office("set $0.50 whom:UADA")
    await office("set 10 requests")
    await office("set $9 whom:channel")
    await office("set $7 whom:workspace window:month")
    assert await office.applying(interns) == [
        ("this channel's $9.00 for today", "$9.00"),
        ("this workspace's $7.00 for this month", "$7.00"),
        ("your $0.50 for today", "$0.50"),
        ("your 10 requests for today", "10 requests"),
    ]
    assert await office.applying(Author("slack:T2:UADA"), Place("slack", "T2", "C1")) == []


async def test_no_limit_for_one_is_a_budget_too(office):
    await office("set $5")
    await office("set unlimited whom:@ada")
    assert await office.applying() == []
    assert await office.applying(BOSS) == [("your $5.00 for today", "$5.00")]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("whom:<@!123>", "your"),
        ("whom:<@&456>", "your"),
        ("whom:role:456", "your"),
        ("whom:123", "your"),
        ("", "your"),
        ("whom:<#55>", "this channel's"),
        ("whom:discord:99:55", "this channel's"),
        ("whom:server", "this workspace's"),
    ],
)
async def test_ids_of_discord_are_understood_too(office, words, name):
    place, ada = Place("discord", "99", "55"), Author("discord:123", "Ada", ("discord:456",))
    await office(f"set $5 {words}", by=Author("discord:1"), place=place)
    assert await office.applying(ada, place) == [(f"{name} $5.00 for today", "$5.00")]
    assert await office.applying() == []


async def test_in_a_direct_message_a_persons_budget_holds_as_well(office):
    await office("set $5", by=Author("discord:1"), place=Place("discord", "99", "55"))
    direct = Place("discord", "", "77")
    assert await office.applying(Author("discord:123"), direct) == [
        ("your $5.00 for today", "$5.00")
    ]


async def test_what_settings_say_holds_until_something_else_is_set(tmp_path):
    async with desk(tmp_path, budget_person_day="0.50", budget_workspace_month="20") as it:
        office = Office(it)
        assert "everyone, each: $0.50 a day; starts again at 00:00 (UTC)" in await office("show")
        await office("set $3")
        names = [name for name, _ in await office.applying()]
        assert names == ["this workspace's $20.00 for this month", "your $3.00 for today"]
        await office("remove")
        assert ("your $0.50 for today", "$0.50") in await office.applying()


async def test_a_grant_is_for_one_person_and_happens_once(office):
    await office("set $5")
    for _ in range(2):  # killed before it was answered, and asked again
        said = await office("grant $2 whom:@Ada", id_="once")
    assert said == "Ada may use $2.00 more for today."
    assert await office.applying() == [("your $7.00 for today", "$7.00")]
    assert await office.applying(BOSS) == [("your $5.00 for today", "$5.00")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("$2 whom:everyone", "for one person"),
        ("$0 whom:@Ada", "for one person"),
        ("2 pictures whom:@Ada", "No such budget applies"),
        ("$2 whom:@Ada capability:images", "No such budget applies"),
        ("$2 whom:@Ada", "by day or month"),
    ],
)
async def test_a_grant_to_no_budget_is_refused(office, words, said):
    await office("set $5")
    await office("set $50 window:month")
    with pytest.raises(Refused) as refused:
        await office(f"grant {words}")
    assert said in refused.value.sentence


async def test_a_reset_forgives_what_was_used_and_the_books_stay(office):
    await office("set $1")
    await office.desk.say("hello")
    ask = Author("slack:T1:ADA", "Ada Two")
    await office.services.people.met(ask)
    [(_, left)] = await office.applying(ask)
    assert left != "$1.00"
    for _ in range(2):
        said = await office('reset whom:"Ada Two"', id_="once")
    assert said.startswith("Forgiven, for Ada Two:\n- $0.0")
    assert await office.applying(ask) == [("your $1.00 for today", "$1.00")]
    assert sum(cost for _, _, cost in await office.desk.rows()) > 0
    statement = await office.services.ledger.statement(ask.id, "slack:T1")
    assert sum(total.spent for total in statement.today) > 0


async def test_nothing_is_forgiven_where_no_budget_stands(office):
    with pytest.raises(Refused, match="No such budget"):
        await office("reset whom:@Ada")
    with pytest.raises(Refused, match="one person, channel"):
        await office("reset whom:everyone")


async def test_removing_says_what_there_is_to_choose_from(office):
    await office("set $5 whom:channel")
    await office("set 10 requests whom:channel")
    with pytest.raises(Refused, match="Say which budget of the channel `C1`"):
        await office("remove channel")
    for _ in range(2):
        said = await office("remove channel unit:money", id_="once")
        assert said == "Removed: $5.00 a day for the channel `C1`."
    with pytest.raises(Refused, match="No budget is set for everyone"):
        await office("remove")
    assert await office.applying() == [("this channel's 10 requests for today", "10 requests")]


async def test_a_person_whom_nobody_knows_gets_a_budget_and_a_word(office):
    assert await office("set $5 whom:<@UGONE>") == "`slack:T1:UGONE`: $5.00 a day."
    assert "If they have left" in office.notices[0]
    await office("set $5 whom:@Ada")
    assert office.notices == []


async def test_show_tells_what_is_used_when_it_resets_and_who_changed_what(office):
    assert await office("show") == "No budget is set here."
    await office("set $1 whom:workspace window:month")
    await office("set 5 requests whom:@Ada window:hour")
    await office("set 5 requests whom:@Ada window:hour")
    await office.desk.say("hello")
    said = await office("show")
    assert "- this workspace: $1.00 a month, $0.0" in said
    assert "- Ada: 5 requests an hour, 0 requests used (0 %); starts again at " in said
    assert "**Last changes**" in said
    assert said.count("`slack:T1:BOSS`: set 5 requests an hour for Ada") == 2
    assert "this workspace" not in (await office("show @Ada")).partition("**Last")[0]


async def test_alerts_go_where_they_were_asked_for(office):
    assert "Nobody is told" in await office("alerts")
    assert "I say so here" in await office("alerts here")
    elsewhere = Place("slack", "T1", "C9")
    assert "in the channel `C1`" in await office("alerts show", place=elsewhere)
    assert "Nobody is told" in await office("alerts off")
