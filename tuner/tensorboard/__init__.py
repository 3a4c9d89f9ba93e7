"""TensorBoard's logs of a search: a run for each trial, and one for the search.

Whoever trains a trial writes its curves and pictures (`trial_log`); whoever plans the rounds
writes the search's run and the results of all trials (`search_log`). Nothing here needs TensorFlow.
"""
