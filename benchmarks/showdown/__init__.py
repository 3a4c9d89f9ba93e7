"""Searched networks beside hand-made ones in the same RAM and flash of a microcontroller.

`python -m benchmarks.showdown` goes on where it stopped, for as many days as it takes.
"""
