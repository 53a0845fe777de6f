import { visible } from '../cloud/fact-text.ts'
import { type DeployPlan, type ServiceChange } from './plan.ts'

const signs: Record<ServiceChange['action'], string> = { create: '+', update: '~', same: '=', remove: '-' }

/** Reasons in a person's words; a variable stands as it is called. */
const words: Record<string, string> = { image: 'new image', definition: 'changed in its Compose file' }

/** The plan of a deploy as lines: what serves now and next, each service, each migration. */
export function renderDeployPlan(plan: DeployPlan, stack: string): string {
  const width = Math.max(0, ...plan.services.map(({ service }) => service.length))
  return [
    `${stack}: ${plan.from === plan.to ? `release ${plan.to}` : `release ${plan.from ?? 'none'} → ${plan.to}`}`,
    '',
    ...plan.services.map(change =>
      `${signs[change.action]} ${change.service.padEnd(width)}  ${reasonsOf(change)}`.trimEnd(),
    ),
    ...(plan.joins.length > 0 ? ['', `Hosts that join: ${plan.joins.join(', ')}`] : []),
    ...(plan.migrations.length > 0
      ? [
          '',
          'Migrations of the database, before the services change:',
          ...plan.migrations.map(name => `  ${visible(name)}`),
        ]
      : []),
  ].join('\n')
}

/** Why something becomes of a service, in a person's words. */
export function reasonsOf({ why }: ServiceChange): string {
  return why.map(one => words[one] ?? visible(one)).join(', ')
}
