"""What of a channel is for whose eyes: a notice, a private answer and what a button has to say are
for the asker alone, as on every platform.
"""

from msgspec import UNSET
from msgspec.structs import replace

from adapters.page.post import Post
from adapters.page.wire import Change, Gone, NewPost, News

ANYBODY = ""


def seen(post: Post, person: str) -> Post | None:
    """The post as this person sees it; None where there is nothing for them."""
    if post.asker in {"", person}:
        return post
    nothing = post.done and not (post.text or post.cards or post.media)
    if post.private or nothing:
        return None
    return replace(post, notices=(), aside="")


def told(news: News, post: Post, person: str) -> News | None:
    """What this person hears of it. What may have been hidden comes whole."""
    if post.asker in {"", person}:
        return news
    if post.private:
        return None
    if isinstance(news, Gone):
        return news
    if (shown := seen(post, person)) is None:
        return Gone(news.thread, post.id)
    told_whole = isinstance(news, NewPost) or _uncovers(news)
    return NewPost(news.thread, shown) if told_whole else news


def _uncovers(change: Change) -> bool:
    return not (change.done is change.notices is change.aside is UNSET)
