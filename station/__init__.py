"""The inspection station: everything that runs on the device. A folder here is a process (see README.md)."""
