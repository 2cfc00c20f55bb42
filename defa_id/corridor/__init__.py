"""What a walk down the corridor carries along: its door to the outside, and the record it closes with."""
