"""The caveats of an agreement study, those that apply to its pairs (pure).

They follow from where the paper's own study can be misread: an average-measures ICC for a single reading, recordings
of one patient taken for independent, kappa beside an ordinal scale.
"""

from __future__ import annotations

from reports.agreement import Agreement
from reports.words import Language, warnings

_FEW_PAIRS = 30

_ALWAYS: dict[Language, tuple[str, ...]] = {
    "en": (
        "Figures compare grades, not VAS points: a clinician's VAS counts as the grade whose band holds it (0; "
        "1–3; 4–6; "
        "7–8; 9–10).",
        "For one reading by PEEA the single-rating forms are the fair ones, ICC(A,1) before all. The forms for a mean "
        "describe the mean of clinician and PEEA, which nobody uses on a ward; they are always higher.",
        "Kappa treats every difference alike; with quadratic weights, one of three grades counts nine times one "
        "of one grade. "
        "Read them beside the share of equal grades and the table.",
        "Whoever typed a VAS may have seen PEEA's grade on the same sheet. Then agreement is too high. For a "
        "study, have the "
        "VAS written down before the sheet is opened.",
    ),
    "zh": (
        "比较的是等级而非 VAS 分值：医护 VAS 按所在区间换算为等级（0；1–3；4–6；7–8；9–10）。",
        "PEEA 的一次判读应看单次评分的系数，首先是 ICC(A,1)。平均形式描述的是医护与 PEEA 的平均值，"
        "临床上并不使用，且总是更高。",
        "Kappa 对各种差异一视同仁；二次加权时，相差三级的权重是相差一级的九倍。请与等级相同的比例及上表一并阅读。",
        "填写 VAS 的人可能已看到同一表上的 PEEA 等级，这会使一致性偏高。用于研究时，请在打开记录单之前先记下 VAS。",
    ),
}
_CLUSTERS: dict[Language, str] = {
    "en": "{pairs} recordings come from {patients} patients, and recordings of one patient are alike: the intervals by "
    "formula are too narrow. Those by bootstrap draw whole patients ({drawings} times) and are the ones to read.",
    "zh": "{pairs} 段录像来自 {patients} 名患者，同一患者的录像相近，因此公式所得区间偏窄。"
    "自助法按患者整体抽样（{drawings} 次），请以其区间为准。",
}
_NO_PATIENT: dict[Language, str] = {
    "en": "Recordings without a patient id, each of which counts as a patient of its own: {n}.",
    "zh": "{n} 段录像没有患者编号，各按一名患者计。",
}
_FEW: dict[Language, str] = {
    "en": "With {pairs} pairs these figures say little; the paper had 272.",
    "zh": "只有 {pairs} 对，这些数值意义有限；论文为 272 对。",
}
_ONE_GRADE: dict[Language, str] = {
    "en": "Kappa and intraclass correlation are not defined where both gave one and the same grade throughout, "
    "or with fewer "
    "than two recordings.",
    "zh": "若两者始终给出同一等级，或录像不足两段，则 Kappa 与组内相关系数无法计算。",
}
_NONE_GRADE: dict[Language, str] = {
    "en": "Pairs with the grade 0 (no pain seen, VAS 0), which the paper does not have: {n}.",
    "zh": "{n} 对含 0 级（未见疼痛，VAS 0），论文中没有此等级。",
}
_OUTSIDE: dict[Language, str] = {
    "en": "Recordings of patients outside the studied group, which are included: {n}.",
    "zh": "{n} 段录像的患者不属于研究人群，已计入。",
}
_LEFT_OUT: dict[Language, str] = {
    "en": "Left out: typed texts that are no VAS: {unusable}; recordings without a grade: {ungraded} (sheet "
    "“Left out”).",
    "zh": "未纳入：不是 VAS 的内容 {unusable} 个；没有等级的录像 {ungraded} 段（见“未纳入”表）。",
}
_MODELS: dict[Language, str] = {"en": "Graded by: {models}.", "zh": "评级模型：{models}。"}
_SEVERAL: dict[Language, str] = {
    "en": "Several versions graded; figures of one version alone may differ.",
    "zh": "由多个模型版本评级；单个版本的数值可能不同。",
}


def notes(found: Agreement, language: Language) -> tuple[str, ...]:
    """The sentences that apply, the most important first."""
    said: list[str] = []
    n = len(found.pairs)
    if n < _FEW_PAIRS:
        said.append(_FEW[language].format(pairs=n))
    if found.kappa is None or len(found.iccs) < 6:
        said.append(_ONE_GRADE[language])
    if found.n_patients < n and found.errors is not None and found.errors.exact is not None:
        drawings = found.errors.exact.n_drawings
        said.append(_CLUSTERS[language].format(pairs=n, patients=found.n_patients, drawings=drawings))
    said.extend(_ALWAYS[language])
    counted = (
        (_NO_PATIENT, found.n_without_patient),
        (_NONE_GRADE, sum(not (pair.clinician and pair.peea) for pair in found.pairs)),
        (_OUTSIDE, sum(bool(pair.record.outside) for pair in found.pairs)),
    )
    said.extend(words[language].format(n=count) for words, count in counted if count)
    if found.unusable or found.ungraded:
        said.append(_LEFT_OUT[language].format(unusable=len(found.unusable), ungraded=len(found.ungraded)))
    models = models_of(found)
    if models:
        said.append(_MODELS[language].format(models=", ".join(models)))
    if len(models) > 1:
        said.append(_SEVERAL[language])
    return tuple(said)


def models_of(found: Agreement) -> tuple[str, ...]:
    """The versions that graded, in alphabetical order."""
    return tuple(sorted({pair.record.outcome.model for pair in found.pairs if pair.record.outcome} - {""}))


def warnings_of(found: Agreement, language: Language) -> tuple[str, ...]:
    """What must be said of these versions."""
    return warnings(models_of(found), language)
