"""A whole line without hardware: drawn parts, conveyor, PLC with its gate and book, serial wire, camera. Shipped."""
