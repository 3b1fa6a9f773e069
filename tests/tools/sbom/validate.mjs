// Holds each file against the schema of the version of CycloneDX that it names.
import { readFileSync } from 'node:fs';
import { Spec, Validation } from '@cyclonedx/cyclonedx-library';

let bad = 0;
for (const path of process.argv.slice(2)) {
  const text = readFileSync(path, 'utf8');
  const bom = JSON.parse(text);
  const problem = await new Validation.JsonStrictValidator(bom.specVersion).validate(text);
  const parts = bom.components?.length ?? 0;
  if (problem || parts === 0) {
    bad += 1;
    console.error(`${path}: ${problem ? JSON.stringify(problem, null, 1) : 'it lists nothing'}`);
  } else {
    console.log(`   ${path}: CycloneDX ${bom.specVersion}, ${parts} components`);
  }
}
process.exitCode = bad === 0 && process.argv.length > 2 ? 0 : 1;
