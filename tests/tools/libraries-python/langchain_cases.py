"""LangChain's models of OpenAI. Wires: chat, responses."""

from cases import API_KEY, BASE_URL, COUNT, GREETING, LONG, MODEL, PICTURE, PIXEL_URL, PLACE, SYSTEM, WEATHER, WIRE
from cases import Place, Weather, parsed, run
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_core.tools import tool as as_tool
from langchain_openai import ChatOpenAI

model = ChatOpenAI(model=MODEL, base_url=BASE_URL, api_key=API_KEY, use_responses_api=WIRE == "responses")


def plain():
    return {"text": model.invoke([SystemMessage(SYSTEM), HumanMessage(GREETING)]).text}


def stream():
    seen = [text for chunk in model.stream(COUNT) if (text := chunk.text)]
    return {"text": "".join(seen), "pieces": len(seen) > 1}


def tool():
    weather = Weather()

    @as_tool("weather")
    def look(city: str) -> str:
        """The weather of a city."""
        return weather(city)

    with_tools = model.bind_tools([look])
    messages = [HumanMessage(WEATHER)]
    first = with_tools.invoke(messages)
    messages += [first, *(look.invoke(call) for call in first.tool_calls)]
    return weather.and_then(with_tools.invoke(messages).text)


def schema():
    return parsed(model.with_structured_output(Place).invoke(PLACE))


def image():
    parts = [{"type": "text", "text": PICTURE}, {"type": "image_url", "image_url": {"url": PIXEL_URL}}]
    return {"text": model.invoke([HumanMessage(parts)]).text}


def cancel():
    chunks = model.stream(LONG)
    next(chunk for chunk in chunks if chunk.text)
    chunks.close()
    return {"cancelled": True}


run({"plain": plain, "stream": stream, "tool": tool, "schema": schema, "image": image, "cancel": cancel})
