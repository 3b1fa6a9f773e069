// Vercel's AI SDK. Wires: responses, chat, compatible, messages.

import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, isStepCount, Output, streamText, tool } from "ai";
import { z } from "zod";

import { collected, parsed, run } from "./cases.mjs";
import { API_KEY, BASE_URL, COUNT, GREETING, LONG, MODEL, PICTURE, PIXEL } from "./cases.mjs";
import { PLACE, SYSTEM, WEATHER, WIRE } from "./cases.mjs";

const to = { baseURL: BASE_URL, apiKey: API_KEY };
const models = {
  responses: () => createOpenAI(to)(MODEL),
  chat: () => createOpenAI(to).chat(MODEL),
  compatible: () =>
    createOpenAICompatible({ ...to, name: "rockpool", supportsStructuredOutputs: true })(MODEL),
  messages: () => createAnthropic(to)(MODEL),
};
const model = models[WIRE]();

await run({
  async plain() {
    const { text } = await generateText({ model, instructions: SYSTEM, prompt: GREETING });
    return { text };
  },
  async stream() {
    return collected(streamText({ model, prompt: COUNT }).textStream);
  },
  async tool() {
    const given = [];
    const execute = (input) => {
      given.push(input);
      return "31 °C";
    };
    const weather = tool({ inputSchema: z.object({ city: z.string() }), execute });
    const stopWhen = isStepCount(5);
    const { text } = await generateText({ model, prompt: WEATHER, tools: { weather }, stopWhen });
    return { given, text };
  },
  async schema() {
    const output = Output.object({ schema: z.object({ name: z.string(), people: z.number().int() }) });
    const answer = await generateText({ model, prompt: PLACE, output });
    return parsed(answer.output);
  },
  async image() {
    const picture = { type: "file", data: PIXEL, mediaType: "image/png" };
    const content = [{ type: "text", text: PICTURE }, picture];
    const { text } = await generateText({ model, messages: [{ role: "user", content }] });
    return { text };
  },
  async cancel() {
    const stop = new AbortController();
    const { textStream } = streamText({ model, prompt: LONG, abortSignal: stop.signal });
    for await (const _ of textStream) {
      stop.abort();
      return { cancelled: true };
    }
  },
});
