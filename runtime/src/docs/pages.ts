import { deadLetterReasons } from '../events/reasons.ts'
import { type Setting, settings } from '../platform/settings.ts'
import { lakePage } from './lake-page.ts'
import { page, table } from './markdown.ts'
import { metricsPage } from './metrics-page.ts'

/** The generated pages under `docs/`, by file name. */
export function generatedPages(): Record<string, string> {
  return {
    'configuration.md': configurationPage(),
    'dead-letters.md': deadLetterPage(),
    'lake.md': lakePage(),
    'metrics.md': metricsPage(),
  }
}

function configurationPage(): string {
  const rows = Object.entries<Setting<unknown>>(settings).map(([name, setting]) => [
    `\`${name}\``,
    setting.description,
    setting.allowed,
    setting.default === undefined ? (setting.optional ? 'unset' : '**required**') : `\`${setting.default}\``,
  ])
  return page('Configuration', [
    'Every service reads its settings from the environment, once, at start. A missing or malformed one ends it with',
    'a sentence that names the variable, its value and what is allowed, and with exit code 78. `npm start` sets what',
    'the local stack needs and passes on the rest of its own environment.',
    '',
    ...table(['variable', 'what it is', 'allowed', 'default'], rows),
  ])
}

function deadLetterPage(): string {
  const rows = Object.entries(deadLetterReasons).map(([reason, meaning]) => [`\`${reason}\``, meaning])
  return page('Dead letters', [
    'An event whose content cannot be counted becomes a row of `dead_letter`, in the same statement as the offset of',
    'its batch: it is part of the sums, its first 64 KiB are kept, and the lake keeps the record as it came.',
    '',
    ...table(['reason', 'meaning'], rows),
  ])
}
