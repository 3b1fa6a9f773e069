// OpenAI's SDK of the Codex CLI, which brings a CLI of its own. Wire: websocket.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { Codex } from "@openai/codex-sdk";

import { parsed, run } from "./cases.mjs";
import { API_KEY, BASE_URL, GREETING, LONG, MODEL, PICTURE, PIXEL, PLACE } from "./cases.mjs";

// As a person's own configuration has it, so that nothing is asked of the network.
const config = {
  check_for_update_on_startup: false,
  analytics: { enabled: false },
  feedback: { enabled: false },
  features: { plugins: false, apps: false },
  model_reasoning_summary: "auto",
  otel: { metrics_exporter: "none" },
  chatgpt_base_url: `${BASE_URL.replace(/\/v1$/, "")}/backend-api/`,
};
const codex = new Codex({ baseUrl: BASE_URL, apiKey: API_KEY, config });
const work = process.env.HOME;
const thread = () =>
  codex.startThread({
    model: MODEL,
    workingDirectory: work,
    skipGitRepoCheck: true,
    sandboxMode: "danger-full-access",
    approvalPolicy: "never",
  });

await run({
  async plain() {
    return { text: (await thread().run(GREETING)).finalResponse };
  },
  async stream() {
    const kinds = [];
    const { events } = await thread().runStreamed("Count. [[say: one two three]]");
    let text;
    for await (const event of events) {
      kinds.push(event.type);
      if (event.type === "item.completed" && event.item.type === "agent_message") text = event.item.text;
    }
    return { text, pieces: kinds.at(-1) === "turn.completed" };
  },
  async tool() {
    const asked = thread();
    const { items, finalResponse } = await asked.run("Write it down. [[tool: echo Huế > note]] [[say: noted]]");
    const commands = items.filter((item) => item.type === "command_execution").map((item) => item.exit_code);
    const note = await readFile(join(work, "note"), "utf8");
    const again = await asked.run("Go on. [[say: and on]]");
    return { commands, note, text: finalResponse, again: again.finalResponse };
  },
  async schema() {
    const outputSchema = {
      type: "object",
      properties: { name: { type: "string" }, people: { type: "integer" } },
      required: ["name", "people"],
      additionalProperties: false,
    };
    return parsed(JSON.parse((await thread().run(PLACE, { outputSchema })).finalResponse));
  },
  async image() {
    const path = join(work, "pixel.png");
    await writeFile(path, Buffer.from(PIXEL, "base64"));
    const asked = [{ type: "text", text: PICTURE }, { type: "local_image", path }];
    return { text: (await thread().run(asked)).finalResponse };
  },
  async cancel() {
    const stop = new AbortController();
    // It tells of whole items only: what was thought comes before the words.
    const prompt = `[[think: weighing it]] ${LONG}`;
    const { events } = await thread().runStreamed(prompt, { signal: stop.signal });
    try {
      for await (const event of events) {
        if (event.type === "item.completed") stop.abort();
      }
    } catch (error) {
      return { cancelled: error.name === "AbortError" };
    }
  },
});
