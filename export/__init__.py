"""Offline: from a finished training run to a signed recipe bundle, with proof that both say the same."""
