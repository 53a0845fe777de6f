/** Price-list files as AWS writes them, by hand and small, for tests. */

/** A product with its price: steps of `[from, USD]`. */
export type SampleProduct = {
  sku: string
  family?: string
  unit: string
  steps: readonly (readonly [from: string, usd: string])[]
  attributes: Record<string, string>
}

/** A product of one price. */
export function sampleProduct(
  sku: string,
  unit: string,
  usd: string,
  attributes: Record<string, string>,
  family?: string,
): SampleProduct {
  return { sku, unit, steps: [['0', usd]], attributes, ...(family === undefined ? {} : { family }) }
}

/** The text of a service's file for a region: products, on-demand terms, then reserved ones that nobody asks for. */
export function samplePriceList(service: string, region: string, products: readonly SampleProduct[]): string {
  const term = (sku: string, code: string, { unit, steps }: SampleProduct) => ({
    [`${sku}.${code}`]: {
      offerTermCode: code,
      sku,
      effectiveDate: '2026-10-01T00:00:00Z',
      priceDimensions: Object.fromEntries(
        steps.map(([beginRange, usd], index) => [
          `${sku}.${code}.RATE${index}`,
          {
            rateCode: `${sku}.${code}.RATE${index}`,
            description: `$${usd} per ${unit}`,
            beginRange,
            endRange: steps[index + 1]?.[0] ?? 'Inf',
            unit,
            pricePerUnit: { USD: usd },
            appliesTo: [],
          },
        ]),
      ),
      termAttributes: {},
    },
  })
  return JSON.stringify(
    {
      formatVersion: 'v1.0',
      disclaimer: 'This pricing list is for informational purposes only.',
      offerCode: service,
      version: '20261015092225',
      publicationDate: '2026-10-15T09:22:25Z',
      products: Object.fromEntries(
        products.map(({ sku, family, attributes }) => [
          sku,
          {
            sku,
            ...(family === undefined ? {} : { productFamily: family }),
            attributes: {
              servicecode: service,
              locationType: 'AWS Region',
              regionCode: region,
              ...attributes,
            },
          },
        ]),
      ),
      terms: {
        OnDemand: Object.fromEntries(products.map(one => [one.sku, term(one.sku, 'JRTCKXETXF', one)])),
        Reserved: Object.fromEntries(
          products.map(one => [one.sku, term(one.sku, '38NPMPTW36', { ...one, steps: [['0', '0.0001']] })]),
        ),
      },
      attributesList: {},
    },
    null,
    2,
  )
}

/** S3's and VPC's products of a region, as a region's prefix names them. */
export const sampleS3: readonly SampleProduct[] = [
  {
    sku: 'S3STORAGE0000001',
    family: 'Storage',
    unit: 'GB-Mo',
    steps: [
      ['512000', '0.022'],
      ['0', '0.0245'],
      ['51200', '0.0235'],
    ],
    attributes: { usagetype: 'EUC1-TimedStorage-ByteHrs' },
  },
  sampleProduct(
    'S3INFREQUENT0001',
    'GB-Mo',
    '0.0135',
    { usagetype: 'EUC1-TimedStorage-SIA-ByteHrs' },
    'Storage',
  ),
  sampleProduct(
    'S3PUT00000000001',
    'Requests',
    '0.0000054',
    { usagetype: 'EUC1-Requests-Tier1' },
    'API Request',
  ),
  sampleProduct(
    'S3GET00000000001',
    'Requests',
    '0.00000043',
    { usagetype: 'EUC1-Requests-Tier2' },
    'API Request',
  ),
  sampleProduct('S3MOVE0000000001', 'Requests', '0.00001', {
    usagetype: 'EUC1-Requests-Tier4',
    operation: 'S3-SIATransition',
  }),
  sampleProduct('S3MOVE0000000002', 'Requests', '0.00002', {
    usagetype: 'EUC1-Requests-Tier4',
    operation: 'S3-GIRTransition',
  }),
]
