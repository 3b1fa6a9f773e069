// What every library is tried with, and how what came of it is printed: SCRIPT WIRE CASE… prints an object by case.

export const { MODEL, BASE_URL, API_KEY } = process.env;
export const WIRE = process.argv[2];

export const SYSTEM = "Be brief.";
export const GREETING = "Greet me. [[say: xin chào]]";
export const COUNT = "Count. [[say: one two three]]";
export const LONG = "Count. [[say: one two three four five six seven eight nine ten eleven twelve]]";
export const WEATHER = 'How is the weather? [[call: weather {"city":"Huế"}]] [[say: warm]]';
export const PICTURE = "What is it? [[say: a pixel]]";
export const PLACE = "Name a place.";
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
export const PIXEL_URL = `data:image/png;base64,${PIXEL}`;

export const parsed = (place) => ({
  parsed: typeof place?.name === "string" && Number.isInteger(place.people),
});

/** The texts of a stream, joined, and whether there were several. */
export async function collected(texts) {
  const seen = [];
  for await (const text of texts) seen.push(text);
  return { text: seen.join(""), pieces: seen.length > 1 };
}

export async function run(cases) {
  const came = {};
  for (const name of process.argv.slice(3)) {
    const started = Date.now();
    try {
      came[name] = await cases[name]();
    } catch (error) {
      came[name] = { told: `${error?.name}: ${error?.message}`, seconds: (Date.now() - started) / 1000 };
    }
  }
  console.log(JSON.stringify(came));
}
