import { UserError } from '../ops/lib/script.ts'
import { unitOf } from './prices.ts'

/** A product of a price-list file; attributes are AWS's own words. */
export type Product = { sku: string; productFamily?: string | undefined; attributes: Record<string, string> }

/** One step of a price: what a unit costs from `beginRange` on. */
export type Dimension = {
  unit: string
  beginRange?: string | undefined
  pricePerUnit: Record<string, string>
}

/** A service's file for one region, as far as the rules ask for it. */
export type Offer = {
  service: string
  region: string
  /** AWS's number for this edition: it stays under its own address. */
  version: string
  /** ISO day. */
  date: string
  products: readonly Product[]
  /** On-demand terms by SKU; each has its steps. */
  terms: ReadonlyMap<string, readonly (readonly Dimension[])[]>
}

/** Which product of which service an item is. */
export type Rule = {
  item: string
  service: Service
  family?: string
  /**
   * Attributes it must have. A list is an order of preference: the first value that any product has counts.
   * `usagetype` stands without the prefix of its region.
   */
  attributes: Record<string, string | readonly string[]>
}

export const services = ['AmazonEC2', 'AmazonRDS', 'AmazonVPC', 'AmazonS3', 'AWSDataTransfer'] as const
type Service = (typeof services)[number]

const hostTypes = ['t3', 't4g']
  .flatMap(family => ['micro', 'small', 'medium', 'large', 'xlarge'].map(size => `${family}.${size}`))
  .concat('c7i-flex.large', 'm7i-flex.large')
const databaseClasses = ['micro', 'small', 'medium', 'large'].map(size => `db.t4g.${size}`)
/** RDS's storage and backups are listed for each engine, and in some regions once for any. */
const engine = ['PostgreSQL', 'Any']

/** What each item of `cost/prices.json` is in AWS's price list. */
export const rules: readonly Rule[] = [
  ...hostTypes.map(
    (type): Rule => ({
      item: `ec2:${type}`,
      service: 'AmazonEC2',
      family: 'Compute Instance',
      attributes: {
        instanceType: type,
        usagetype: `BoxUsage:${type}`,
        operatingSystem: 'Linux',
        preInstalledSw: 'NA',
        tenancy: 'Shared',
        capacitystatus: 'Used',
      },
    }),
  ),
  cpuCredits('ec2:surplus-cpu', 'AmazonEC2', 'CPUCredits:t3', { operatingSystem: 'Linux' }),
  cpuCredits('ec2:surplus-cpu-t4g', 'AmazonEC2', 'CPUCredits:t4g', { operatingSystem: 'Linux' }),
  metered('ebs:gp3', 'AmazonEC2', 'EBS:VolumeUsage.gp3', { volumeApiName: 'gp3' }),
  ...databaseClasses.map(
    (type): Rule => ({
      item: `rds:${type}`,
      service: 'AmazonRDS',
      family: 'Database Instance',
      attributes: {
        instanceType: type,
        usagetype: `InstanceUsage:${type}`,
        databaseEngine: 'PostgreSQL',
        deploymentOption: 'Single-AZ',
      },
    }),
  ),
  metered('rds:gp3', 'AmazonRDS', 'RDS:GP3-Storage', {
    databaseEngine: engine,
    deploymentOption: 'Single-AZ',
  }),
  metered('rds:backup', 'AmazonRDS', 'RDS:ChargedBackupUsage', { databaseEngine: engine }),
  cpuCredits('rds:surplus-cpu', 'AmazonRDS', 'CPUCredits:db.t4g', { databaseEngine: 'PostgreSQL' }),
  metered('ipv4', 'AmazonVPC', 'PublicIPv4:InUseAddress'),
  metered('s3:storage', 'AmazonS3', 'TimedStorage-ByteHrs'),
  metered('s3:infrequent-access', 'AmazonS3', 'TimedStorage-SIA-ByteHrs'),
  metered('s3:put', 'AmazonS3', 'Requests-Tier1'),
  metered('s3:get', 'AmazonS3', 'Requests-Tier2'),
  metered('s3:infrequent-access-transition', 'AmazonS3', 'Requests-Tier4', { operation: 'S3-SIATransition' }),
  metered('transfer:out', 'AWSDataTransfer', 'DataTransfer-Out-Bytes', {
    transferType: 'AWS Outbound',
    toLocation: 'External',
  }),
  metered('transfer:zone', 'AWSDataTransfer', 'DataTransfer-Regional-Bytes', { transferType: 'IntraRegion' }),
]

