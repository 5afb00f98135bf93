from __future__ import annotations

from itertools import pairwise

from station.sim.conveyor import BAD_KINDS, GOOD_KINDS, OTHER_PRODUCT, Conveyor, PhysicalPart

MS = 1_000_000


def run(conveyor: Conveyor, until_ms: int) -> tuple[list[PhysicalPart], list[tuple[int, int]]]:
    """Edges, and (gate time, index) of arrivals, stepping from event to event."""
    edges: list[PhysicalPart] = []
    arrivals: list[tuple[int, int]] = []
    while (at := conveyor.next_ns()) is not None and at <= until_ms * MS:
        edges += conveyor.edges(at)
        arrivals += [(at, part.index) for part in conveyor.arrivals(at)]
    return edges, arrivals


def test_the_belt_stands_still_until_it_is_started() -> None:
    conveyor = Conveyor(5, 10, seed=1, bad_share=0.2, gate_delay_ns=400 * MS)
    assert conveyor.next_ns() is None
    assert conveyor.edges(10**12) == []
    assert not conveyor.started


def test_parts_come_at_the_rate_and_reach_the_gate_after_the_delay() -> None:
    conveyor = Conveyor(20, 10, seed=1, bad_share=0.2, gate_delay_ns=400 * MS)
    conveyor.start(1000 * MS)
    edges, arrivals = run(conveyor, 10_000)
    assert [part.index for part in edges] == list(range(1, 21))
    pitches = [b.edge_ns - a.edge_ns for a, b in pairwise(edges)]
    assert all(90 * MS < pitch < 110 * MS for pitch in pitches)
    assert edges[0].edge_ns > 1000 * MS
    assert arrivals == [(part.edge_ns + 400 * MS, part.index) for part in edges]
    assert conveyor.finished


def test_starting_again_changes_nothing() -> None:
    conveyor = Conveyor(3, 10, seed=1, bad_share=0, gate_delay_ns=MS)
    conveyor.start(0)
    first = conveyor.next_ns()
    conveyor.start(50 * MS)
    assert conveyor.next_ns() == first


def test_it_is_finished_only_when_the_last_part_is_through_the_gate() -> None:
    conveyor = Conveyor(1, 10, seed=1, bad_share=0, gate_delay_ns=400 * MS)
    conveyor.start(0)
    conveyor.edges(200 * MS)
    assert conveyor.produced == 1
    assert not conveyor.finished
    conveyor.arrivals(1000 * MS)
    assert conveyor.finished


def test_the_schedule_comes_from_the_seed() -> None:
    def parts(seed: int) -> list[PhysicalPart]:
        conveyor = Conveyor(50, 10, seed, bad_share=0.3, gate_delay_ns=MS)
        conveyor.start(0)
        return run(conveyor, 60_000)[0]

    assert parts(1) == parts(1)
    assert [part.kind for part in parts(1)] != [part.kind for part in parts(2)]


def test_the_bad_share_is_kept_and_every_kind_comes() -> None:
    conveyor = Conveyor(2000, 100, seed=4, bad_share=0.25, gate_delay_ns=MS)
    conveyor.start(0)
    parts, _ = run(conveyor, 60_000)
    bad = [part for part in parts if part.truly_bad]
    assert 0.2 < len(bad) / len(parts) < 0.3
    assert {part.kind for part in bad} == set(BAD_KINDS)
    assert {part.kind for part in parts if not part.truly_bad} == set(GOOD_KINDS)


def test_bad_share_nought_and_one() -> None:
    for share, wanted in ((0.0, False), (1.0, True)):
        conveyor = Conveyor(30, 100, seed=4, bad_share=share, gate_delay_ns=MS)
        conveyor.start(0)
        assert {part.truly_bad for part in run(conveyor, 60_000)[0]} == {wanted}


def test_no_parts_at_all() -> None:
    conveyor = Conveyor(0, 10, seed=1, bad_share=0.2, gate_delay_ns=MS)
    conveyor.start(0)
    assert conveyor.finished
    assert conveyor.next_ns() is None


def test_the_belt_is_fed_with_other_parts_for_a_while_and_then_goes_on_as_it_would_have() -> None:
    def kinds(fed: bool) -> list[str]:
        conveyor = Conveyor(30, 10, seed=4, bad_share=0.2, gate_delay_ns=MS)
        conveyor.start(0)
        if fed:
            conveyor.feed((OTHER_PRODUCT,), 1500 * MS)
        return [part.kind for part in run(conveyor, 60_000)[0]]

    plain, changed = kinds(fed=False), kinds(fed=True)
    assert changed[0] == plain[0]  # it was on its way to the photo-eye
    assert set(changed[1:14]) == {OTHER_PRODUCT}
    assert changed[15:] == plain[15:]
    assert PhysicalPart(1, OTHER_PRODUCT, 1, 0).truly_bad
