/** The length of a network's prefix: 24 of `203.0.113.0/24`. */
export function prefixOf(cidr: string): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1))
}

/** Whether an IPv4 network is written with its first address: AWS gives `203.0.113.7/24` back as `203.0.113.0/24`. */
export function isNetworkAddress(cidr: string): boolean {
  const address = cidr
    .slice(0, cidr.indexOf('/'))
    .split('.')
    .reduce((sum, octet) => sum * 256 + Number(octet), 0)
  return address % 2 ** (32 - prefixOf(cidr)) === 0
}
