import { UserError } from '../script.ts'

/** What came of a deploy that didn't go to its end. */
export class DeployError extends UserError {
  override name = 'DeployError'
  /** What serves now: a release, nothing, or what isn't known. */
  readonly serving: string | undefined
  /** Whether that is the release that was deployed: then something is left undone that comes after. */
  readonly serves: boolean

  constructor(message: string, serving: string | undefined, serves = false) {
    super(message)
    this.serving = serving
    this.serves = serves
  }
}
