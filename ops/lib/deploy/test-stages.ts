import { type Stages } from './stages.ts'

/** Stages that nobody looks at. */
export const silent: Stages = { run: (_title, stage) => stage(() => {}), note: () => {}, close: () => {} }
