"""Sums over buckets, and that a whole reply fits a datagram."""

from __future__ import annotations

import msgspec
import pytest

from station.core.channel import MAX_MESSAGE
from station.core.counting import BUCKETS, Bucket, Statistics


def test_sums() -> None:
    reply = Statistics(buckets=(Bucket(0.0, 10, 7, 2, 0.5, 1.0, 2.0), Bucket(900.0, 5, 5, 0, 0.5, 1.0, 2.0)))
    assert (reply.parts, reply.passed, reply.rejected) == (15, 12, 2)
    assert reply.buckets[0].inspected == 9


@pytest.mark.parametrize("period", BUCKETS)
def test_the_longest_reply_fits(period: str) -> None:
    longest, bucket_s = BUCKETS[period]
    count = int(longest / bucket_s) + 2
    bucket = Bucket(1.8e9, 10**6, 10**6, 10**6, 0.123456789, 1234.56789, 1234.56789)
    reply = Statistics(1, 1.0, 2.0, bucket_s, (bucket,) * count, (("x" * 64, 10**6),) * 12, 10**9)
    assert len(msgspec.msgpack.encode(reply)) < MAX_MESSAGE
