/** `npx zx ops/docs.ts`: writes the pages that are made from the tools' code; `npm run docs` does it too. */
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { pagesWithBlocks, withBlock } from './lib/docs/blocks.ts'
import { generatedPages } from './lib/docs/pages.ts'
import { runScript, scriptArgs } from './lib/script.ts'

const help = `npx zx ops/docs.ts      writes the pages that are made from the tools' code, in docs/ and the READMEs

\`npm run docs\` does it, and formats them.`

await runScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: { help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) return console.log(help)
  for (const [name, text] of Object.entries(generatedPages())) {
    writeFileSync(new URL(`../docs/${name}`, import.meta.url), text)
  }
  for (const [path, { name, make }] of Object.entries(pagesWithBlocks)) {
    const page = new URL(`../${path}`, import.meta.url)
    writeFileSync(page, withBlock(readFileSync(page, 'utf8'), name, make()))
  }
})
