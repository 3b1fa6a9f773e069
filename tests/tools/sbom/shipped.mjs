// Of npm's bill of materials (on standard input), what is not there for development alone.
import { readFileSync } from 'node:fs';

const bom = JSON.parse(readFileSync(0, 'utf8'));
const isForDevelopment = ({ properties = [] }) => properties.some(({ name }) => name === 'cdx:npm:package:development');
bom.components = bom.components.filter((component) => !isForDevelopment(component));
const kept = new Set([bom.metadata.component, ...bom.components].map((component) => component['bom-ref']));
bom.dependencies = bom.dependencies
  .filter(({ ref }) => kept.has(ref))
  .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter((used) => kept.has(used)) }));
console.log(JSON.stringify(bom, null, 2));
