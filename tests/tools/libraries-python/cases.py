"""What every library is tried with, and how what came of it is printed: SCRIPT WIRE CASE… prints an object by case.

The library's own types are the judge: an answer that they cannot hold is an error.
"""

import base64
import json
import os
import sys
import time

from pydantic import BaseModel

MODEL, BASE_URL, API_KEY = (os.environ[name] for name in ("MODEL", "BASE_URL", "API_KEY"))
WIRE = sys.argv[1]

SYSTEM = "Be brief."
GREETING = "Greet me. [[say: xin chào]]"
COUNT = "Count. [[say: one two three]]"
LONG = "Count. [[say: one two three four five six seven eight nine ten eleven twelve]]"
WEATHER = 'How is the weather? [[call: weather {"city":"Huế"}]] [[say: warm]]'
PICTURE = "What is it? [[say: a pixel]]"
PLACE = "Name a place."
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PIXEL = base64.b64decode(PNG)
PIXEL_URL = f"data:image/png;base64,{PNG}"


class Place(BaseModel):
    name: str
    people: int


def place(name):
    """A request for a place of a library that has the model call a tool of that name."""
    return f'Name a place. [[call: {name} {{"name":"Huế","people":360000}}]]'


def parsed(value):
    return {"parsed": isinstance(value, Place)}


class Weather:
    """The tool's work, and what it was called with."""

    def __init__(self):
        self.given = []

    def __call__(self, city):
        self.given.append({"city": city})
        return "31 °C"

    def and_then(self, text):
        return {"given": self.given, "text": text}


def told(error):
    """With what it was raised from, as a traceback shows it."""
    lines = []
    while error is not None:
        lines.append(f"{type(error).__name__}: {error}")
        error = error.__cause__
    return "\n".join(lines)


def run(cases):
    # What libraries print is for the person, and this for the test.
    out, sys.stdout = sys.stdout, sys.stderr
    came = {}
    for case in sys.argv[2:]:
        started = time.monotonic()
        try:
            came[case] = cases[case]()
        except Exception as error:
            came[case] = {"told": told(error), "seconds": time.monotonic() - started}
    print(json.dumps(came), file=out)
