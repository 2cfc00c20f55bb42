"""One answer for each question of the corridor: values in, a `Found` out, or a `Fault`.

Nothing here knows in which order the questions are asked, or what they add up to.
"""
