/** A host's public key: its type and base64, one space between, no comment. */
export type HostKey = string

/** Bytes of a key's parts behind its type, and how often OpenSSH prefers another: the first is shown to people. */
const forms: readonly { type: string; fits(parts: readonly Buffer[]): boolean }[] = [
  { type: 'ssh-ed25519', fits: ([key, ...rest]) => key?.length === 32 && rest.length === 0 },
  ...[256, 384, 521].map(bits => ({
    type: `ecdsa-sha2-nistp${bits}`,
    fits: ([curve, point, ...rest]: readonly Buffer[]) =>
      curve?.toString() === `nistp${bits}` &&
      // Uncompressed: a mark and two coordinates (SEC 1, 2.3.3).
      point?.length === 1 + 2 * Math.ceil(bits / 8) &&
      rest.length === 0,
  })),
  {
    type: 'ssh-rsa',
    // Above 2047 bits: OpenSSH refuses shorter ones sooner or later (RequiredRSASize).
    fits: ([exponent, modulus, ...rest]) =>
      exponent !== undefined && (modulus?.length ?? 0) >= 256 && rest.length === 0,
  },
]

const candidate = new RegExp(
  `(?:^|\\s)(${forms.map(({ type }) => type).join('|')}) ([A-Za-z0-9+/]+={0,2})(?=\\s|$)`,
)

/** The key that stands in a line, whatever stands before and behind it; undefined when none that is whole does. */
export function hostKeyIn(line: string): HostKey | undefined {
  const [, type = '', base64 = ''] = candidate.exec(line) ?? []
  const blob = Buffer.from(base64, 'base64')
  const parts = partsOf(blob)
  const whole = blob.toString('base64') === base64 && parts?.[0]?.toString() === type
  return whole && forms.find(form => form.type === type)?.fits(parts.slice(1))
    ? `${type} ${base64}`
    : undefined
}

/** Keys as people compare them: each once, ed25519 first. */
export function sortedKeys(keys: readonly HostKey[]): HostKey[] {
  const rank = (key: HostKey) => forms.findIndex(({ type }) => key.startsWith(`${type} `))
  return [...new Set(keys)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
}

/** The strings of a key's blob, each behind its length in four bytes (RFC 4253, 6.6; RFC 4251, 5). */
function partsOf(blob: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = []
  for (let at = 0; at < blob.length; ) {
    if (at + 4 > blob.length) return undefined
    const end = at + 4 + blob.readUInt32BE(at)
    if (end > blob.length) return undefined
    parts.push(blob.subarray(at + 4, end))
    at = end
  }
  return parts
}
