"""What is made of a job's events: losses by step, time left, a chart."""

import io

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from bot.jobs import chart
from bot.jobs.cards import fine_tune_card, lasting
from bot.jobs.training import MOST, Point, Training, heard, thinned
from bot.openai.fine_tuning import Job, JobEvent

JOB = Job(id="ftjob-1", status="running", model="gpt-4o-mini", hyperparameters={"n_epochs": 4})


def event(number, message="", **data):
    return JobEvent(f"e{number}", message, created_at=1000.0 + 10 * number, data=data or None)


def test_losses_come_from_events_in_any_of_their_shapes():
    events = [
        event(1, "Created"),
        event(2, "Step 1/100: training loss=2.1", step=1, train_loss=2.1),
        event(3, step=2, train_loss=1.5, valid_loss=1.8, total_steps=100),
        event(4, "Step 3/100: no measure"),
        event(5, step="x", train_loss="NaN"),
        event(6, step=50, full_valid_loss=1.2),
    ]
    found = heard(Training(job=JOB), JOB, events[::-1])
    assert found.points == (
        Point(1, 1020.0, 2.1), Point(2, 1030.0, 1.5, 1.8), Point(50, 1060.0, None, 1.2),
    )  # fmt: skip
    assert (found.steps, found.newest, found.progress, found.message) == (100, "e6", 0.5, "Created")


def test_time_left_is_the_providers_word_or_the_pace_so_far():
    points = (Point(10, 1000.0, 2.0), Point(20, 1100.0, 1.0))
    training = Training(job=JOB, points=points, steps=50)
    assert training.left(0.0) == 300.0
    assert Training(job=JOB, points=points[:1], steps=50).left(0.0) is None
    told = Job(id="j", status="running", estimated_finish=500.0)
    assert Training(job=told).left(200.0) == 300.0
    facts = dict(fine_tune_card(training, now=0.0).fields)
    assert (facts["Time left"], facts["Epoch"]) == ("about 5 min", "2 of 4")


def test_its_card_names_the_organization_that_pays():
    job = replace(JOB, organization_id="org-123")
    assert dict(fine_tune_card(Training(job=job)).fields)["Organization"] == "org-123"


@given(st.lists(st.booleans(), max_size=3_000))
def test_points_are_few_in_order_and_end_with_the_last(validated):
    points = [Point(n, 0.0, 1.0, 1.0 if v else None) for n, v in enumerate(validated)]
    kept = thinned(points)
    assert len(kept) <= MOST
    assert list(kept) == sorted(kept, key=lambda p: p.step)
    assert kept[-1:] == tuple(points[-1:])


def test_a_chart_is_a_picture_and_says_what_it_shows():
    points = [Point(n, 0.0, 2 / n, 2.5 / n if n % 10 == 0 else None) for n in range(1, 101)]
    picture = Image.open(io.BytesIO(chart.draw(points, "Loss of parrot")))
    assert (picture.format, picture.width > 600) == ("PNG", True)
    assert chart.described(points) == (
        "Loss by step, up to step 100: training loss from 2 to 0.02, validation loss from 0.25 to "
        "0.025."
    )
    Image.open(io.BytesIO(chart.draw([Point(1, 0.0, None, 2.0)], "One")))


def test_spans_are_said_as_people_say_them():
    spans = (0.2, 40, 90, 3_600, 11_100, 86_400, 300_000)
    assert [lasting(span) for span in spans] == [
        "1 s", "40 s", "2 min", "1 h", "3 h 5 min", "24 h", "3 days",
    ]  # fmt: skip
