import { installMoto } from '../engines/moto.ts'
import { imagesTar } from './images/images.ts'

/** Before all suites, so that two at once don't make and fetch the same. */
export async function setup(): Promise<void> {
  await imagesTar()
  await installMoto()
}
