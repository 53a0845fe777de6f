import { type Names, type StackId } from '../stack/names.ts'
import { type Stack } from '../stack/schema.ts'
import { type Cloud } from './cloud.ts'
import { type KeyFiles } from './key-files.ts'
import { type Surroundings } from './surroundings.ts'

/** What the parts of a stack are made from. */
export type Context = {
  stack: Stack
  id: StackId
  names: Names
  cloud: Cloud
  around: Surroundings
  /** Secrets that are made here, on the operator's machine. */
  files: KeyFiles
  /** False: what of the stack is there is to be removed. */
  wanted: boolean
  /** Whether what bills by the hour runs. */
  power: 'running' | 'stopped'
  /** How the stack is removed: see `ops/destroy.ts`. */
  removal: { finalSnapshot: boolean; purge: boolean }
}
