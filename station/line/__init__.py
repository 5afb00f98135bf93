"""Process 1: the serial link to the PLC, part numbers, deadlines. Real time; imports no numpy, cv2 or Qt."""
