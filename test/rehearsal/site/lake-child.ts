/** moto's S3 as a process of its own, on an address of this machine: `ADDRESS`. */
import { startMoto } from '../../engines/moto.ts'
import { serveEngine } from './engine-process.ts'
import { forward } from './forward.ts'

const [address = ''] = process.argv.slice(2)

await serveEngine(async () => {
  const moto = await startMoto()
  const door = await forward(address, Number(new URL(moto.url).port))
  return {
    detail: { endpoint: `http://${address}:${door.port}` },
    stop: async () => {
      door.close()
      await moto.stop()
    },
  }
})
