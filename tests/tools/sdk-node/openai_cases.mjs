// What a person does with OpenAI's SDK, case by case: openai_cases.mjs CASE... Prints what came of each as a line of JSON.

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
const count = `[[say: ${Array.from({ length: 60 }, (_, index) => index + 1).join(" ")}]]`;
const pixel =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
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

async function told(ask) {
  const started = performance.now();
  try {
    await ask();
  } catch (error) {
    return { told: error.message, status: error.status, seconds: (performance.now() - started) / 1000 };
  }
}

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
  async chat_schema() {
    const { type, ...json_schema } = place;
    const answer = await client.chat.completions.parse({
      model: MODEL,
      messages: [{ role: "user", content: "A place." }],
      response_format: { type, json_schema },
    });
    return { parsed: typeof JSON.parse(answer.choices[0].message.content).name === "string" };
  },
  async chat_image() {
    const content = [
      { type: "text", text: "[[say: a pixel]]" },
      { type: "image_url", image_url: { url: pixel } },
    ];
    const answer = await client.chat.completions.create({ model: MODEL, messages: [{ role: "user", content }] });
    return { text: answer.choices[0].message.content };
  },
  async chat_cancel() {
    const messages = [{ role: "user", content: count }];
    const stream = await client.chat.completions.create({ model: MODEL, messages, stream: true });
    for await (const chunk of stream) {
      const first = chunk.choices[0]?.delta.content;
      if (first) return { first };
    }
  },
  async chat_dry() {
    return told(() =>
      client.chat.completions.create({ model: MODEL, messages: [{ role: "user", content: "hi" }] }),
    );
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
  async responses_image() {
    const content = [
      { type: "input_text", text: "[[say: a pixel]]" },
      { type: "input_image", image_url: pixel, detail: "auto" },
    ];
    const answer = await client.responses.create({ model: MODEL, input: [{ role: "user", content }] });
    return { text: answer.output_text };
  },
  async responses_cancel() {
    const stream = await client.responses.create({ model: MODEL, input: count, stream: true });
    for await (const event of stream) {
      if (event.type === "response.output_text.delta") return { first: event.delta };
    }
  },
  async responses_dry() {
    return told(() => client.responses.create({ model: MODEL, input: "hi" }));
  },
  async models() {
    const listed = [];
    for await (const model of client.models.list()) listed.push(model.id);
    return { listed: listed.includes(MODEL) };
  },
};

for (const name of process.argv.slice(2)) console.log(JSON.stringify(await cases[name]()));
