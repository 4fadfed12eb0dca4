"""What stands above columns and around tables, in English and Chinese (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from reports.words import Language


@dataclass(frozen=True)
class Headings:
    """The fixed words of a workbook in one language."""

    record_sheet: str
    day_sheet: str
    timeline_sheet: str
    trend_sheet: str
    legend_sheet: str
    record_title: str
    day_title: str
    timeline_title: str
    trend_title: str
    legend_title: str
    times: str
    page: str
    number: str
    date: str
    recorded: str
    received: str
    bed: str
    patient: str
    activity: str
    hours_since_injury: str
    to_note: str
    grade: str
    word: str
    vas: str
    longest_s: str
    none_s: str
    mild_s: str
    obvious_s: str
    severe_s: str
    intense_s: str
    face_share: str
    peak: str
    confidence: str
    quality: str
    clinician_vas: str
    site: str
    character: str
    intervention: str
    route: str
    reassess_due: str
    rescore: str
    signature: str
    remarks: str
    model: str
    record_id: str
    fingerprint: str
    good: str
    not_graded: str
    not_finished: str
    waiting: str
    stopped: str
    vas_rule_title: str
    vas_rule: str
    locked_title: str
    locked: str
    named: str
    recordings: str
    share: str
    total: str
    reason: str
    no_bed: str
    by_grade: str
    by_reason: str
    by_bed: str
    by_bed_note: str
    length_s: str
    cell_s: str
    strip: str
    chart: str
    chart_latest: str
    seconds: str
    chart_axis: str
    for_chart: str
    per_day: str
    trend_note: str
    trend_more: str
    trend_chart: str
    gap: str
    unconfirmed: str
    ungraded: str


_ENGLISH = Headings(
    record_sheet="Record",
    day_sheet="Day",
    timeline_sheet="Timeline",
    trend_sheet="Trend",
    legend_sheet="Legend",
    record_title="Pain record sheet",
    day_title="The day in numbers",
    timeline_title="Grades over the seconds",
    trend_title="Patients over the days",
    legend_title="What this workbook says",
    times="times: {zone}",
    page="Page &P of &N",
    number="No.",
    date="Date",
    recorded="Time recorded",
    received="Time received",
    bed="Bed",
    patient="Patient id",
    activity="Activity",
    hours_since_injury="Hours since injury",
    to_note="To note",
    grade="Grade",
    word="In words",
    vas="VAS band",
    longest_s="Longest duration (s)",
    none_s="No pain seen (s)",
    mild_s="Mild (s)",
    obvious_s="Obvious (s)",
    severe_s="Severe (s)",
    intense_s="Intense (s)",
    face_share="Time with a face",
    peak="Peak grade",
    confidence="Confidence",
    quality="Quality, or why not graded and what to do",
    clinician_vas="Clinician's VAS 0–10",
    site="Site",
    character="Character",
    intervention="Intervention",
    route="Route",
    reassess_due="Reassess due",
    rescore="Re-score 0–10",
    signature="Signature",
    remarks="Remarks",
    model="Model",
    record_id="Record id",
    fingerprint="Fingerprint of the video (SHA-256)",
    good="Good",
    not_graded="Not gradable",
    not_finished="Stopped",
    waiting="Not graded yet.",
    stopped="Stopped: {why} Tell the system administrator.",
    vas_rule_title="VAS",
    vas_rule="Please type a whole number from 0 to 10.",
    locked_title="PEEA",
    locked="PEEA writes this cell. Please type into the tinted cells.",
    named="Is this cell tinted? Then go on. Over what PEEA found, your words are kept as a comment only.",
    recordings="Recordings",
    share="Share",
    total="All",
    reason="Reason",
    no_bed="(no bed)",
    by_grade="Recordings per grade",
    by_reason="Recordings without a grade",
    by_bed="Beds and hours",
    by_bed_note="Each cell: the most severe grade of that hour; – not gradable. The hour of the recording if the video "
    "tells it, else of its receipt. At the right: recordings.",
    length_s="Length (s)",
    cell_s="One cell (s)",
    strip="Each cell: the grade held longest in it. – no usable face, · nothing confirmed. Grades: see Legend.",
    chart="Grades over the seconds",
    chart_latest="Grades over the seconds: the latest {count} recordings",
    seconds="Seconds",
    chart_axis="Seconds   ( – grey stripes: no usable face   · white stripes: nothing confirmed )",
    for_chart="For the chart",
    per_day="Recordings of these patients",
    trend_note="Each cell: the most severe grade of the day (in brackets: how many recordings, if several); "
    "– not gradable. Patients of today, over 14 days.",
    trend_more="{count} more patients of today are not shown.",
    trend_chart="Recordings of these patients by grade",
    gap="No usable face",
    unconfirmed="Nothing confirmed yet",
    ungraded="Without a grade",
)

_CHINESE = Headings(
    record_sheet="记录",
    day_sheet="当日统计",
    timeline_sheet="时间轴",
    trend_sheet="趋势",
    legend_sheet="说明",
    record_title="疼痛记录单",
    day_title="当日统计",
    timeline_title="各秒疼痛等级",
    trend_title="患者逐日疼痛等级",
    legend_title="本工作簿说明",
    times="时区：{zone}",
    page="第 &P 页，共 &N 页",
    number="序号",
    date="日期",
    recorded="录制时间",
    received="接收时间",
    bed="床号",
    patient="患者编号",
    activity="活动",
    hours_since_injury="伤后小时",
    to_note="提示",
    grade="等级",
    word="文字",
    vas="VAS 区间",
    longest_s="最长持续 (秒)",
    none_s="未见疼痛 (秒)",
    mild_s="轻度 (秒)",
    obvious_s="明显 (秒)",
    severe_s="重度 (秒)",
    intense_s="剧烈 (秒)",
    face_share="有面部时间",
    peak="最高等级",
    confidence="置信度",
    quality="录像质量，或未能评级的原因与建议",
    clinician_vas="医护 VAS",
    site="部位",
    character="性质",
    intervention="处理措施",
    route="给药途径",
    reassess_due="应复评时间",
    rescore="复评 VAS",
    signature="签名",
    remarks="备注",
    model="模型",
    record_id="记录编号",
    fingerprint="录像指纹 (SHA-256)",
    good="良好",
    not_graded="无法评级",
    not_finished="已中止",
    waiting="尚未评级。",
    stopped="已中止：{why}请通知系统管理员。",
    vas_rule_title="VAS",
    vas_rule="请输入 0 至 10 的整数。",
    locked_title="PEEA",
    locked="此格由 PEEA 填写。请在浅色底纹的单元格中填写。",
    named="此格为浅色底纹？请继续。若此格已有 PEEA 找到的内容，您所填内容只作为批注保留。",
    recordings="录像数",
    share="占比",
    total="合计",
    reason="原因",
    no_bed="（无床号）",
    by_grade="各等级录像数",
    by_reason="未能评级的录像",
    by_bed="各床位各小时",
    by_bed_note="每格为该小时内最重的等级；“–”无法评级。按录制时间（录像中有记载时），否则按接收时间。右侧为录像数。",
    length_s="时长 (秒)",
    cell_s="每格 (秒)",
    strip="每格为该时段内持续最久的等级。“–”无可用面部，“·”尚未确认。等级含义见“说明”。",
    chart="各秒疼痛等级",
    chart_latest="各秒疼痛等级：最近 {count} 份录像",
    seconds="秒",
    chart_axis="秒（ – 灰底斜线：没有可用面部　· 白底斜线：尚未确认 ）",
    for_chart="图表数据",
    per_day="上述患者的录像数",
    trend_note="每格为当日最重的等级（括号内为录像数，多于一份时）；“–”无法评级。今日有录像的患者，14 天。",
    trend_more="另有 {count} 名今日患者未显示。",
    trend_chart="上述患者各等级录像数",
    gap="无可用面部",
    unconfirmed="尚未确认",
    ungraded="无等级",
)


def headings(language: Language) -> Headings:
    """The fixed words of a workbook."""
    return _CHINESE if language == "zh" else _ENGLISH
