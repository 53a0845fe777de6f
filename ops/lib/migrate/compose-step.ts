import { readCompose, serviceNames } from '../compose/compose.ts'
import { assemble } from '../deploy/assemble.ts'
import { assertContact } from '../deploy/contact.ts'
import { fileTarget } from '../deploy/file-target.ts'
import { type Target } from '../deploy/target.ts'
import { variablesOf } from '../deploy/variables.ts'
import { configName } from '../stack/load.ts'
import { type Stack } from '../stack/schema.ts'
import { type MigrationContext } from './context.ts'
import { type Step } from './step.ts'
import { usualStack } from './usual-stack.ts'

/** Variables that a deploy sets on the host. */
const setThere = ['WIKIFLOW_IMAGE', 'WIKIFLOW_RELEASE', 'SECRETS']

export const composeStep: Step = {
  id: 'compose',
  phase: 'prepare',
  title: 'production Compose file',
  makes: 'compose/docker-compose.prod.yml, which the stack on the host is made from, with its variables',
  byHand:
    'PGHOST=db PGUSER=me LAKE_URL=s3://lake WIKIFLOW_IMAGE=wikiflow SECRETS=/tmp docker compose --file compose/docker-compose.prod.yml config --quiet',
  probe: async context => {
    const { target, from, isUsual } = await describedTarget(context)
    // Deploy refuses it for nobody: that is known before anything is made that costs.
    if (!isUsual) assertContact(target)
    const { deployment } = await assemble(await context.release(), target, {})
    const services = serviceNames(deployment.compose.map(readCompose))
    const missing = deployment.compose.flatMap(({ text }) => missingVariables(text, deployment.variables))
    if (missing.length > 0) {
      return { state: 'blocked', evidence: `${from} gives no ${[...new Set(missing)].join(', ')}` }
    }
    const files = deployment.compose.length === 1 ? '' : ` of ${deployment.compose.length} files`
    return {
      state: 'done',
      evidence: `${services.length} services${files}, ${Object.keys(deployment.variables).length} variables from ${from}`,
    }
  },
}

/** Variables that a Compose file can't be read without, `${NAME:?why}` and `${NAME?why}`, and that nobody sets. */
export function missingVariables(text: string, variables: Readonly<Record<string, string>>): string[] {
  const required = [...text.matchAll(/(?<!\$)\$\{([A-Z_][A-Z0-9_]*):?\?/g)].flatMap(([, name]) => name ?? [])
  return required.filter(name => !variables[name] && !setThere.includes(name))
}

type Described = { target: Target; from: string; isUsual?: true }

/** What the file is read with: what is described; before that, what `ops/init.ts` would describe. */
async function describedTarget(context: MigrationContext): Promise<Described> {
  const { target: file, state } = context.destination
  if (file !== undefined) return { target: fileTarget(file, state), from: file }
  const stack = await context.described()
  return stack
    ? { target: plannedTarget(stack), from: configName }
    : { target: plannedTarget(usualStack), from: 'what npx zx ops/init.ts would write', isUsual: true }
}

/** A stack as a place to deploy to before it is there: what AWS is to give stands for itself. */
function plannedTarget({ name, region, pipeline }: Stack): Target {
  const { workers, contact, kafka, lakeRotateS } = pipeline
  return {
    stack: name,
    hosts: [{ name: 'host-1', address: 'host-1.invalid', user: 'ec2-user', port: 22, keyName: 'host-1' }],
    ...{ pinnedKeys: '', folder: '', secrets: {}, overrides: [] },
    variables: variablesOf({
      ...{ workers, contact, kafka },
      database: { host: 'database.invalid', port: 5432, name: 'wikiflow', owner: 'wikiflow_owner' },
      lake: { url: `s3://${name}`, rotateS: lakeRotateS, region },
      dashboardPort: 80,
    }),
  }
}
