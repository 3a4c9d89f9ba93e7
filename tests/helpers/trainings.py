"""Plans of small trainings on handwritten digits."""

import keras

from memnas_tf.genotype import from_string
from memnas_tf.template import cifar_template
from memnas_tf.training.plan import TrainingPlan
from memnas_tf.training.recipe import make_recipe


def make_plan(name="paper", genotype="0c3+0mp=", filters=4, policy="float32", **values):
    """Plan a training by a recipe with some values changed."""
    recipe = make_recipe(name, **{"batch_size": 32, "augmentation": "crop", **values})
    return TrainingPlan(
        genotype=genotype,
        template=cifar_template((8, 8, 1), 10, filters, len(from_string(genotype).blocks)),
        recipe_name=name,
        recipe=recipe,
        dataset="digits",
        dataset_content=None,
        streamed=False,
        parts=1,
        limit=None,
        validation_fraction=0.2,
        seed=3,
        policy=policy,
        devices=1,
        backend=keras.backend.backend(),
    )
