/** `npx zx ops/docs.ts`: writes the pages that are made from the tools' code; `npm run docs` does it too. */
import { readFileSync, writeFileSync } from 'node:fs'
import { generatedPages } from './lib/docs/pages.ts'
import { withScale } from './lib/docs/readme.ts'

for (const [name, text] of Object.entries(generatedPages())) {
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), text)
}

const readme = new URL('../README.md', import.meta.url)
writeFileSync(readme, withScale(readFileSync(readme, 'utf8')))
