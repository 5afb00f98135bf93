"""Adapters to the libraries that run networks, and the way from a bundle's directory to a tested detector."""
