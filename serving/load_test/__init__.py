"""How fast a model server answers, and how many requests at once it stands."""
