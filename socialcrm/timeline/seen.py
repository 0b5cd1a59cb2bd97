"""What somebody who answers has read: the outbox sends nothing past what they have not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """What a composer had shown when it was sent, by the ids of the newest rows; 0 where it showed none.

    `reply`: our newest reply; None where there was no composer: then other people's count, and one's own do not.
    `own_post`: the newest post that someone typed as us on the network itself.
    `post`: their newest post in the conversation; None where a post alone was shown. Where it is given, the first two
    are about the whole conversation too, and what they wrote since stops the answer.
    """

    reply: int | None = None
    own_post: int = 0
    post: int | None = None
