"""Templates to text: everything that is not markup of ours is escaped."""

from __future__ import annotations

import base64
import hashlib
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from memnas_tf.memory.units import format_bytes
from tuner.timing import format_seconds


def render_page(template: str, **values: Any) -> str:
    """Fill in a template of this package.

    Args:
        template: Its name.
        **values: What it shows.

    Returns:
        A whole page.
    """
    environment = Environment(
        loader=PackageLoader("tuner.report", "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(bytes=format_bytes, seconds=format_seconds)
    script = _read("table.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template(template)
    # No script but ours runs, whatever else should find its way into the page.
    return page.render(
        style=Markup(_read("style.css")), script=Markup(script), script_hash=digest, **values
    )


def _read(name: str) -> str:
    return (resources.files("tuner.report") / "html" / name).read_text(encoding="utf-8")
