"""What a result sheet says, in English and Chinese (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from grading.types import Note
from reports.words import Language


@dataclass(frozen=True)
class ResultWords:
    """The fixed words of a result sheet in one language; those with braces are filled in."""

    sheet: str
    title: str
    when: str
    recorded: str
    received: str
    since_injury: str
    not_gradable: str
    length: str
    picture: str
    picture_hint: str
    axis: str
    per_grade: str
    seconds: str
    share_of_length: str
    gaps: str
    unconfirmed: str
    stretches: str
    from_s: str
    to_s: str
    more: str
    none_confirmed: str
    quality: str
    why: str
    what_to_do: str
    good: str
    brightness: str
    faces: str
    faces_warning: str
    onset: str
    apex: str
    end: str
    no_faces: str
    how: str


_ENGLISH = ResultWords(
    sheet="Result",
    title="Result of recording No. {number}",
    when="{ward} · {when} ({zone})",
    recorded="Recorded",
    received="Received",
    since_injury="Hours since injury",
    not_gradable="Not gradable",
    length="Length (s)",
    picture="Grade over the seconds",
    picture_hint="Blocks: confirmed stretches, at the height of their grade. Hatched: no usable face. Empty: "
    "nothing confirmed.",
    axis="seconds",
    per_grade="Grade",
    seconds="Seconds",
    share_of_length="Share of length",
    gaps="No usable face",
    unconfirmed="Nothing confirmed",
    stretches="Confirmed stretches",
    from_s="From (s)",
    to_s="To (s)",
    more="and {n} more",
    none_confirmed="none",
    quality="Quality of the recording",
    why="Why",
    what_to_do="What to do",
    good="Good. Nothing stands in the way of the grade.",
    brightness="Brightness of the face (0–255)",
    faces="Frames",
    faces_warning="FACES OF A PATIENT: keep this sheet as you keep the recording. It is not encrypted.",
    onset="Onset, {at} s",
    apex="Apex, {at} s",
    end="End, {at} s",
    no_faces="No frames could be cut from this recording.",
    how="How it was graded",
)

_CHINESE = ResultWords(
    sheet="结果",
    title="第 {number} 号录像的结果",
    when="{ward} · {when}（{zone}）",
    recorded="录制",
    received="接收",
    since_injury="受伤后小时",
    not_gradable="无法评级",
    length="时长 (秒)",
    picture="各秒疼痛等级",
    picture_hint="色块：已确认的时段，高度为其等级。斜线：没有可用面部。空白：尚未确认。",
    axis="秒",
    per_grade="等级",
    seconds="秒",
    share_of_length="占时长",
    gaps="无可用面部",
    unconfirmed="尚未确认",
    stretches="已确认的时段",
    from_s="起 (秒)",
    to_s="止 (秒)",
    more="另有 {n} 段",
    none_confirmed="无",
    quality="录像质量",
    why="原因",
    what_to_do="怎么办",
    good="良好，不影响评级。",
    brightness="面部亮度 (0–255)",
    faces="画面",
    faces_warning="患者面部：请像保管录像一样保管本表。本表未加密。",
    onset="起始，{at} 秒",
    apex="最重，{at} 秒",
    end="结束，{at} 秒",
    no_faces="未能从该录像截取画面。",
    how="如何评级",
)

_NOTE_ADVICE: dict[Language, dict[Note, str]] = {
    "en": {
        Note.DIM: "Next time switch on the bed light or open the curtain.",
        Note.TURNED_AWAY: "Next time keep the face turned to the camera; what was hidden is not counted.",
        Note.FACE_OFTEN_LOST: "Next time keep the whole face in the picture; what was hidden is not counted.",
        Note.SEVERAL_FACES: "Check that the patient was graded: the face longest near the middle. Next time be alone.",
        Note.SIDEWAYS: "It was turned upright for grading. Next time hold the camera upright.",
        Note.LENGTH_UNUSUAL: "Next time record for 20 to 25 s.",
        Note.ONLY_THE_START: "Next time record for 20 to 25 s; what came later says nothing here.",
        Note.CLOSE_CALL: "Compare the seconds of each grade, and look at the patient yourself.",
    },
    "zh": {
        Note.DIM: "下次请打开床头灯或拉开窗帘。",
        Note.TURNED_AWAY: "下次请让面部朝向镜头；看不到的时间不计入。",
        Note.FACE_OFTEN_LOST: "下次请让整个面部在画面内；看不到的时间不计入。",
        Note.SEVERAL_FACES: "请确认评估的是患者本人（靠近画面中央时间最长的面部）。下次请勿让他人入镜。",
        Note.SIDEWAYS: "评级前已转正。下次请竖直拍摄。",
        Note.LENGTH_UNUSUAL: "下次请录制 20 至 25 秒。",
        Note.ONLY_THE_START: "下次请录制 20 至 25 秒；之后的部分未计入。",
        Note.CLOSE_CALL: "请比较各等级的时长，并亲自观察患者。",
    },
}


def result_words(language: Language) -> ResultWords:
    """The fixed words of a result sheet."""
    return _CHINESE if language == "zh" else _ENGLISH


def note_advice(note: Note, language: Language) -> str:
    """What to do about a note on quality: a sentence."""
    return _NOTE_ADVICE[language][note]
