"""Every string that the judgement of a night says, and nothing else: what a translator needs.

words.py chooses among them and fills them in; figures.py writes numbers, durations and times
with them. Names in braces are filled in and may stand in any order; `:.1f` keeps one decimal. A
pair of strings is for one and for any other count. Each sentence has a twin without numbers
for the calm mode. Where the word for something begins a sentence, its first letter becomes a
capital. tests/architecture refuses such strings in any other module of monitor/score and
monitor/night; the table of the model, which docs/scoring.md is made of, keeps its own.
"""

from typing import Final

Forms = tuple[str, str]  # for one, and for any other count

# Numbers, durations, times and lists.
NUMBERS: Final = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip
SECONDS: Final = "{seconds:.0f} s"
MINUTES: Final = "{minutes} min"
HOURS: Final = "{hours} h"
HOURS_AND_MINUTES: Final = "{hours} h {minutes} min"
CLOCK: Final = "{hour:02}:{minute:02}"
FROM_TO: Final = "from {begin} to {end}"
STRETCH: Final = "from {begin} to {end} ({lasted})"
STRETCHES: Final = "in {count} stretches between {begin} and {end} ({lasted} in all)"
AT: Final = "at {time}"
DIM: Final = "{lux:.2f} lx"
FAINT: Final = "{lux:.1f} lx"
LIT: Final = "{lux} lx"
LEVEL: Final = "{level} dB"
LEVEL_AT_MOST: Final = "≤ {level} dB"
TEMPERATURE: Final = "{temperature_c:.1f} °C"
POINTS: Final[Forms] = ("{count} point", "{count} points")
FEW_POINTS: Final = "less than half a point"
AND: Final = " and "
BETWEEN_REASONS: Final = "; "

# Source: docs/scoring.md, bands; the keys are those of model.BANDS.
BAND_WORDS: Final = {
    "excellent": "Excellent",
    "good": "Good",
    "fair": "Fair",
    "poor": "Poor",
    "bad": "Bad",
}
STEADINESS: Final = {
    "steady": "steady",
    "fairly_steady": "fairly steady",
    "irregular": "irregular",
}
PART_WORDS: Final = {"quiet": "Quiet", "cool": "Cool", "dark": "Dark"}
MEASURED: Final = {"quiet": "noise", "cool": "temperature", "dark": "light"}
SENSORS: Final = {
    "quiet": "the microphone",
    "cool": "the temperature sensor",
    "dark": "the light sensor",
}

# Per cause: the name in running text, how its sentence begins, what its value is called.
CAUSES: Final[dict[str, tuple[str, str, str]]] = {
    "warm": ("warmth", "Warm", "peak {temperature_c:.1f} °C at {at}"),
    "cold": ("cold", "Cold", "lowest {temperature_c:.1f} °C at {at}"),
    "humid": ("humid air", "Humid air", "up to {humidity_pct:.0f} % at {at}"),
    "dry": ("dry air", "Dry air", "down to {humidity_pct:.0f} % at {at}"),
    "steady": ("steady sound", "Steady sound", "{laeq_db:.0f} dB on average"),
    "background": ("background sound", "Background sound", "{laeq_db:.0f} dB on average"),
    "floor": (
        "levels below the microphone's own noise",
        "Below the microphone's own noise",
        "{laeq_db:.0f} dB at most, taken for the middle of what it can have been",
    ),
    "event": ("single sounds", "Sounds", ""),
    "lamp": ("a light", "Light", "up to {lux} at {at}"),
    "glow": ("faint light", "Faint light", "up to {lux} at {at}"),
    "daylight": ("daylight", "Light came in", "up to {lux} at {at}"),
    "gap": ("missing values", "No values", "taken for as poor as the worst tenth of the night"),
}
GAP_BEGINS: Final = "No values from {sensor}"
COST: Final = "{begin} {when}, {value}: {points}."
COST_CALM: Final = "{cause} cost something this night."

# Single sounds.
SOUND: Final = "One sound of {peak} ({lasted})"
SOUNDS: Final = (
    "{count} sounds of {softest} dB and more between {begin} and {end} ({lasted} in all), loudest"
    " {peak}"
)
PEAK: Final = "{level} dB at {time}"
EVENTS: Final = (
    "{sounds}: about {awakenings:.1f} extra awakenings would be expected{estimate}; {points}."
)
BEYOND_STUDIES: Final = ", partly beyond the range that was studied"
EVENTS_CALM: Final = "Single sounds cost something this night."

# What went well.
TYPICAL: Final = {
    "quiet": "{at_most}{laeq_db:.0f} dB on average between sounds",
    "cool": "{lowest_c:.1f} to {highest_c:.1f} °C",
    "dark": "{lux} at most",
}
AT_MOST_LEVEL: Final = "at most "
GOOD: Final = "{part} went well {when}, {value}: {points} lost."
GOOD_CALM: Final = "{part} went well."

