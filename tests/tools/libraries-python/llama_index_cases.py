"""LlamaIndex's models of OpenAI. Wires: chat, responses."""

from cases import API_KEY, BASE_URL, COUNT, GREETING, LONG, MODEL, PICTURE, PIXEL, PLACE, SYSTEM, WEATHER, WIRE
from cases import Place, Weather, parsed, run
from llama_index.core.llms import ChatMessage, ImageBlock, TextBlock
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI, OpenAIResponses

llm = {"chat": OpenAI, "responses": OpenAIResponses}[WIRE](model=MODEL, api_base=BASE_URL, api_key=API_KEY)


def plain():
    messages = [ChatMessage(role="system", content=SYSTEM), ChatMessage(role="user", content=GREETING)]
    return {"text": llm.chat(messages).message.content}


def stream():
    seen = [chunk.delta for chunk in llm.stream_complete(COUNT) if chunk.delta]
    return {"text": "".join(seen), "pieces": len(seen) > 1}


def tool():
    weather = Weather()

    def look(city: str) -> str:
        return weather(city)

    tools = [FunctionTool.from_defaults(look, name="weather", description="The weather of a city.")]
    messages = [ChatMessage(role="user", content=WEATHER)]
    first = llm.chat_with_tools(tools, chat_history=messages)
    messages.append(first.message)
    for call in llm.get_tool_calls_from_response(first):
        output = tools[0](**call.tool_kwargs).content
        messages.append(ChatMessage(role="tool", content=output, additional_kwargs=answers(call)))
    return weather.and_then(llm.chat_with_tools(tools, chat_history=messages).message.content)


def answers(call):
    name = {"chat": "tool_call_id", "responses": "call_id"}[WIRE]
    return {name: call.tool_id}


def schema():
    return parsed(llm.as_structured_llm(Place).complete(PLACE).raw)


def image():
    blocks = [TextBlock(text=PICTURE), ImageBlock(image=PIXEL, image_mimetype="image/png")]
    return {"text": llm.chat([ChatMessage(role="user", blocks=blocks)]).message.content}


def cancel():
    chunks = llm.stream_complete(LONG)
    next(chunk for chunk in chunks if chunk.delta)
    chunks.close()
    return {"cancelled": True}


run({"plain": plain, "stream": stream, "tool": tool, "schema": schema, "image": image, "cancel": cancel})
