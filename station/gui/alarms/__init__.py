# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Alarms screen: what needs a response now, why, and what to do (ISA-18.2)."""
