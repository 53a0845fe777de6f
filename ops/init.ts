/** `npx zx ops/init.ts`: writes a `wikiflow.config.ts` to begin with. */
import { existsSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { parseArgs } from 'node:util'
import { input } from '@inquirer/prompts'
import { type z } from 'zod'
import { findPrice } from '../cost/prices.ts'
import { runScript, scriptArgs, UserError } from './lib/script.ts'
import { configName, projectRoot } from './lib/stack/load.ts'
import { asNetwork, findOperatorNetwork } from './lib/stack/operator-address.ts'
import { pipelineSchema } from './lib/stack/pipeline.ts'
import { stackSchema } from './lib/stack/schema.ts'
import { showValue } from './lib/stack/show-value.ts'
import { configText } from './lib/stack/template.ts'

const help = `npx zx ops/init.ts [options]      writes ${configName}: what is to be set up on AWS, and what each part costs

Nothing is made on AWS, and no credentials are needed. A file that is there already is never written over.

  --name NAME               name of the stack (default wikiflow)
  --region REGION           where it is to stand (default us-east-1)
  --operator-cidr NETWORK   who may reach the hosts by SSH: 203.0.113.7/32, or 203.0.113.7; may be given several times
                            (default: this machine's address, as https://checkip.amazonaws.com sees it)
  --email ADDRESS           who hears of it when the credit is used by 50, 80 and 100 % (default: nobody)
  --contact ADDRESS         who reads Wikimedia's stream, as its hosts require: an e-mail address or an https page
                            (default: to be filled in before a deploy)
  --print                   prints the file, and writes none

Exit code: 0 written, or printed · 1 not: the sentence says why`

await runScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      name: { type: 'string', default: 'wikiflow' },
      region: { type: 'string', default: 'us-east-1' },
      'operator-cidr': { type: 'string', multiple: true },
      email: { type: 'string' },
      contact: { type: 'string' },
      print: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const path = join(projectRoot(), configName)
  if (!values.print && existsSync(path)) throw isThere(path)
  const { shape } = stackSchema
  const name = allowed('--name', values.name, shape.name)
  const region = allowed('--region', values.region, shape.region)
  const email = allowed('--email', values.email, shape.budget.shape.email)
  const contact = allowed('--contact', values.contact, pipelineSchema.shape.contact)
  const given = values['operator-cidr']?.map(asNetwork) ?? [await findOrAsk()]
  const cidrs = allowed('--operator-cidr', [...new Set(given)], shape.operator.shape.cidrs)
  const text = configText({
    ...{ name, region, cidrs, email, contact },
    priceOf: item => findPrice(item, region)?.usd,
  })
  if (values.print) {
    process.stdout.write(text)
    return
  }
  write(path, text)
  console.log(`${relative(process.cwd(), path)} describes the stack ${name} in ${region}, to be reached by SSH from ${cidrs.join(', ')}.
Read it, change what you like, keep it in git: it holds no secret. Nothing is made on AWS yet.
Next: ${contact === undefined ? 'set pipeline.contact in it, without which deploy refuses; then ' : ''}npx zx ops/prepare.ts`)
})

function allowed<Schema extends z.ZodType>(flag: string, value: unknown, schema: Schema): z.output<Schema> {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [issue] = error.issues
  const wrong = Array.isArray(value) ? value[Number(issue?.path[0] ?? 0)] : value
  throw new UserError(`${flag} is ${showValue(wrong)}; allowed: ${issue?.message}`)
}

/** This machine's network; where it can't be found out, the answer of whoever sits at the terminal. */
async function findOrAsk(): Promise<string> {
  try {
    return await findOperatorNetwork()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const how = 'give it with --operator-cidr ADDRESS'
    if (!process.stdin.isTTY) throw new UserError(`${error.message}, so your address isn't known: ${how}`)
    process.stderr.write(`${error.message}.\n`)
    const answer = await input({ message: 'Your IPv4 address, as the internet sees it:' }).catch(() => {
      throw new UserError(`nothing was written: ${how}`)
    })
    return asNetwork(answer.trim())
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text, { flag: 'wx' })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw code === 'EEXIST' ? isThere(path) : new UserError(`${path} can't be written (${code ?? error})`)
  }
}

function isThere(path: string): UserError {
  return new UserError(
    `${relative(process.cwd(), path)} is there already and stays as it is: change it, or move it away first (mv ${configName} ${configName}.old); --print shows a new one`,
  )
}
