"""Near-duplicates in a training set: one matter sent twice must not be learned in one fold and asked in another."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

RUN = 4  # words in a row that two texts share
ALIKE = 0.3  # share of the shorter one's runs from which they count as one matter
LEAST = 3  # runs
COMMON = 30  # texts; a run that more of them have is a form of words


def groups_of(rows: Sequence[Sequence[str]]) -> npt.NDArray[np.int64]:
    """(texts,): the number of the group of each text, given its words."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    runs = [{words_run(words, at) for at in range(len(words) - RUN + 1)} for words in rows]
    numbers: dict[int, int] = {}
    column = [numbers.setdefault(run, len(numbers)) for some in runs for run in some]
    row = np.repeat(np.arange(len(rows)), [len(some) for some in runs])
    table = sparse.csr_matrix((np.ones(len(row), np.float32), (row, column)), shape=(len(rows), len(numbers) or 1))
    times = np.asarray(table.sum(axis=0)).ravel()
    table = table[:, (times >= 2) & (times <= COMMON)]
    shared = (table @ table.T).tocoo()
    size = np.array([max(1, len(some)) for some in runs])
    alike = shared.data >= np.maximum(ALIKE * np.minimum(size[shared.row], size[shared.col]), LEAST)
    links = sparse.coo_matrix((np.ones(alike.sum()), (shared.row[alike], shared.col[alike])), shape=shared.shape)
    return np.asarray(connected_components(links, directed=False)[1], np.int64)


def words_run(words: Sequence[str], at: int) -> int:
    """A number for the run of words that begins there."""
    return hash(tuple(words[at : at + RUN]))
