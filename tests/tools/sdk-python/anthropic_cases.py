"""What a person does with Anthropic's SDK, case by case: anthropic_cases.py CASE... Prints what came of each as a line of JSON.

The SDK's own types are the judge: an answer that they cannot hold ends the run.
"""

import json
import os
import sys
import time

import anthropic
from pydantic import BaseModel

MODEL = os.environ["MODEL"]
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TOOLS = [
    {
        "name": "weather",
        "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
]

COUNT = f"[[say: {' '.join(str(number) for number in range(1, 61))}]]"


class Place(BaseModel):
    name: str
    people: int


client = anthropic.Anthropic(base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"])


def user(content):
    return {"role": "user", "content": content}


def ask(messages, **more):
    return client.messages.create(model=MODEL, max_tokens=1024, messages=messages, **more)


def plain():
    answer = ask([user("[[say: hello there]]")], system="Be brief.")
    return {
        "text": answer.content[-1].text,
        "stop": answer.stop_reason,
        "model": answer.model,
        "tokens": answer.usage.output_tokens,
    }


def stream():
    with client.messages.stream(model=MODEL, max_tokens=1024, messages=[user("[[say: one two three]]")]) as events:
        text = "".join(events.text_stream)
        final = events.get_final_message()
    return {"text": text, "final": final.content[-1].text, "stop": final.stop_reason}


def tool():
    messages = [user('[[call: weather {"city":"Huế"}]] [[say: warm]]')]
    with client.messages.stream(model=MODEL, max_tokens=1024, messages=messages, tools=TOOLS) as events:
        first = events.get_final_message()
    call = next(block for block in first.content if block.type == "tool_use")
    messages.append({"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in first.content]})
    messages.append(user([{"type": "tool_result", "tool_use_id": call.id, "content": "31 °C"}]))
    second = ask(messages, tools=TOOLS)
    return {"stop": first.stop_reason, "input": call.input, "text": second.content[-1].text}


def thinking():
    more = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    answer = client.messages.create(
        model=MODEL, max_tokens=4096, messages=[user("[[think: weighing it]] [[say: done]]")], **more
    )
    kinds = [block.type for block in answer.content]
    messages = [
        user("[[think: weighing it]] [[say: done]]"),
        {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]},
        user("[[say: and on]]"),
    ]
    second = client.messages.create(model=MODEL, max_tokens=4096, messages=messages, **more)
    return {"kinds": kinds, "text": second.content[-1].text}


def image():
    source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
    answer = ask([user([{"type": "image", "source": source}, {"type": "text", "text": "[[say: a pixel]]"}])])
    return {"text": answer.content[-1].text}


def count():
    return {"tokens": client.messages.count_tokens(model=MODEL, messages=[user("hello")]).input_tokens}


def schema():
    answer = client.messages.parse(model=MODEL, max_tokens=1024, messages=[user("A place.")], output_format=Place)
    return {"parsed": isinstance(answer.parsed_output, Place)}


def cancel():
    with client.messages.stream(model=MODEL, max_tokens=1024, messages=[user(COUNT)]) as events:
        first = next(iter(events.text_stream))
    return {"first": first}


def models():
    listed = [model.id for model in client.models.list()]
    return {"listed": MODEL in listed, "one": client.models.retrieve(MODEL).id}


def unknown_model():
    try:
        client.messages.create(model="no-such-model", max_tokens=9, messages=[user("hi")])
    except anthropic.NotFoundError as error:
        return {"type": error.body["error"]["type"], "message": error.message}


def dry():
    started = time.monotonic()
    try:
        ask([user("hi")])
    except anthropic.RateLimitError as error:
        return {"told": error.body["error"]["message"], "seconds": time.monotonic() - started}


for name in sys.argv[1:]:
    print(json.dumps(globals()[name]()), flush=True)
