"""pydantic-ai. Wires: chat, responses."""

import asyncio

from cases import API_KEY, BASE_URL, COUNT, GREETING, LONG, MODEL, PICTURE, PIXEL, PLACE, SYSTEM, WEATHER, WIRE
from cases import Place, Weather, parsed, place, run
from pydantic_ai import Agent, BinaryContent, NativeOutput
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider


def agent(**more):
    kind = {"responses": OpenAIResponsesModel, "chat": OpenAIChatModel}[WIRE]
    model = kind(MODEL, provider=OpenAIProvider(base_url=BASE_URL, api_key=API_KEY))
    return Agent(model, system_prompt=SYSTEM, **more)


def plain():
    return {"text": agent().run_sync(GREETING).output}


def stream():
    async def pieces():
        async with agent().run_stream(COUNT) as result:
            seen = [text async for text in result.stream_text(delta=True, debounce_by=None)]
        return {"text": "".join(seen), "pieces": len(seen) > 1}

    return asyncio.run(pieces())


def tool():
    weather, guide = Weather(), agent()

    @guide.tool_plain(name="weather")
    def look(city: str) -> str:
        return weather(city)

    return weather.and_then(guide.run_sync(WEATHER).output)


def schema():
    return parsed(agent(output_type=NativeOutput(Place)).run_sync(PLACE).output)


def schema_by_tool():
    return parsed(agent(output_type=Place).run_sync(place("final_result")).output)


def image():
    picture = BinaryContent(data=PIXEL, media_type="image/png")
    return {"text": agent().run_sync([PICTURE, picture]).output}


def cancel():
    async def first():
        async with agent().run_stream(LONG) as result:
            async for _ in result.stream_text(delta=True, debounce_by=None):
                return {"cancelled": True}

    return asyncio.run(first())


names = ("plain", "stream", "tool", "schema", "schema_by_tool", "image", "cancel")
run({name: globals()[name] for name in names})
