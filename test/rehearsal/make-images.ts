import { imagesTar } from './images/images.ts'

/** Before all suites, so that two at once don't make the same images. */
export async function setup(): Promise<void> {
  await imagesTar()
}
