"""Process 2: from the camera's frame to the verdict."""
