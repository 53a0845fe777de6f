/** `npx zx ops/docs.ts`: writes the pages that are made from the tools' code; `npm run docs` does it too. */
import { readFileSync, writeFileSync } from 'node:fs'
import { pagesWithBlocks, withBlock } from './lib/docs/blocks.ts'
import { generatedPages } from './lib/docs/pages.ts'

for (const [name, text] of Object.entries(generatedPages())) {
  writeFileSync(new URL(`../docs/${name}`, import.meta.url), text)
}

for (const [path, { name, make }] of Object.entries(pagesWithBlocks)) {
  const page = new URL(`../${path}`, import.meta.url)
  writeFileSync(page, withBlock(readFileSync(page, 'utf8'), name, make()))
}
