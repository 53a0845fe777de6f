import { runService } from '../platform/service.ts'
import { lakeSettings, startLake } from './start.ts'

await runService('lake', lakeSettings, startLake)
