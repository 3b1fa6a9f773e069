// What a person does with OpenAI's SDK, one case per run: openai_cases.mjs CASE. Prints what came of it as JSON.

import OpenAI from "openai";

const { MODEL, BASE_URL, API_KEY } = process.env;
const client = new OpenAI({ baseURL: BASE_URL, apiKey: API_KEY });
const parameters = {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
  additionalProperties: false,
};
const order = '[[call: weather {"city":"Huế"}]] [[say: warm]]';
const place = {
  type: "json_schema",
  name: "place",
  strict: true,
  schema: {
    type: "object",
    properties: { name: { type: "string" } },
    required: ["name"],
    additionalProperties: false,
  },
};

const cases = {
  async chat_plain() {
    const messages = [{ role: "user", content: "[[say: hello there]]" }];
    const answer = await client.chat.completions.create({ model: MODEL, messages });
    return { text: answer.choices[0].message.content, finish: answer.choices[0].finish_reason };
  },
  async chat_stream() {
    const messages = [{ role: "user", content: "[[say: one two three]]" }];
    const stream = client.chat.completions.stream({ model: MODEL, messages });
    const answer = await stream.finalChatCompletion();
    return { text: answer.choices[0].message.content };
  },
  async chat_tool() {
    const seen = [];
    const runner = client.chat.completions.runTools({
      model: MODEL,
      stream: true,
      messages: [{ role: "user", content: order }],
      tools: [
        {
          type: "function",
          function: {
            name: "weather",
            parameters,
            parse: JSON.parse,
            function: (given) => {
              seen.push(given);
              return "31 °C";
            },
          },
        },
      ],
    });
    return { text: await runner.finalContent(), seen };
  },
  async responses_plain() {
    const answer = await client.responses.create({ model: MODEL, input: "[[say: hello there]]" });
    return { text: answer.output_text };
  },
  async responses_stream() {
    const stream = client.responses.stream({ model: MODEL, input: "[[say: one two three]]" });
    const answer = await stream.finalResponse();
    return { text: answer.output_text };
  },
  async responses_tool() {
    const tools = [{ type: "function", name: "weather", parameters, strict: true }];
    const first = await client.responses.create({ model: MODEL, input: order, tools });
    const call = first.output.find((item) => item.type === "function_call");
    const input = [...first.output, { type: "function_call_output", call_id: call.call_id, output: "31 °C" }];
    const second = await client.responses.create({
      model: MODEL,
      input: [{ role: "user", content: order }, ...input],
      tools,
    });
    return { arguments: JSON.parse(call.arguments), text: second.output_text };
  },
  async responses_schema() {
    const answer = await client.responses.parse({ model: MODEL, input: "A place.", text: { format: place } });
    return { parsed: typeof JSON.parse(answer.output_text).name === "string" };
  },
  async models() {
    const listed = [];
    for await (const model of client.models.list()) listed.push(model.id);
    return { listed: listed.includes(MODEL) };
  },
  async cancel() {
    const messages = [{ role: "user", content: "[[say: a b c d e f]]" }];
    const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true });
    for await (const _ of stream) break;
    return { cancelled: true };
  },
  async dry() {
    const started = Date.now();
    try {
      await client.responses.create({ model: MODEL, input: "hi" });
    } catch (error) {
      return { told: error.message, status: error.status, seconds: (Date.now() - started) / 1000 };
    }
  },
};

console.log(JSON.stringify(await cases[process.argv[2]]()));
