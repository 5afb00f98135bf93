# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operator's window: a client of the line and the engine that inspection never waits for.

GPL-3.0-or-later, because PyQt6 is GPL: the only folder that imports it, and a process of its own.

    link      two connections that come back by themselves      (no Qt)
    news      the newest of everything, and the last 20 parts   (no Qt)
    situation why the line produces or not                      (no Qt)
    window    header, banner and the screens; pulls the news 30 times a second
"""
