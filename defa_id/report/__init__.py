"""How answers are shown to people: pure functions from values to text, no screen and no clock."""
