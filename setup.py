"""Install memnas-tf and its command, memnas."""

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
# The build that the tests run; there are wheels for x86-64 Linux, and none for Python 3.13 yet.
TFLM = (
    "tflite-micro==0.dev20261023182759; "
    "python_version < '3.13' and sys_platform == 'linux' and platform_machine == 'x86_64'"
)
# What runs the example notebook, and what builds the API reference.
DOCS = ["ipykernel>=6.29,<8", "nbclient>=0.10,<1", "nbformat>=5.10,<6", "pdoc>=15,<17"]


def requirements() -> list[str]:
    """Read requirements.txt, the one place that lists what the project needs."""
    lines = (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


setup(
    name="memnas-tf",
    version="0.1.0",
    description="Memory-efficient neural architecture search (MemNAS) for Keras and TensorFlow",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="Apache-2.0",
    python_requires=">=3.10,<3.14",
    packages=find_packages(
        include=["memnas_tf*", "tuner*", "serving*", "memnas_cli*"],
    ),
    package_data={
        "memnas_tf": ["py.typed", "devices/*.toml", "tflm/*.toml"],
        "serving": ["*.jinja", "tflm/templates/*.jinja"],
        "tuner.ranking": ["*.json"],
        "tuner.report": ["html/*.jinja", "html/*.css", "html/*.js"],
    },
    install_requires=requirements(),
    extras_require={
        "litert": ["ai-edge-litert>=2.1,<3"],
        "jax": ["jax>=0.4.34,<0.12"],
        "tflm": [TFLM],
        "docs": DOCS,
        "dev": [
            *DOCS,
            "ai-edge-litert>=2.1,<3",
            TFLM,
            "hypothesis>=6.100,<7",
            "jax>=0.4.34,<0.12",
            "mypy>=1.13,<3",
            "pytest>=8,<10",
            "pytest-timeout>=2.3,<3",
            "pytest-xdist>=3.6,<4",
            "pyyaml>=6,<7",
            "requests>=2.31,<3",
            "ruff>=0.8,<1",
            "selenium>=4.25,<5",
        ],
    },
    entry_points={"console_scripts": ["memnas=memnas_cli.main:run"]},
    classifiers=[
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
