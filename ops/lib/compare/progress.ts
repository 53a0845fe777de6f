import { showProgress } from '../checks/progress.ts'

/** Says on standard error what is being waited for, once it takes more than two seconds, until it is there. */
export async function waiting<T>(what: string, work: Promise<T>): Promise<T> {
  const progress = showProgress(process.stderr, new Map([[what, what]]))
  progress.on({ id: what, state: 'begun' })
  try {
    return await work
  } finally {
    progress.close()
  }
}
