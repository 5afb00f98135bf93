"""Process 3: the journal (SQLite) and the pictures. Off the hot path; what it acknowledged survives `kill -9`."""
