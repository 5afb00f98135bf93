"""Orders reach the one who can do them; a part belongs to the lot that was named when it was counted."""

from __future__ import annotations

from station.core.alarms import Alarms
from station.core.message import Command
from station.core.messages import LineStatus


def order(hall, action: str, what: str = ""):
    return hall.line.command(Command(action, "ann", "operator", what), hall.now_ns)


def test_parts_belong_to_the_lot_and_recipe_of_their_count(hall):
    assert order(hall, "lot", "A 1").text == "lot 'A 1' after ''"
    hall.produce(1.0)
    assert order(hall, "lot", "B").text == "lot 'B' after 'A 1'"
    hall.produce(1.0)
    lots = [record.lot for record in hall.records.values()]
    assert set(lots) == {"A 1", "B"}
    assert lots == sorted(lots)
    assert {record.recipe for record in list(hall.records.values())[1:]} == {"demo"}
    assert {record.mode for record in hall.records.values()} == {"production"}


def test_the_windows_are_told_the_lot(hall):
    order(hall, "lot", "A 1")
    hall.line.tick(hall.now_ns + 200_000_000)
    told = [message for message in hall.line.take_messages() if isinstance(message, LineStatus)]
    assert told[-1].lot == "A 1"


def test_a_lot_without_a_good_name_is_refused(hall):
    result = order(hall, "lot", "a\nb")
    assert (result.done, result.text) == (False, "the lot's name has characters that cannot be printed")


def test_a_lost_plc_is_one_alarm_and_acknowledging_it_changes_nothing_else(hall):
    hall.produce(1.0)
    hall.faults.mute = True
    hall.run(2.0)
    alarms = alarms_of(hall)
    assert [(one.id, one.first) for one in alarms.alarms] == [("plc", "")]
    assert alarms.in_ten_minutes == 1
    assert order(hall, "acknowledge", "plc").done
    assert [one.state.value for one in alarms_of(hall).alarms] == ["acknowledged"]
    hall.run(0.1)
    events = [event.text for event in hall.events if event.kind == "alarm"]
    assert any(text.startswith("plc: unacknowledged") for text in events)


def alarms_of(hall) -> Alarms:
    hall.now_ns += 200_000_000
    hall.line.tick(hall.now_ns)
    return [message for message in hall.line.take_messages() if isinstance(message, Alarms)][-1]
