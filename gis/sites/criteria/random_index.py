"""How inconsistent judgements are that nobody made: mean consistency index of random matrices, by size. Every table is published, and named."""

from __future__ import annotations

from dataclasses import dataclass

from layers.errors import QueryError


@dataclass(frozen=True, slots=True)
class RandomIndex:
    """One table of random indices.

    Attributes:
        name: how it is asked for.
        title: how it is cited.
        values: index of a matrix of 1, 2, 3, … rows.
    """

    name: str
    title: str
    values: tuple[float, ...]

    def of(self, size: int) -> float:
        """The index of a matrix of that many rows.

        Raises:
            QueryError: the table does not go so far.
        """
        if not 1 <= size <= len(self.values):
            raise QueryError(
                f"一次最多比较 {len(self.values)} 项（{self.title} 的随机一致性指标只到这里），现有 {size} 项。", hint="请分层比较，或直接给权重。"
            )
        return self.values[size - 1]


RANDOM_INDICES: dict[str, RandomIndex] = {
    table.name: table
    for table in (
        # T. L. Saaty, The Analytic Hierarchy Process, McGraw-Hill 1980, p. 21: 500 matrices for up to 11 rows, 100 beyond (hence the dip at 12).
        RandomIndex("saaty", "Saaty 1980", (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)),
        # J. A. Alonso, M. T. Lamata, Consistency in the analytic hierarchy process: a new approach, Int. J. Uncertainty, Fuzziness and Knowledge-Based
        # Systems 14(4), 2006, 445-459: 100,000 matrices of each size.
        RandomIndex(
            "alonso-lamata",
            "Alonso & Lamata 2006",
            (0.0, 0.0, 0.5245, 0.8815, 1.1086, 1.2479, 1.3417, 1.4056, 1.4499, 1.4854, 1.5141, 1.5365, 1.5551, 1.5713, 1.5838),
        ),
    )
}
"""By name. The ratio depends on the table, so every ratio names its own."""

DEFAULT = "saaty"


def table_named(name: str) -> RandomIndex:
    """The table of that name.

    Raises:
        QueryError: there is none; the sentence lists those there are.
    """
    if name not in RANDOM_INDICES:
        known = "、".join(f"{one.name}（{one.title}）" for one in RANDOM_INDICES.values())
        raise QueryError(f"没有名为“{name}”的随机一致性指标表；可用的有：{known}。")
    return RANDOM_INDICES[name]
