import { UserError } from '../../script.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'

/** Whether the page answers at all: it is by what it says that the pipeline is judged. */
export const pageCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'page',
  title: 'page',
  looksAt: 'the page and /api/snapshot, which says how the pipeline does, answer beside the services',
  needs: ['deployed'],
  run: async ({ pipeline, view }): Promise<Outcome> => {
    const { page, commands } = await pipeline()
    const fix = commands.logs('dashboard')
    try {
      if (!/<title>/i.test(await page())) return { state: 'failed', found: 'what answers is no page', fix }
      return { state: 'ok', found: `it answers, and says: ${(await view()).state}` }
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      return { state: 'failed', found: error.message, fix }
    }
  },
}
