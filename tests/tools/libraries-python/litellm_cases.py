"""litellm as a client. Wires: chat, responses, bridge (its chat over Responses)."""

import json
import os

# Else it fetches a list of prices as it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
from cases import API_KEY, BASE_URL, COUNT, GREETING, LONG, MODEL, PICTURE, PIXEL_URL, PLACE, SYSTEM  # noqa: E402
from cases import WEATHER, WIRE, Place, Weather, parsed, run  # noqa: E402

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
NAME = {"chat": f"openai/{MODEL}", "responses": f"openai/{MODEL}", "bridge": f"openai/responses/{MODEL}"}[WIRE]
TO = {"model": NAME, "api_base": BASE_URL, "api_key": API_KEY}


def user(content):
    return {"role": "user", "content": content}


def complete(messages, **more):
    return litellm.completion(messages=messages, **TO, **more).choices[0].message


def responses(given, **more):
    return litellm.responses(input=given, **TO, **more)


def said(answer):
    message = next(item for item in answer.output if item.type == "message")
    return message.content[0].text


def plain():
    if WIRE == "responses":
        return {"text": said(responses(GREETING, instructions=SYSTEM, max_output_tokens=50))}
    messages = [{"role": "system", "content": SYSTEM}, user(GREETING)]
    return {"text": complete(messages, max_tokens=50).content}


def pieces(prompt):
    """The texts of a streamed answer as they come."""
    if WIRE == "responses":
        events = responses(prompt, stream=True)
        return events, (event.delta for event in events if event.type == "response.output_text.delta")
    chunks = litellm.completion(messages=[user(prompt)], stream=True, **TO)
    return chunks, (text for chunk in chunks if (text := chunk.choices[0].delta.content))


def stream():
    seen = list(pieces(COUNT)[1])
    return {"text": "".join(seen), "pieces": len(seen) > 1}


def tool():
    weather = Weather()
    if WIRE == "responses":
        tools = [{"type": "function", "name": "weather", "parameters": PARAMETERS}]
        given = [user(WEATHER)]
        first = responses(given, tools=tools)
        for item in first.output:
            given.append(item.model_dump(exclude_none=True))
            if item.type == "function_call":
                output = weather(**json.loads(item.arguments))
                given.append({"type": "function_call_output", "call_id": item.call_id, "output": output})
        return weather.and_then(said(responses(given, tools=tools)))
    tools = [{"type": "function", "function": {"name": "weather", "parameters": PARAMETERS}}]
    messages = [user(WEATHER)]
    first = complete(messages, tools=tools)
    messages.append(first)
    for call in first.tool_calls:
        output = weather(**json.loads(call.function.arguments))
        messages.append({"role": "tool", "tool_call_id": call.id, "content": output})
    return weather.and_then(complete(messages, tools=tools).content)


def schema():
    if WIRE == "responses":
        return parsed(Place.model_validate_json(said(responses(PLACE, text_format=Place))))
    return parsed(Place.model_validate_json(complete([user(PLACE)], response_format=Place).content))


def image():
    if WIRE == "responses":
        parts = [{"type": "input_text", "text": PICTURE}, {"type": "input_image", "image_url": PIXEL_URL}]
        return {"text": said(responses([user(parts)]))}
    parts = [{"type": "text", "text": PICTURE}, {"type": "image_url", "image_url": {"url": PIXEL_URL}}]
    return {"text": complete([user(parts)]).content}


def cancel():
    _, texts = pieces(LONG)
    next(texts)
    # It has no call for this: whoever no longer reads drops the stream.
    texts.close()
    return {"cancelled": True}


def models():
    listed = litellm.get_valid_models(
        check_provider_endpoint=True, custom_llm_provider="openai", api_key=API_KEY, api_base=BASE_URL
    )
    return {"listed": f"openai/{MODEL}" in listed or MODEL in listed}


run({name: globals()[name] for name in ("plain", "stream", "tool", "schema", "image", "cancel", "models")})
