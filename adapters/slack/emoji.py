"""Emojis as Slack calls them: those that a program reacts with."""

NAMES = {
    "👍": "+1", "👎": "-1", "👀": "eyes", "✅": "white_check_mark", "❌": "x", "⚠": "warning",
    "🚩": "triangular_flag_on_post", "🚨": "rotating_light", "🛑": "octagonal_sign",
    "⛔": "no_entry", "🚫": "no_entry_sign", "🔇": "mute", "🔴": "red_circle",
    "🟡": "large_yellow_circle", "🟢": "large_green_circle", "❗": "exclamation",
    "❓": "question", "❤": "heart", "🎉": "tada", "🙏": "pray", "👏": "clap",
    "🤔": "thinking_face", "🤖": "robot_face", "⏳": "hourglass_flowing_sand", "📌": "pushpin",
    "🔒": "lock", "🧹": "broom", "💬": "speech_balloon", "🗑": "wastebasket",
}  # fmt: skip
