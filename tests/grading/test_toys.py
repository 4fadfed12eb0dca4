from grading.types import Box
from tests.grading.contracts import check_finder, check_scorer
from tests.grading.toys import ToyFinder, ToyScorer, scene


def test_the_toy_finder_keeps_the_contract_of_the_real_one() -> None:
    check_finder(ToyFinder({3: [Box(110, 60, 100, 120)]}), scene(3, 1), scene(0, 1))


def test_the_toy_scorer_keeps_the_contract_of_the_real_one() -> None:
    check_scorer(ToyScorer())
