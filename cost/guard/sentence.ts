import { type Deed, type Judgement } from './judge.ts'

/** A judgement in one line, for cron's mail or a log. */
export function guardSentence(
  stack: { name: string; region: string },
  creditUsd: number,
  judgement: Judgement,
  deed: Deed,
): string {
  const { usedUsd, remainingUsd, by, atLeast, level, usdADay, outlook, short } = judgement
  const used = `${atLeast ? 'at least ' : ''}${Math.floor((usedUsd / creditUsd) * 100)} % of the credit of ${usd(creditUsd)} is used`
  const left = `${atLeast ? 'at most ' : ''}${usd(remainingUsd)} left ${by === 'account' ? 'by the account' : 'by what runs, at list prices'}`
  const lasts =
    outlook.days === null
      ? 'nothing bills'
      : `${outlook.days} ${outlook.days === 1 ? 'day' : 'days'} at ${usd(usdADay)} a day${outlook.ends ? `, until ${outlook.ends}` : ''}${outlook.expiresFirst ? ' (it expires)' : ''}`
  const warning = level > 0 || short ? 'WARNING ' : ''
  return `${warning}${stack.name} in ${stack.region}: ${used}, ${left}; ${lasts}.${endings[deed]}${
    deed === 'nothing' && short ? ' Pause it with `npx zx ops/pause.ts`.' : ''
  }${atLeast && level === 0 && !short ? ' Not all could be read, so nobody can say that it is less: see `npx zx cost/report.ts --live`.' : ''}`
}

const endings: Record<Deed, string> = {
  nothing: '',
  paused: ' The stack is paused now; to go on: npx zx ops/resume.ts',
  'already paused': ' The stack is paused already.',
}

function usd(amount: number): string {
  return `$${amount.toFixed(2)}`
}
