"""OpenAI's Agents SDK. Wires: responses, chat."""

import asyncio

from agents import Agent, OpenAIChatCompletionsModel, OpenAIResponsesModel, Runner, function_tool, set_tracing_disabled
from cases import API_KEY, BASE_URL, COUNT, GREETING, LONG, MODEL, PICTURE, PIXEL_URL, PLACE, SYSTEM, WEATHER, WIRE
from cases import Place, Weather, parsed, run
from openai import AsyncOpenAI

set_tracing_disabled(True)


def agent(**more):
    kind = {"responses": OpenAIResponsesModel, "chat": OpenAIChatCompletionsModel}[WIRE]
    model = kind(model=MODEL, openai_client=AsyncOpenAI(base_url=BASE_URL, api_key=API_KEY))
    return Agent(name="guide", instructions=SYSTEM, model=model, **more)


def plain():
    return {"text": Runner.run_sync(agent(), GREETING).final_output}


def stream():
    async def pieces():
        result = Runner.run_streamed(agent(), COUNT)
        seen = [event.data.delta async for event in result.stream_events() if is_text(event)]
        return {"text": result.final_output, "pieces": len(seen) > 1 and "".join(seen) == result.final_output}

    return asyncio.run(pieces())


def is_text(event):
    return event.type == "raw_response_event" and event.data.type == "response.output_text.delta"


def tool():
    weather = Weather()

    def look(city: str) -> str:
        return weather(city)

    tools = [function_tool(look, name_override="weather")]
    return weather.and_then(Runner.run_sync(agent(tools=tools), WEATHER).final_output)


def schema():
    return parsed(Runner.run_sync(agent(output_type=Place), PLACE).final_output)


def image():
    picture = {"type": "input_image", "image_url": PIXEL_URL, "detail": "auto"}
    content = [{"type": "input_text", "text": PICTURE}, picture]
    return {"text": Runner.run_sync(agent(), [{"role": "user", "content": content}]).final_output}


def cancel():
    async def first():
        result = Runner.run_streamed(agent(), LONG)
        async for event in result.stream_events():
            if is_text(event):
                result.cancel()
                return {"cancelled": True}

    return asyncio.run(first())


run({"plain": plain, "stream": stream, "tool": tool, "schema": schema, "image": image, "cancel": cancel})
