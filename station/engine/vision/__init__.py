"""From a frame to a verdict: one implementation for training, evaluation and the line."""
