import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { databaseCa } from './database-ca.ts'

const certificatesOf = (pem: string) =>
  pem
    .split(/(?<=-----END CERTIFICATE-----\n)/)
    .map(text => text.trim())
    .filter(Boolean)
    .map(text => new X509Certificate(text))

test.each(['us-east-1', 'eu-central-1', 'eu-south-1', 'ap-northeast-3'])(
  "a database in %s is trusted by the region's own roots, and by nothing that has expired",
  region => {
    const certificates = certificatesOf(databaseCa(region))
    const names = certificates.map(({ subject }) => /CN=(.*)/.exec(subject)?.[1])
    // Of the three, RDS signs with the first unless it is told otherwise.
    for (const kind of ['RSA2048', 'RSA4096', 'ECC384']) {
      expect(names).toContain(`Amazon RDS ${region} Root CA ${kind} G1`)
    }
    for (const { ca, validToDate, subject, issuer } of certificates) {
      expect(ca).toBe(true)
      expect(validToDate.getTime()).toBeGreaterThan(Date.now())
      expect(subject).toContain(`CN=Amazon RDS ${region} `)
      expect(issuer).toBe(subject)
    }
  },
)

test('a region does not get those of another whose name begins alike', () => {
  expect(databaseCa('us-east-1')).not.toContain('Preview')
  expect(() => databaseCa('us-east')).toThrow("aren't known here")
})

test('a certificate is left out from the day on which it ends', () => {
  const before = certificatesOf(databaseCa('us-east-1', new Date('2024-01-01'))).length
  const now = certificatesOf(databaseCa('us-east-1', new Date('2026-10-01'))).length
  expect(before).toBeGreaterThan(now)
})

test('what a region needs fits many times into what Swarm takes for a file, 500 kB', () => {
  expect(databaseCa('us-east-1').length).toBeLessThan(20_000)
})

test.each(['il-central-1', '', '.*', 'us-east-1\n'])(
  'for the region %o it says where Amazon publishes its own',
  region => {
    expect(() => databaseCa(region)).toThrow(
      /^the certificates that sign .*https:\/\/truststore\.pki\.rds\.amazonaws\.com/s,
    )
  },
)
