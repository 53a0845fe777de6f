import { describe } from 'vitest'
import { brokerContract } from './contract.ts'
import { startEmbedded } from './embedded-subject.ts'

describe('the embedded broker', () => brokerContract(startEmbedded))
