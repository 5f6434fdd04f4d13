"""Speed and size, as ratios to the least that a Flask route can do (`make bench`)."""
