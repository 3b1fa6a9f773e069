"""What a person does with OpenAI's SDK, case by case: openai_cases.py CASE... Prints what came of each as a line of JSON.

The SDK's own types are the judge: an answer that they cannot hold ends the run.
"""

import base64
import json
import os
import sys
import time

import openai
from pydantic import BaseModel

MODEL = os.environ["MODEL"]
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
COUNT = f"[[say: {' '.join(str(number) for number in range(1, 61))}]]"
CALL = '[[call: weather {"city":"Huế"}]] [[say: warm]]'


class Place(BaseModel):
    name: str
    people: int


client = openai.OpenAI(base_url=os.environ["BASE_URL"], api_key=os.environ["API_KEY"])


def user(text):
    return {"role": "user", "content": text}


def chat_plain():
    answer = client.chat.completions.create(
        model=MODEL,
        messages=[{"role": "system", "content": "Be brief."}, user("[[say: hello there]]")],
        temperature=0.2,
        max_tokens=50,
    )
    choice = answer.choices[0]
    return {
        "text": choice.message.content,
        "finish": choice.finish_reason,
        "model": answer.model,
        "tokens": answer.usage.total_tokens,
    }


def chat_stream():
    text, finish, usage = "", None, None
    stream = client.chat.completions.create(
        model=MODEL,
        messages=[user("[[say: one two three]]")],
        stream=True,
        stream_options={"include_usage": True},
    )
    for chunk in stream:
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return {"text": text, "finish": finish, "tokens": usage.total_tokens}