/** A price as the list has it, in the unit of `cost/prices.json`. */
export type Found = { item: string; sku: string; usd: number }

/** Whether a product of a region's file is what a rule asks for, preferences aside. */
export function mayBe({ family, attributes }: Rule, product: Product, region: string): boolean {
  const has = product.attributes
  // A region's file has its Local and Wavelength Zones too, with products of the same names.
  if ((has.locationType ?? has.fromLocationType ?? 'AWS Region') !== 'AWS Region') return false
  if ((has.regionCode ?? has.fromRegionCode ?? region) !== region) return false
  if (family !== undefined && product.productFamily !== family) return false
  return Object.entries(attributes).every(([name, wanted]) =>
    [wanted].flat().includes(attributeOf(product, name)),
  )
}

/**
 * The price of a rule's item: of the one product that matches, its first step that costs something; free steps are the
 * account's allowance.
 * @throws UserError that names the rule, and the products that match it when they aren't one.
 */
export function pick(rule: Rule, offer: Offer): Found {
  const fail = (why: string) =>
    new UserError(`${rule.item}: ${why} (${offer.service} ${offer.region}; rule: ${ruleText(rule)})`)
  const matches = preferred(
    rule,
    offer.products.filter(one => mayBe(rule, one, offer.region)),
  )
  const [product] = matches
  if (!product) throw fail('no product matches')
  if (matches.length > 1) {
    throw fail(`${matches.length} products match, and one is wanted: ${matches.map(productText).join(' · ')}`)
  }
  const terms = offer.terms.get(product.sku) ?? []
  const [steps] = terms
  if (!steps || terms.length > 1)
    throw fail(`${productText(product)} has ${terms.length} on-demand terms, not one`)
  const [first] = steps
    .map(({ unit, beginRange = '0', pricePerUnit }) => ({
      unit,
      from: Number(beginRange),
      usd: Number(pricePerUnit.USD),
    }))
    .sort((a, b) => a.from - b.from)
    .filter(({ usd }) => usd !== 0)
  if (!first || !Number.isFinite(first.usd) || !Number.isFinite(first.from) || first.usd < 0) {
    throw fail(`${productText(product)} has no price in USD`)
  }
  const times = unitsOfList[unitOf(rule.item) ?? 'hour'].find(({ name }) => name.test(first.unit))?.times
  if (times === undefined) throw fail(`${productText(product)} is priced by '${first.unit}'`)
  return { item: rule.item, sku: product.sku, usd: Number((first.usd * times).toPrecision(12)) }
}

/** How the list names our units, and how many of its units are one of ours. */
const unitsOfList: Record<
  NonNullable<ReturnType<typeof unitOf>>,
  readonly { name: RegExp; times: number }[]
> = {
  hour: [{ name: /^h(ou)?rs?$/i, times: 1 }],
  'vCPU-hour': [{ name: /^vcpu-h(ou)?rs?$/i, times: 1 }],
  'GB-month': [{ name: /^gb-mo(nth)?$/i, times: 1 }],
  '1000 requests': [{ name: /^requests?$/i, times: 1_000 }],
  GB: [{ name: /^gb$/i, times: 1 }],
}

function metered(item: string, service: Service, usagetype: string, more: Rule['attributes'] = {}): Rule {
  return { item, service, attributes: { usagetype, ...more } }
}

function cpuCredits(item: string, service: Service, usagetype: string, more: Rule['attributes']): Rule {
  return { item, service, family: 'CPU Credits', attributes: { usagetype, ...more } }
}

/** The matches that have the first of the preferred values that any has. */
function preferred({ attributes }: Rule, matches: readonly Product[]): readonly Product[] {
  return Object.entries(attributes).reduce((left, [name, wanted]) => {
    const value = [wanted].flat().find(one => left.some(product => attributeOf(product, name) === one))
    return left.filter(product => attributeOf(product, name) === value)
  }, matches)
}

/** An attribute; usage types without their region: `EUC1-BoxUsage:t3.medium` is a `BoxUsage:t3.medium`. */
function attributeOf({ attributes }: Product, name: string): string {
  const value = attributes[name] ?? ''
  return name === 'usagetype' ? value.replace(/^[A-Z]{2,4}\d*-/, '') : value
}

function ruleText({ family, attributes }: Rule): string {
  return [
    ...(family ? [family] : []),
    ...Object.entries(attributes).map(([name, one]) => `${name} ${[one].flat().join(' or ')}`),
  ].join(', ')
}

function productText({ sku, attributes }: Product): string {
  return `${sku} ${attributes.usagetype ?? ''} ${attributes.operation ?? ''}`.trim()
}
