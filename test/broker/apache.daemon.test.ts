import { describe } from 'vitest'
import { startApache } from './apache-subject.ts'
import { brokerContract } from './contract.ts'

describe('Apache Kafka', () => brokerContract(startApache))
