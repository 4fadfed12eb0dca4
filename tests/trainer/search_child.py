"""Searches in a process of its own, to be killed: python -m tests.trainer.search_child FOLDER TRIALS."""

import sys
from pathlib import Path

from trainer.recipe import Recipe
from trainer.search import PAPER, Search


def hill(recipe: Recipe) -> float:
    return max(0.0, 0.9 - abs(recipe.rate - 0.1) - abs(recipe.momentum - 0.9))


if __name__ == "__main__":
    search = Search(PAPER, Recipe("SGDM", 0.1, 0.9, 0.0, seed=5), "pictures", Path(sys.argv[1]))
    search.run(int(sys.argv[2]), hill, lambda trial: print(len(search.trials), flush=True))