# The one change; each in running text.
CHANGES: Final = {
    "warm": "let the room cool down before bed: open a window or turn the heating down",
    "cold": "make the room or the bed a little warmer",
    "humid": "air the room before bed",
    "dry": "let some moisture into the room's air",
    "steady": "find the steady sound and move it away or close the door to it",
    "background": "close what lets the background sound in",
    "event": "keep single sounds out: close the window, or find what makes them",
    "lamp": "keep the light off, or use a dim red one on the way",
    "glow": "cover the small lights in the room",
    "daylight": "darken the window",
}
CHANGE: Final = "Change one thing tonight: {advice} (up to {points})."
CHANGE_CALM: Final = "{advice}."
CHECK: Final = "Change one thing tonight: check {sensors}."
CHECK_BEGINS: Final = CHECK.partition("{")[0]
CHECK_CALM: Final = "Check {sensors}."
NOTHING_TO_CHANGE: Final = "Change nothing: the room did well."

# The headline.
HEADLINE_RATED: Final = "{word}. {rest}"
HEADLINE_UNRATED: Final = "No full-night rating. {rest}"
UNDISTURBED: Final = "Nothing that was measured disturbed the room."
HEADLINE_COUNT: Final = "{count} sounds"
HEADLINE_SOUND: Final = "a single sound"
HEADLINE_HELD_BACK: Final = "Held back by {part}; most of it {cause} {when}."
HEADLINE_COST: Final[Forms] = (
    "What cost most was {cause} {when}.",
    "What cost most were {cause} {when}.",
)

# What the rating lacks.
NO_RATING: Final = "No rating for this night."
RUNNING: Final = "the night is still running"
NO_SENSOR: Final = "no sensor is fitted"
TOO_SHORT: Final = "only {lasted} of the night, at least 4 h are needed"
# Of a sensor that gave none as of one whose values were deleted.
NO_VALUES: Final = "there are no values of {sensor} {stretch}"
NO_VALUES_OFTEN: Final = "there are no values of {sensor} for {lasted}, the longest time {stretch}"
OF_PARTS: Final[Forms] = (
    "of {count} part, {measured} not measured",
    "of {count} parts, {measured} not measured",
)
PARTIAL: Final = "{part} was seen for {seen} % of the night: {no_values}."
PARTIAL_CALM: Final = "{part} was seen for part of the night only."

# Notes.
HELD_BACK: Final = (
    "Held back to {rating} by {part}: {points} of its loss come from the rule that two good parts"
    " must not hide a bad one."
)
HELD_BACK_CALM: Final = "Held back by {part}."
AT_LEAST: Final = "The microphone cannot tell levels below {floor} dB: Quiet is at least {score}."
AT_LEAST_CALM: Final = "The room was quieter than the microphone can tell."
BOUND_MOST: Final = "at most"
BOUND_LEAST: Final = "at least"
AT_MOST: Final = "{reason}: {part} is at most {score}."
# Per part: why it may have been worse than measured, and the same for the calm mode.
AT_MOST_REASONS: Final = {
    "quiet": (
        "Nobody listened for single sounds, only for levels",
        "Single sounds were not listened for.",
    ),
    "dark": (
        "Infrared outshone visible light, or light left the sensor's range",
        "The light sensor could not tell all of the light.",
    ),
}
CLIPPED: Final = (
    "In {minutes} a sound was louder than the microphone can tell: its level is a lower limit."
)
CLIPPED_MINUTES: Final[Forms] = ("{count} minute", "{count} minutes")
CLIPPED_CALM: Final = "A sound was louder than the microphone can tell."
HUM: Final = (
    "Low-frequency hum for {lasted}: C-weighted levels lay {above} dB above A-weighted ones,"
    " which Quiet follows. A boiler, a transformer or traffic far away sounds like that."
)
HUM_CALM: Final = "There was a low-frequency hum."
HUM_AT_FLOOR: Final = (
    "Perhaps a low-frequency hum for {lasted}: C-weighted levels lay at least {above} dB above"
    " A-weighted ones, which were as low as the microphone's own noise. A boiler or traffic far"
    " away is like that, and so are some microphones: it may be the microphone itself, or too low"
    " to hear."
)
HUM_AT_FLOOR_CALM: Final = "There may have been a low-frequency hum."
LATER: Final = (
    "Lights-out at {time}? The room became clearly quieter then, {later} after the time that this"
    " night is counted from."
)
LATER_CALM: Final = "Lights-out later? The room became clearly quieter some time after it."
PERCENTILE: Final = "Better than {better} of your last {nights} nights."
PERCENTILE_GOOD_CALM: Final = "Better than most of your nights."
PERCENTILE_POOR_CALM: Final = "Not one of your best nights."

# The room now.
NO_VALUE_NOW: Final = "no value from {sensor}"
FINE_NOW: Final = {
    "quiet": "{now}: quiet enough",
    "cool": "{now}: right for the night",
    "dark": "{now}: dark enough",
}
PEAKS_NOW: Final = "peaks of {level} dB: keep single sounds out"
FAN_NOW: Final = "{now}: a fan or an open window may be worth its sound now"
STEADY_NOW: Final = "{now}: find the steady sound, or close the window"
COLD_NOW: Final = "{now}: warm the room or the bed a little"
WARM_NOW: Final = "{now}: open the window"
WARM_NOW_FOR: Final = "{now}: open the window, {best} °C takes about {lasted}"
BRIGHT_NOW: Final = "{now}: dim or turn off the lamp, close the curtain"

# The bedside screen's own light.
SCREEN_ADDS: Final = "adds {light} at the sensor"
SCREEN_ADDS_LESS: Final = "adds less than {light} at the sensor, which is all that can be told"
