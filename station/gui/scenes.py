# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All pictures that are taken of the window: every screen in every state."""

from __future__ import annotations

from station.gui.admin import scenes as admin
from station.gui.alarms import scenes as alarms
from station.gui.made_up import Scene, run_scenes
from station.gui.review import scenes as review
from station.gui.setup import scenes as setup
from station.gui.statistics import scenes as statistics


def all_scenes() -> tuple[Scene, ...]:
    """In the order of the rail."""
    return (*run_scenes(), *review.scenes(), *statistics.scenes(), *alarms.scenes(), *setup.scenes(), *admin.scenes())
