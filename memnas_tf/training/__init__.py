"""Train one network: recipes, schedules, checkpoints, precision and devices.

with training_directory(directory, plan, overwrite=False):
    trained = train_network(plan, data, directory)

A plan (`plan.py`) is all that the result depends on; a training that is killed goes on after its
last whole epoch, to the same result to the bit. Trials of a search share what is here.
"""
