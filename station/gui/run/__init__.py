# SPDX-FileCopyrightText: 2026 The Saiken authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Run screen: what an operator sees while parts run."""
