# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Review screen: people say of rejected and borderline parts what they really are."""
