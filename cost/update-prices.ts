/** `npx zx cost/update-prices.ts`: refreshes `cost/prices.json` from AWS's public price list. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { writeAtomic } from '../ops/lib/local/broker/atomic-file.ts'
import { runScript, scriptArgs, UserError } from '../ops/lib/script.ts'
import { openFile, openUrl, shownProgress } from './offer-source.ts'
import { mayBe, rules, services } from './price-list.ts'
import { parsePriceFile, pricesFile } from './prices.ts'
import { readOffer } from './read-offer.ts'
import { changeLine, pickAll, priceListUrl, refreshed } from './refresh-prices.ts'

const help = `npx zx cost/update-prices.ts [options]      are the prices still right?

Reads AWS's public price list, one file for each service and region (EC2's has hundreds of MB: it is read as it comes),
and writes what changed into cost/prices.json, with its edition and date. No account is needed. Each item must be one
product of the list: two or none is an error that names them, and nothing is written.

  --region REGION           a region; more by repeating it (default: all of cost/prices.json)
  --item ITEM               an item such as ipv4, or a beginning such as s3:; more by repeating it (default: all)
  --from DIR                files that were fetched already: DIR/SERVICE-REGION.json, such as AmazonS3-eu-west-1.json
  --url URL                 another copy of the list (default ${priceListUrl})
  --prices FILE             another price file
  --dry-run                 say what would change, write nothing

Exit code: 0 read, and written where something changed · 1 a file couldn't be read, or an item isn't one product`

await runScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      region: { type: 'string', multiple: true },
      item: { type: 'string', multiple: true },
      from: { type: 'string' },
      url: { type: 'string', default: priceListUrl },
      prices: { type: 'string', default: pricesFile },
      'dry-run': { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const asked = rules.filter(({ item }) => values.item?.some(one => item.startsWith(one)) ?? true)
  if (asked.length === 0) {
    throw new UserError(
      `--item is '${values.item?.join(', ')}'; allowed: ${rules.map(({ item }) => item).join(', ')}`,
    )
  }
  const path = resolve(values.prices)
  let file = parsePriceFile(await readFile(path, 'utf8'))
  const regions = values.region ?? [...new Set(file.prices.map(({ region }) => region))]
  const wrong = regions.find(region => !/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
  if (wrong !== undefined) throw new UserError(`--region is '${wrong}'; allowed: a region such as us-east-1`)
  const errors: string[] = []
  const changes: string[] = []
  for (const region of regions) {
    for (const service of services) {
      const own = asked.filter(rule => rule.service === service)
      if (own.length === 0) continue
      const progress = shownProgress(`${service} ${region}`, process.stderr)
      const bytes =
        values.from === undefined
          ? await openUrl(`${values.url}/${service}/current/${region}/index.json`, progress)
          : await openFile(resolve(values.from, `${service}-${region}.json`), progress)
      const offer = await readOffer(bytes, { service, region }, product =>
        own.some(rule => mayBe(rule, product, region)),
      ).finally(progress.close)
      const picked = pickAll(own, offer)
      if ('errors' in picked) {
        errors.push(...picked.errors)
        continue
      }
      const next = refreshed(file, offer, picked.found)
      file = next.file
      changes.push(...next.changes.map(changeLine))
    }
  }
  if (errors.length > 0) {
    throw new UserError(
      `${errors.join('\n')}\nNothing was written. Name the items that are meant with --item, or mend the rules in cost/price-list.ts`,
    )
  }
  const text = `${JSON.stringify(file, null, 2)}\n`
  // What is written must be what is read back.
  parsePriceFile(text)
  console.log(changes.join('\n'))
  if (values['dry-run']) {
    console.log('Nothing was written (--dry-run).')
    return
  }
  await writeAtomic(path, text)
  console.log(`${changes.length} prices are up to date in ${values.prices}. Next: npx zx cost/report.ts`)
})
