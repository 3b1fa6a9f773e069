// Writes src/api/schema.gen.ts from docs/openapi.json; with --check, fails if the file is stale.
import { readFile, writeFile } from 'node:fs/promises';
import openapiTS, { astToString } from 'openapi-typescript';

const source = new URL('../../docs/openapi.json', import.meta.url);
const target = new URL('../src/api/schema.gen.ts', import.meta.url);
const banner = '// Generated from docs/openapi.json by `npm run generate`; do not edit.\n\n';

const text = banner + astToString(await openapiTS(JSON.parse(await readFile(source, 'utf8'))));

if (!process.argv.includes('--check')) {
  await writeFile(target, text);
} else if ((await readFile(target, 'utf8')) !== text) {
  console.error('src/api/schema.gen.ts is older than docs/openapi.json: run `npm run generate` and commit it');
  process.exit(1);
}
