"""Rows of a report that are kept as columns and become objects when they are looked at."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import TypeVar, overload

R_co = TypeVar("R_co", covariant=True)


class ReportRows(Sequence[R_co]):
    """The rows of a report; a large one would not fit into memory as objects."""

    @abstractmethod
    def _row(self, place: int) -> R_co:
        """The row at a place from 0."""

    @overload
    def __getitem__(self, index: int) -> R_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[R_co, ...]: ...

    def __getitem__(self, index: int | slice) -> R_co | tuple[R_co, ...]:
        places = range(len(self))
        if isinstance(index, slice):
            return tuple(self._row(place) for place in places[index])
        return self._row(places[index])

    def __iter__(self) -> Iterator[R_co]:
        return map(self._row, range(len(self)))
