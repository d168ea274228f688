"""What a benchmark is made of: an app, peers, measurements, a page. `build.py` puts it together."""
