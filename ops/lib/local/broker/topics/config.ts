/** A topic's settings, by Kafka's names (kafka.apache.org/documentation/#topicconfigs), those that mean something here. */
export type TopicConfig = {
  maxMessageBytes: number
  /** -1 keeps records for ever. */
  retentionMs: number
  /** -1 sets no limit; else the limit of each partition. */
  retentionBytes: number
  segmentBytes: number
  logAppendTime: boolean
}

type Setting = { standard: string; check(value: string): string | undefined }

const count =
  (least: number): Setting['check'] =>
  value => {
    const problem = `must be a whole number from ${least} on`
    return /^-?\d{1,15}$/.test(value) && Number(value) >= least ? undefined : problem
  }
const oneOf =
  (...allowed: string[]): Setting['check'] =>
  value =>
    allowed.includes(value) ? undefined : `must be one of ${allowed.join(', ')} on this broker`

const settings = {
  'cleanup.policy': { standard: 'delete', check: oneOf('delete') },
  'compression.type': { standard: 'producer', check: oneOf('producer') },
  'max.message.bytes': { standard: '1048588', check: count(0) },
  'message.timestamp.type': { standard: 'CreateTime', check: oneOf('CreateTime', 'LogAppendTime') },
  'min.insync.replicas': { standard: '1', check: oneOf('1') },
  'retention.bytes': { standard: '-1', check: count(-1) },
  'retention.ms': { standard: '604800000', check: count(-1) },
  // Kafka's is 1 GiB. Smaller ones make retention finer and the start after a crash faster on a laptop's small log.
  'segment.bytes': { standard: '67108864', check: count(1_024) },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof settings
/** Settings of a topic that differ from the standard ones. */
export type Overrides = Readonly<Record<string, string>>

const isSetting = (name: string): name is SettingName => Object.hasOwn(settings, name)

/** All settings there are, in the order of their names. */
export const settingNames = Object.keys(settings).filter(isSetting)

/** What is wrong with a setting, in a sentence; undefined when it can be used. */
export function configProblem(name: string, value: string | null): string | undefined {
  if (!isSetting(name))
    return `Unknown topic config name: ${name}. This broker knows ${settingNames.join(', ')}`
  const problem = value === null ? 'must have a value' : settings[name].check(value)
  return problem && `Invalid value ${value} for configuration ${name}: it ${problem}`
}

/** The value of a setting, as text. */
export function configValue(name: SettingName, overrides: Overrides): string {
  return overrides[name] ?? settings[name].standard
}

/** The settings as values. */
export function topicConfig(overrides: Overrides): TopicConfig {
  const number = (name: SettingName) => Number(configValue(name, overrides))
  return {
    maxMessageBytes: number('max.message.bytes'),
    retentionMs: number('retention.ms'),
    retentionBytes: number('retention.bytes'),
    segmentBytes: number('segment.bytes'),
    logAppendTime: configValue('message.timestamp.type', overrides) === 'LogAppendTime',
  }
}
