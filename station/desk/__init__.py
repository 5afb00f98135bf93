"""Above the processes: start and watch them, make faults, sum up; the work behind the `saiken` commands."""
