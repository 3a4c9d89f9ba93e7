"""Names of things that others may add to without editing this project.

What an installed package adds, it declares as an entry point: of the group that the registry
names, the thing's name on the left and where it is on the right. Such packages are imported when
somebody asks for a name that is not there yet, or for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from typing import TypeVar

from memnas_tf.errors import ConfigError

Thing = TypeVar("Thing")


class Registry(Mapping[str, Thing]):
    """Things by name, in the order in which they came.

    Args:
        kind: What they are, for people, such as "operation".
        things: Those of this project.
        check: Refuses a thing that is none of them; called with its name and the thing.

    Attributes:
        kind: What they are, for people.
        group: The group of entry points that adds to them.
    """

    def __init__(
        self,
        kind: str,
        things: Mapping[str, Thing],
        check: Callable[[str, Thing], None] = lambda name, thing: None,
    ) -> None:
        self.kind = kind
        self.group = f"memnas_tf.{kind}s"
        self._check = check
        self._things = dict(things)
        self._is_complete = False

    def __getitem__(self, name: str) -> Thing:
        if name not in self._things:
            self._load_packages()
        return self._things[name]

    def __contains__(self, name: object) -> bool:
        if name in self._things:
            return True
        self._load_packages()
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        self._load_packages()
        return iter(self._things)

    def __len__(self) -> int:
        self._load_packages()
        return len(self._things)

    def register(self, name: str, thing: Thing) -> None:
        """Add a thing, for this process.

        Args:
            name: Its name.
            thing: The thing.

        Raises:
            ConfigError: If the name is taken, or it is no such thing.
        """
        if not isinstance(name, str) or not name.isprintable() or not name or "," in name:
            raise ConfigError(f"{name!r} is no name of a {self.kind}; use letters and digits")
        if self._things.get(name, thing) is not thing:
            raise ConfigError(f"there is a {self.kind} {name!r} already; give it another name")
        self._check(name, thing)
        self._things[name] = thing

    def require(self, name: str) -> Thing:
        """Return the thing of a name.

        Raises:
            ConfigError: If there is none, naming those that there are.
        """
        if name not in self:
            raise ConfigError(f"unknown {self.kind} {name!r}; use one of {', '.join(self)}")
        return self._things[name]

    def name_of(self, thing: str | Thing) -> str:
        """Return the name of a thing, which may be given by its name too.

        Raises:
            ConfigError: If there is no such thing.
        """
        if isinstance(thing, str):
            self.require(thing)
            return thing
        # Of what takes a while to import there is only the place.
        place = f"{getattr(thing, '__module__', '')}:{getattr(thing, '__qualname__', '')}"
        for name, known in self.items():
            if known is thing or known == place:
                return name
        raise ConfigError(
            f"{thing!r} is no registered {self.kind}; register it first, or use one of "
            f"{', '.join(self)}"
        )

    def _load_packages(self) -> None:
        if self._is_complete:
            return
        self._is_complete = True  # a package may look names up while it is imported
        for entry in metadata.entry_points(group=self.group):
            try:
                self.register(entry.name, entry.load())
            except Exception as error:  # a package is a program: it can raise anything
                package = entry.dist.name if entry.dist else entry.value
                raise ConfigError(
                    f"the installed package {package!r} cannot add the {self.kind} "
                    f"{entry.name!r} ({error}); mend or uninstall it"
                ) from error
