"""Offline: data sets, networks, training, calibration and evaluation. Never runs on the line."""
