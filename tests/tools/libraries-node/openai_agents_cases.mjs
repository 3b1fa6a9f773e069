// OpenAI's Agents SDK. Wires: responses, chat.

import { Agent, OpenAIProvider, Runner, setTracingDisabled, tool } from "@openai/agents";
import { z } from "zod";

import { collected, parsed, run } from "./cases.mjs";
import { API_KEY, BASE_URL, COUNT, GREETING, LONG, MODEL, PICTURE, PIXEL_URL } from "./cases.mjs";
import { PLACE, SYSTEM, WEATHER, WIRE } from "./cases.mjs";

setTracingDisabled(true);
const modelProvider = new OpenAIProvider({
  baseURL: BASE_URL,
  apiKey: API_KEY,
  useResponses: WIRE === "responses",
});
const runner = new Runner({ modelProvider });
const agent = (more) => new Agent({ name: "guide", instructions: SYSTEM, model: MODEL, ...more });

await run({
  async plain() {
    return { text: (await runner.run(agent(), GREETING)).finalOutput };
  },
  async stream() {
    const result = await runner.run(agent(), COUNT, { stream: true });
    const { text, pieces } = await collected(result.toTextStream());
    await result.completed;
    return { text: result.finalOutput, pieces: pieces && text === result.finalOutput };
  },
  async tool() {
    const given = [];
    const weather = tool({
      name: "weather",
      description: "The weather of a city.",
      parameters: z.object({ city: z.string() }),
      execute: (input) => {
        given.push(input);
        return "31 °C";
      },
    });
    const { finalOutput } = await runner.run(agent({ tools: [weather] }), WEATHER);
    return { given, text: finalOutput };
  },
  async schema() {
    const outputType = z.object({ name: z.string(), people: z.number().int() });
    return parsed((await runner.run(agent({ outputType }), PLACE)).finalOutput);
  },
  async image() {
    const picture = { type: "input_image", image: PIXEL_URL };
    const content = [{ type: "input_text", text: PICTURE }, picture];
    return { text: (await runner.run(agent(), [{ role: "user", content }])).finalOutput };
  },
  async cancel() {
    const stop = new AbortController();
    const result = await runner.run(agent(), LONG, { stream: true, signal: stop.signal });
    for await (const _ of result.toTextStream()) {
      stop.abort();
      return { cancelled: true };
    }
  },
});
