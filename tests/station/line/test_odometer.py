"""Positions of the belt from encoder counts and from time."""

from __future__ import annotations

import pytest

from station.core import plc_map
from station.core.config import LineSection
from station.line.link import PlcStatus
from station.line.odometer import ClockOdometer, EncoderOdometer, odometer_of

MS = 1_000_000
LINE = LineSection(tracking="encoder", belt_mm_s=500, mm_per_count=0.1, gate_zone_mm=15, io_watchdog_ms=50)


def poll(at_ms, encoder=0, inputs=0):
    return PlcStatus(at_ms * MS, (at_ms + 5) * MS, 7, 0, 0, 0, 0, inputs, encoder & 0xFFFFFFFF)


def encoder(*readings):
    odometer = EncoderOdometer(LINE)
    odometer.start(poll(0, readings[0]))
    said = [odometer.read(poll(10 * (i + 1), reading)) for i, reading in enumerate(readings[1:])]
    return odometer, said


def test_the_configuration_chooses():
    assert isinstance(odometer_of(LINE), EncoderOdometer)
    assert isinstance(odometer_of(LineSection(tracking="time")), ClockOdometer)


def test_encoder_counts_are_millimetres_over_the_wrap():
    odometer, said = encoder(-40, 0, 40, 80)
    assert said == ["", "", ""]
    assert odometer.low_mm == pytest.approx(12)
    assert odometer.likely_mm(40 * MS) == pytest.approx(16)
    assert odometer.most_mm(40 * MS) == pytest.approx(17)


def test_belt_that_stands_is_not_expected_to_go_on_but_could():
    odometer, _ = encoder(0, 40, *[80] * 12)
    assert odometer.likely_mm(200 * MS) == pytest.approx(8)
    assert odometer.stands(200 * MS)
    assert not odometer.stands(60 * MS)
    assert odometer.most_mm(200 * MS) == pytest.approx(8 + 0.5 * 180)


def test_belt_that_creeps_back_step_by_step_is_noticed():
    _, said = encoder(1000, *range(990, 800, -10))
    assert said[:14] == [""] * 14
    assert said[16:] == ["the belt runs backwards"] * 3


def test_swing_of_a_belt_that_settles_is_none_of_it():
    _, said = encoder(1000, 1040, 1035, 1038, 1036)
    assert said == [""] * 4


def test_jump_names_its_length_and_counting_goes_on_from_there():
    odometer, said = encoder(0, 40, 5000, 5040)
    assert said == ["", "the encoder jumped by 496 mm; the belt's highest speed is 500 mm/s", ""]
    assert odometer.low_mm == pytest.approx(8)


def test_encoder_that_stands_while_the_belt_is_at_speed_has_failed():
    odometer, _ = encoder(0, 40, 80)
    said = [odometer.read(poll(ms, 80, plc_map.AT_SPEED)) for ms in range(30, 120, 10)]
    assert said[0] == ""
    assert said[-1] == "the encoder stands still while the belt is at speed"


def clock():
    odometer = ClockOdometer(LineSection(tracking="time", belt_mm_s=500))
    odometer.start(poll(1000, inputs=plc_map.AT_SPEED))
    return odometer


def test_time_is_a_distance():
    odometer = clock()
    assert odometer.read(poll(1010, inputs=plc_map.AT_SPEED)) == ""
    assert (odometer.low_mm, odometer.high_mm) == pytest.approx((505, 507.5))
    assert odometer.least_mm(1100 * MS) == odometer.likely_mm(1100 * MS) == odometer.most_mm(1100 * MS) == 550
    assert not odometer.stands(2000 * MS)


def test_time_says_nothing_about_a_belt_that_is_not_at_speed_or_not_watched():
    odometer = clock()
    assert odometer.read(poll(1010)) == "the belt is not at its speed"
    late = odometer.read(poll(1200, inputs=plc_map.AT_SPEED))
    assert late == "nobody has looked for 195 ms whether the belt kept its speed"
    assert odometer.read(poll(1300, inputs=plc_map.AT_SPEED)) == "", "one exchange may fail"
