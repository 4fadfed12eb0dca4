"""What the agreement workbook says, in English and Chinese (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from reports.icc import Form
from reports.words import Language


@dataclass(frozen=True)
class AgreementWords:
    """The fixed words of an agreement workbook in one language; those with braces are filled in."""

    summary: str
    pictures: str
    worst: str
    pairs: str
    left_out: str
    title: str
    period: str
    none: str
    counts_title: str
    clinician: str
    peea: str
    table_title: str
    table_hint: str
    total: str
    exact_title: str
    exact: str
    recordings: str
    by_distance: str
    under: str
    over: str
    mean_absolute: str
    bias: str
    limits: str
    kappa_title: str
    measure: str
    value: str
    ase: str
    approximate_t: str
    p: str
    interval: str
    bootstrap_error: str
    bootstrap_interval: str
    kappa: str
    weighted: str
    icc_title: str
    icc: tuple[tuple[Form, str], ...]
    not_defined: str
    notes_title: str
    number: str
    date: str
    bed: str
    patient: str
    typed_vas: str
    difference: str
    record_id: str
    typed: str
    why: str
    no_vas: str
    no_grade: str
    scatter_title: str
    bland_altman_title: str
    vas_axis: str
    grade_axis: str
    mean_axis: str
    difference_axis: str
    bias_line: str
    limit_line: str
    no_pictures: str


_ENGLISH = AgreementWords(
    summary="Agreement",
    pictures="Pictures",
    worst="Largest differences",
    pairs="All pairs",
    left_out="Left out",
    title="Agreement of clinicians and PEEA",
    period="{ward} · {first} to {last} · {pairs} recordings of {patients} patients",
    none="No clinician's VAS was found in this time. Type it into the record sheets (0 to 10), save and close them.",
    counts_title="Recordings per grade (the paper's Table 5)",
    clinician="Clinician",
    peea="PEEA",
    table_title="Clinician's grade (rows) against PEEA's (columns)",
    table_hint="Equal grades are in colour. Right of them PEEA saw more pain than the clinician, left of them less.",
    total="All",
    exact_title="How often and how far they differ",
    exact="Same grade (interval: Wilson)",
    recordings="Recordings",
    by_distance="Apart by grades: {n}",
    under="PEEA lower (under-graded)",
    over="PEEA higher (over-graded)",
    mean_absolute="Mean absolute difference (grades)",
    bias="Bias, PEEA less clinician (grades)",
    limits="Limits of agreement, 95 % (grades)",
    kappa_title="Kappa (the paper's Table 7)",
    measure="Measure",
    value="Value",
    ase="Asymptotic standard error",
    approximate_t="Approximate T",
    p="p",
    interval="95 % interval",
    bootstrap_error="Bootstrap standard error, over patients",
    bootstrap_interval="Bootstrap 95 % interval, over patients",
    kappa="Kappa (equal grades)",
    weighted="Kappa, quadratic weights",
    icc_title="Intraclass correlation on grades (the paper's Table 6)",
    icc=(
        (Form.ONE_WAY, "one-way, a single rating"),
        (Form.AGREEMENT, "agreement, a single rating: the fair figure for one reading by PEEA"),
        (Form.CONSISTENCY, "consistency, a single rating (the paper's “single measures”)"),
        (Form.ONE_WAY_MEAN, "one-way, mean of clinician and PEEA"),
        (Form.AGREEMENT_MEAN, "agreement, mean of clinician and PEEA"),
        (Form.CONSISTENCY_MEAN, "consistency, mean of clinician and PEEA (the paper's “average measures”)"),
    ),
    not_defined="not defined",
    notes_title="How to read this",
    number="No.",
    date="Date",
    bed="Bed",
    patient="Patient id",
    typed_vas="Clinician's VAS",
    difference="PEEA less clinician (grades)",
    record_id="Record id",
    typed="What was typed",
    why="Why it is left out",
    no_vas="no whole number from 0 to 10",
    no_grade="PEEA has no grade for this recording",
    scatter_title="Each circle: how many recordings. Framed: where both give the same grade.",
    bland_altman_title="Difference of the grades against their mean (Bland and Altman), with bias and 95 % limits.",
    vas_axis="Clinician's VAS",
    grade_axis="PEEA's grade",
    mean_axis="Mean of both grades",
    difference_axis="PEEA less clinician (grades)",
    bias_line="bias",
    limit_line="limit",
    no_pictures="There are no pairs to draw.",
)

_CHINESE = AgreementWords(
    summary="一致性",
    pictures="图",
    worst="差异最大",
    pairs="全部配对",
    left_out="未纳入",
    title="医护评分与 PEEA 的一致性",
    period="{ward} · {first} 至 {last} · {patients} 名患者的 {pairs} 段录像",
    none="该时段内没有医护 VAS。请在记录单中填写（0 至 10），保存并关闭。",
    counts_title="各等级录像数（论文表 5）",
    clinician="医护",
    peea="PEEA",
    table_title="医护等级（行）与 PEEA 等级（列）",
    table_hint="等级相同者着色。其右侧：PEEA 判断的疼痛重于医护；其左侧：轻于医护。",
    total="合计",
    exact_title="差异的频率与大小",
    exact="等级相同（区间：Wilson）",
    recordings="录像数",
    by_distance="相差 {n} 级",
    under="PEEA 偏低（低估）",
    over="PEEA 偏高（高估）",
    mean_absolute="平均绝对差（级）",
    bias="偏差，PEEA 减医护（级）",
    limits="95% 一致性界限（级）",
    kappa_title="Kappa（论文表 7）",
    measure="指标",
    value="值",
    ase="渐近标准误",
    approximate_t="近似 T",
    p="p",
    interval="95% 区间",
    bootstrap_error="自助法标准误（按患者）",
    bootstrap_interval="自助法 95% 区间（按患者）",
    kappa="Kappa（等级相同）",
    weighted="Kappa（二次加权）",
    icc_title="等级的组内相关系数（论文表 6）",
    icc=(
        (Form.ONE_WAY, "单向，单次评分"),
        (Form.AGREEMENT, "绝对一致，单次评分：适用于 PEEA 的一次判读"),
        (Form.CONSISTENCY, "相对一致，单次评分（论文的“单个测量”）"),
        (Form.ONE_WAY_MEAN, "单向，医护与 PEEA 的平均"),
        (Form.AGREEMENT_MEAN, "绝对一致，医护与 PEEA 的平均"),
        (Form.CONSISTENCY_MEAN, "相对一致，医护与 PEEA 的平均（论文的“平均测量”）"),
    ),
    not_defined="无法计算",
    notes_title="如何阅读",
    number="序号",
    date="日期",
    bed="床号",
    patient="患者编号",
    typed_vas="医护 VAS",
    difference="PEEA 减医护（级）",
    record_id="记录编号",
    typed="所填内容",
    why="未纳入的原因",
    no_vas="不是 0 至 10 的整数",
    no_grade="PEEA 未能给该录像评级",
    scatter_title="每个圆：录像数。方框：两者等级相同之处。",
    bland_altman_title="两者等级之差与平均值（Bland-Altman 图），含偏差与 95% 界限。",
    vas_axis="医护 VAS",
    grade_axis="PEEA 等级",
    mean_axis="两者等级的平均",
    difference_axis="PEEA 减医护（级）",
    bias_line="偏差",
    limit_line="界限",
    no_pictures="没有可绘制的配对。",
)


def agreement_words(language: Language) -> AgreementWords:
    """The fixed words of an agreement workbook."""
    return _CHINESE if language == "zh" else _ENGLISH


def p_words(p: float) -> str:
    """A probability as it may be printed: never 0.000, as the paper's Table 7 has it."""
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
