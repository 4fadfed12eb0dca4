"""How a head is fitted: the hyper-parameters that the paper searches for (Table 2), and what they go with (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

Optimiser: TypeAlias = Literal["RMSprop", "Adam", "SGDM"]
OPTIMISERS: tuple[Optimiser, ...] = get_args(Optimiser)

EPOCHS = 30  # the paper's (Table 3)
BATCH = 256


@dataclass(frozen=True)
class Recipe:
    """How a head is fitted.

    optimiser: SGDM is stochastic gradient descent with momentum.
    rate: the learning rate at first; it falls to a hundredth of that along a cosine.
    momentum: of SGDM and RMSprop; Adam's beta_1.
    l2: this times the sum of the squared weights is added to the loss (it is not decoupled weight decay).
    dropout: share of features dropped in each step.
    """

    optimiser: Optimiser
    rate: float
    momentum: float
    l2: float
    dropout: float = 0.0
    epochs: int = EPOCHS
    batch: int = BATCH
    seed: int = 0


PAPER_OPTIMUM = Recipe("SGDM", rate=0.1679, momentum=0.8437, l2=2.456e-5)  # what the paper's search found
