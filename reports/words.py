"""The ward's words in English and Chinese: grades, reasons with advice, notes, activities, warnings (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, TypeAlias

from grading.types import VAS_BANDS, Grade, Note, Reason

Language: TypeAlias = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_GRADES: dict[Language, dict[Grade, str]] = {
    "en": {
        Grade.NONE: "No pain seen",
        Grade.MILD: "Mild",
        Grade.OBVIOUS: "Obvious",
        Grade.SEVERE: "Severe",
        Grade.INTENSE: "Intense",
    },
    "zh": {
        Grade.NONE: "未见疼痛",
        Grade.MILD: "轻度",
        Grade.OBVIOUS: "明显",
        Grade.SEVERE: "重度",
        Grade.INTENSE: "剧烈",
    },
}

_REASONS: dict[Language, dict[Reason, tuple[str, str]]] = {
    "en": {
        Reason.UNREADABLE: (
            "The file cannot be read as a video",
            "Check that it plays on the camera, then copy it again or record again.",
        ),
        Reason.TRUNCATED: (
            "The recording breaks off before its end",
            "Copy the file from the camera again and wait until the copy has finished.",
        ),
        Reason.TOO_DIM: (
            "Too dark to see the face",
            "Switch on the bed light or open the curtain, and record again.",
        ),
        Reason.NO_FACE: (
            "No face in the picture",
            "Hold the camera 1 to 1.5 m from the patient's face, and record again.",
        ),
        Reason.TOO_FEW_FACES: (
            "The face is in the picture too seldom",
            "Keep the whole face in the picture for 20 to 25 s, and record again.",
        ),
        Reason.NOT_STABLE: (
            "No expression lasted long enough to be confirmed",
            "Hold the camera still, keep the face in the picture, and record again.",
        ),
        Reason.TOO_SHORT: (
            "The recording is too short",
            "Record for 20 to 25 s.",
        ),
        Reason.INTRACTABLE: (
            "The file cannot be worked through; each try broke off",
            "Copy the file from the camera again or record again. Tell the system administrator if it happens again.",
        ),
        Reason.LOST: (
            "The recording was lost before it was graded",
            "Record again. Tell the system administrator.",
        ),
    },
    "zh": {
        Reason.UNREADABLE: ("文件无法作为视频读取", "请确认能在摄像设备上播放，然后重新复制或重新录制。"),
        Reason.TRUNCATED: ("录像不完整，中途中断", "请从摄像设备重新复制，并等待复制完成。"),
        Reason.TOO_DIM: ("光线太暗，看不清面部", "请打开床头灯或拉开窗帘后重新录制。"),
        Reason.NO_FACE: ("画面中没有人脸", "请在距患者面部 1 至 1.5 米处拍摄，重新录制。"),
        Reason.TOO_FEW_FACES: ("面部在画面中的时间太短", "请让整个面部在画面中保持 20 至 25 秒，重新录制。"),
        Reason.NOT_STABLE: ("没有表情持续到足以确认", "请保持镜头稳定、面部在画面内，重新录制。"),
        Reason.TOO_SHORT: ("录像时间太短", "请录制 20 至 25 秒。"),
        Reason.INTRACTABLE: (
            "文件无法处理，每次尝试均中断",
            "请重新复制或重新录制；如再次发生，请告知系统管理员。",
        ),
        Reason.LOST: ("录像在评级前已丢失", "请重新录制，并告知系统管理员。"),
    },
}

_NOTES: dict[Language, dict[Note, str]] = {
    "en": {
        Note.DIM: "dim light",
        Note.TURNED_AWAY: "face turned away for a while",
        Note.FACE_OFTEN_LOST: "face often lost",
        Note.SEVERAL_FACES: "other people in the picture",
        Note.SIDEWAYS: "filmed sideways",
        Note.LENGTH_UNUSUAL: "length is not 20 to 25 s",
        Note.ONLY_THE_START: "only the start was graded",
        Note.CLOSE_CALL: "two grades lasted almost equally long",
    },
    "zh": {
        Note.DIM: "光线偏暗",
        Note.TURNED_AWAY: "面部曾转开",
        Note.FACE_OFTEN_LOST: "面部多次离开画面",
        Note.SEVERAL_FACES: "画面中有其他人",
        Note.SIDEWAYS: "画面横置",
        Note.LENGTH_UNUSUAL: "时长不在 20 至 25 秒",
        Note.ONLY_THE_START: "仅评估了开头部分",
        Note.CLOSE_CALL: "两个等级持续时间相近",
    },
}

# The paper's five activities; the keys are what the usual identity pattern finds in file names.
_ACTIVITIES: dict[Language, dict[str, str]] = {
    "en": {
        "turning": "Turning over in bed",
        "transfer": "Flat car to bed",
        "flexion": "Lower-limb flexion and extension",
        "straight-leg-raise": "Straight-leg raise",
        "standing": "Bedside standing",
    },
    "zh": {
        "turning": "床上翻身",
        "transfer": "平车过床",
        "flexion": "下肢屈伸",
        "straight-leg-raise": "直腿抬高",
        "standing": "床旁站立",
    },
}

_STATEMENT: dict[Language, str] = {
    "en": "Supports, does not replace, clinical judgement. Not a medical device.",
    "zh": "仅为临床判断提供参考，不能取代临床判断。本软件不是医疗器械。",
}

_PHANTOM: dict[Language, str] = {
    "en": "WARNING: the model in use was trained on synthetic patients only. "
    "Its grades have not been tested on real people.",
    "zh": "警告：当前模型仅用合成（虚拟）患者训练，其评级未在真实患者身上验证。",
}


def grade_words(grade: Grade, language: Language) -> str:
    """The word for a grade."""
    return _GRADES[language][grade]


def vas_band(grade: Grade) -> str:
    """The band of the visual analogue scale (0 to 10) that a grade stands for, such as "7–8"."""
    lowest, highest = VAS_BANDS[grade]
    return str(lowest) if lowest == highest else f"{lowest}–{highest}"


def reason_words(reason: Reason, language: Language) -> str:
    """Why a recording could not be graded, without a full stop."""
    return _REASONS[language][reason][0]


def advice(reason: Reason, language: Language) -> str:
    """What a nurse can do so that the next recording can be graded: a sentence."""
    return _REASONS[language][reason][1]


def note_words(note: Note, language: Language) -> str:
    """What to know about the quality of a graded recording, as part of a list."""
    return _NOTES[language][note]


def activity_words(activity: str, language: Language) -> str:
    """The ward's words for an activity found in a file name; what is not one of the five stays as it was typed."""
    key = activity.strip().lower().replace("_", "-").replace(" ", "-")
    return _ACTIVITIES[language].get(key, activity)


def statement(language: Language) -> str:
    """What the product is and is not; stands on every sheet."""
    return _STATEMENT[language]


def warnings(models: Iterable[str], language: Language) -> tuple[str, ...]:
    """What must be said of the models that graded; ("phantom..." are trained on synthetic patients)."""
    if any(is_synthetic(model) for model in models):
        return (_PHANTOM[language],)
    return ()


def is_synthetic(model: str) -> bool:
    """Whether a model of this version was trained on synthetic patients only."""
    return model.strip().lower().startswith("phantom")
