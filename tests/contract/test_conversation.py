"""Settings, personas, pins and answers to choose from, on every platform."""


async def test_the_forms_of_settings_open_without_a_word_and_hold_from_then_on(house, world):
    await world.slash("settings sampling")
    await world.until(world.form)
    assert set(world.form()) == {
        "scope", "temperature", "top_p", "presence_penalty", "frequency_penalty",
    }  # fmt: skip
    await world.fill(scope="person", temperature="0.3")
    await house.shows("temperature: 0.3")
    await world.mention("hello")
    await house.answered()
    assert house.openai.calls[-1].body["temperature"] == 0.3


async def test_what_a_form_says_wrong_is_told_and_nothing_is_set(house, world):
    await world.slash("settings sampling")
    await world.until(world.form)
    await world.fill(scope="person", temperature="9")
    await house.shows("temperature is 0 to 2 with gpt-4o-mini, and 9 is not.")
    await world.mention("hello")
    await house.answered()
    assert "temperature" not in house.openai.calls[-1].body


async def test_a_thread_has_settings_of_its_own_in_words(house, world):
    root = await world.mention("hello")
    await house.answered()
    await world.mention("/settings set name:language value:French", thread=root)
    await house.shows("language: French")
    await world.mention('/pin text:"It is May"', thread=root)
    await house.shows("Pinned in this thread: It is May")
    await world.say("again", thread=root)
    await house.answered(2, thread=root)
    told = house.openai.calls[-1].body["messages"][0]["content"]
    assert "Answer in French." in told
    assert told.endswith("- It is May")
    await world.mention("elsewhere")
    await house.answered(3)
    assert "French" not in house.openai.calls[-1].body["messages"][0]["content"]


async def test_of_several_answers_the_one_that_is_taken_stays_also_after_a_restart(house, world):
    house.openai.choices = 2
    await world.slash("settings set", "name:n value:2 scope:person")
    await house.shows("n: 2")
    house.openai.answers.append("red")
    root = await world.mention("A colour?")
    await house.answered()
    (post,) = house.answers(root)
    assert post.buttons == ("Take 1", "Take 2", "Regenerate")
    await house.restart()
    await world.press("Take 2", post=post.id)
    await world.until(lambda: any("Take 1" not in p.buttons for p in house.answers(root)))
    await house.settled()
    (taken,) = house.answers(root)
    assert (taken.id, taken.text) == (post.id, "red")
    house.openai.choices = 1
    await world.say("And?", thread=root)
    await house.answered(2, thread=root)
    assert house.openai.calls[-1].body["messages"][2] == {"role": "assistant", "content": "red"}


async def test_long_json_is_a_file(house, world):
    await world.slash("settings set", "name:format value:json scope:person")
    await house.shows("format: json")
    house.openai.answers.append('{"words": "' + "long " * 500 + '"}')
    await world.mention("Some JSON")
    await house.answered()
    (post,) = house.answers()
    assert post.text.startswith("The answer is JSON of 2,5")
    await world.until(lambda: any("answer.json" in p.files for p in world.posts()))


async def test_json_in_a_direct_message_too(house, world):
    """Where a platform streams natively, what was streamed is replaced in the end."""
    await world.slash("settings set", "name:format value:json scope:person")
    await house.shows("format: json")
    house.openai.answers.extend(['{"a": 1}', '{"words": "' + "long " * 500 + '"}'])
    await world.direct("Some JSON")
    await house.shows('{"a": 1}')
    await world.direct("More JSON")
    post = await house.shows("The answer is JSON of 2,5")
    await world.until(lambda: any("answer.json" in p.files for p in world.posts()))
    await house.settled()
    assert "long long" not in "".join(p.text for p in world.posts())
    assert post.text


async def test_a_persona_of_the_library_answers(house, world):
    root = await world.mention("hello")
    await house.answered()
    await world.mention("/persona use editor", thread=root)
    await house.shows("persona: editor")
    await world.say("again", thread=root)
    await house.answered(2, thread=root)
    told = house.openai.calls[-1].body["messages"][0]["content"]
    assert "You are a careful editor." in told


async def test_after_a_reset_the_thread_begins_anew(house, world):
    root = await world.mention("my name is Ada")
    await house.answered()
    await world.mention("/reset", thread=root)
    await house.shows("We begin anew")
    await world.say("what is my name?", thread=root)
    await house.answered(2, thread=root)
    said = [message["content"] for message in house.openai.calls[-1].body["messages"][1:]]
    assert said == ["what is my name?"]
