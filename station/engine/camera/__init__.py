"""Cameras: one protocol, one file for each kind. The loop never knows which one it has."""
