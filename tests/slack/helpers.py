"""What the tests of answers share."""

from bot.parts import Button, Buttons

STOP = Buttons((Button("Stop", "stop"),))
AGAIN = Buttons((Button("Regenerate", "regenerate"),))


def metadata(nonce="nonce0000001", key="0"):
    return {"event_type": "parley_reply", "event_payload": {"nonce": nonce, "key": key}}


async def asked(slack, text="hello", **how):
    return await slack.mention(text, **how)


def texts(slack):
    return [post.text for post in slack.posts()]
