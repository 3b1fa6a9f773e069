"""instructor, whose every answer is an object. Wires: chat, responses."""

import asyncio

import instructor
from cases import API_KEY, BASE_URL, MODEL, PIXEL_URL, PLACE, WIRE, Place, parsed, place, run
from openai import AsyncOpenAI, OpenAI

MODE = {"chat": instructor.Mode.TOOLS, "responses": instructor.Mode.RESPONSES_TOOLS}[WIRE]
TO = {"base_url": BASE_URL, "api_key": API_KEY}
# Its tools carry the name of the class.
PROMPT = place("Place")


def asked(content):
    return {"model": MODEL, "messages": [{"role": "user", "content": content}], "response_model": Place}


def create(content, mode=MODE):
    return instructor.from_openai(OpenAI(**TO), mode=mode).create(**asked(content))


def create_partial():
    """An answer that grows. Its client that waits gives one only when it is whole."""
    return instructor.from_openai(AsyncOpenAI(**TO), mode=MODE).create_partial(**asked(PROMPT))


def plain():
    return parsed(create(PROMPT))


def stream():
    async def pieces():
        seen = [partial async for partial in create_partial()]
        return {**parsed(Place(**seen[-1].model_dump())), "pieces": len(seen) > 1}

    return asyncio.run(pieces())


def schema():
    return parsed(create(PLACE, instructor.Mode.JSON_SCHEMA))


def image():
    return parsed(create([PROMPT, instructor.Image.from_base64(PIXEL_URL)]))


def cancel():
    async def first():
        partial = create_partial()
        await anext(partial)
        await partial.aclose()
        return {"cancelled": True}

    return asyncio.run(first())


run({"plain": plain, "stream": stream, "schema": schema, "image": image, "cancel": cancel})
