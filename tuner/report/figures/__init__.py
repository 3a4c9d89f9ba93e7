"""One file per picture: a function from plain data to a matplotlib figure.

Where it is shown is the caller's matter; `memnas_tf.drawing.picture_file.picture_bytes` makes PNG
or SVG of it, with settings that no matplotlibrc changes.
"""