def chat_tool():
    messages = [user(CALL)]
    tools = [{"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}]
    with client.chat.completions.stream(model=MODEL, messages=messages, tools=tools) as stream:
        for _ in stream:
            pass
        first = stream.get_final_completion().choices[0]
    call = first.message.tool_calls[0]
    messages.append(first.message.model_dump(exclude_none=True, exclude={"parsed"}))
    messages.append({"role": "tool", "tool_call_id": call.id, "content": "31 °C"})
    second = client.chat.completions.create(model=MODEL, messages=messages, tools=tools)
    return {
        "finish": first.finish_reason,
        "arguments": json.loads(call.function.arguments),
        "text": second.choices[0].message.content,
    }


def chat_schema():
    answer = client.chat.completions.parse(model=MODEL, messages=[user("A place.")], response_format=Place)
    return {"parsed": isinstance(answer.choices[0].message.parsed, Place)}


def chat_image():
    parts = [{"type": "text", "text": "[[say: a pixel]]"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    answer = client.chat.completions.create(model=MODEL, messages=[user(parts)])
    return {"text": answer.choices[0].message.content}


def responses_plain():
    answer = client.responses.create(model=MODEL, input="[[say: hello there]]", temperature=0.2, max_output_tokens=50)
    return {"text": answer.output_text, "status": answer.status, "model": answer.model, "tokens": answer.usage.total_tokens}


def responses_stream():
    kinds = []
    with client.responses.stream(model=MODEL, input="[[say: one two three]]") as stream:
        for event in stream:
            kinds.append(event.type)
        answer = stream.get_final_response()
    return {"text": answer.output_text, "first": kinds[0], "last": kinds[-1]}


def responses_tool():
    tools = [{"type": "function", "name": "weather", "parameters": PARAMETERS, "strict": True}]
    first = client.responses.create(model=MODEL, input=CALL, tools=tools)
    call = next(item for item in first.output if item.type == "function_call")
    output = {"type": "function_call_output", "call_id": call.call_id, "output": "31 °C"}
    second = client.responses.create(model=MODEL, input=[output], previous_response_id=first.id, tools=tools)
    return {"arguments": json.loads(call.arguments), "text": second.output_text}


def responses_schema():
    answer = client.responses.parse(model=MODEL, input="A place.", text_format=Place)
    return {"parsed": isinstance(answer.output_parsed, Place)}


def responses_image():
    parts = [{"type": "input_text", "text": "[[say: a pixel]]"}, {"type": "input_image", "image_url": PIXEL}]
    answer = client.responses.create(model=MODEL, input=[user(parts)])
    return {"text": answer.output_text}


def responses_unknown_answer():
    try:
        client.responses.create(model=MODEL, input="go on", previous_response_id="resp_unknown")
    except openai.BadRequestError as error:
        return {"code": error.code, "param": error.param}


def chat_cancel():
    stream = client.chat.completions.create(model=MODEL, messages=[user(COUNT)], stream=True)
    first = next(chunk.choices[0].delta.content for chunk in stream if chunk.choices and chunk.choices[0].delta.content)
    stream.close()
    return {"first": first}


def responses_cancel():
    stream = client.responses.create(model=MODEL, input=COUNT, stream=True)
    first = next(event.delta for event in stream if event.type == "response.output_text.delta")
    stream.close()
    return {"first": first}


def models():
    listed = [model.id for model in client.models.list()]
    return {"listed": MODEL in listed, "one": client.models.retrieve(MODEL).id}


def unknown_model():
    try:
        client.chat.completions.create(model="no-such-model", messages=[user("hi")])
    except openai.NotFoundError as error:
        return {"code": error.code, "message": error.message}


def told(ask):
    started = time.monotonic()
    try:
        ask()
    except openai.RateLimitError as error:
        return {"told": error.message, "seconds": time.monotonic() - started}


def image_generate():
    answer = client.images.generate(model="gpt-image-2", prompt="a lighthouse", size="auto")
    return {"pictures": len(answer.data), "png": answer.data[0].b64_json.startswith("iVBOR"), "tokens": answer.usage.total_tokens}


def image_edit():
    picture = ("hat.png", base64.b64decode(PIXEL.partition(",")[2]), "image/png")
    answer = client.images.edit(model="gpt-image-2", image=[picture, picture], prompt="thêm mũ", n=1, input_fidelity="high")
    return {"pictures": len(answer.data), "png": answer.data[0].b64_json.startswith("iVBOR")}


def image_missing():
    try:
        client.images.generate(model="gpt-image-2", prompt="a lighthouse")
    except openai.NotFoundError as error:
        return {"code": error.code, "message": error.message}


RECORDING = ("lời nói.wav", b"RIFF\0\r\n--\0WAVE", "audio/wav")


def transcribe():
    ask = client.audio.transcriptions.create
    told = ask(model="gpt-4o-transcribe", file=RECORDING, language="vi", prompt="Huế")
    return {"json": told.text, "text": ask(model="whisper-1", file=RECORDING, response_format="text")}


def transcribe_times():
    try:
        client.audio.transcriptions.create(model="whisper-1", file=RECORDING, response_format="srt")
    except openai.BadRequestError as error:
        return {"code": error.code, "param": error.param}


DRAWING = {"input": "[[draw: a lighthouse]] [[say: drawn]]", "tools": [{"type": "image_generation", "partial_images": 1}]}


def responses_draw():
    answer = client.responses.create(model=MODEL, **DRAWING)
    picture = next(item for item in answer.output if item.type == "image_generation_call")
    return {"png": picture.result.startswith("iVBOR"), "status": picture.status, "text": answer.output_text}


def responses_draw_stream():
    partial, collected = 0, []
    with client.responses.stream(model=MODEL, **DRAWING) as stream:
        for event in stream:
            partial += event.type == "response.image_generation_call.partial_image"
        collected = [item.type for item in stream.get_final_response().output]
    return {"partial": partial, "collected": "image_generation_call" in collected}


def chat_dry():
    return told(lambda: client.chat.completions.create(model=MODEL, messages=[user("hi")]))


def responses_dry():
    return told(lambda: client.responses.create(model=MODEL, input="hi"))


for name in sys.argv[1:]:
    print(json.dumps(globals()[name]()), flush=True)
