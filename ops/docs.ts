/** `npx zx ops/docs.ts`: writes the pages that are made from the tools' code; `npm run docs` does it too. */
import { writeFileSync } from 'node:fs'
import { generatedPages } from './lib/docs/pages.ts'

for (const [name, text] of Object.entries(generatedPages())) {
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), text)
}
