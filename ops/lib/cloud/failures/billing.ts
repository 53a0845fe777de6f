import { type InWords } from './failure.ts'

/**
 * What only Cost Explorer refuses (API reference, GetCostAndUsage, "Errors"). A missing permission that its answer
 * names is not of this kind.
 */
export const billingInWords: InWords = ({ name, message, call }) => {
  if (call?.service !== 'CostExplorer') return undefined
  if (/not authorized to perform/.test(message)) return undefined
  if (/not enabled for cost explorer/i.test(message)) {
    return "Cost Explorer isn't enabled in this account: open it once in the console (Billing and Cost Management, Cost Explorer); its first numbers come up to 24 hours later"
  }
  if (/^AccessDenied/.test(name)) {
    return `AWS refused Cost Explorer (${message}): allow ce:GetCostAndUsage (docs/operator-policy.json), and let users and roles see bills at all, which the account's root user does in the console (Account, "IAM user and role access to Billing information")`
  }
  if (/^DataUnavailable/.test(name)) {
    return 'Cost Explorer has no numbers yet: they come up to 24 hours after it was enabled, or after the account’s first day'
  }
  if (/^LimitExceeded/.test(name)) {
    return `Cost Explorer answers no more questions for now (${message}): wait an hour and run the same command again`
  }
  if (/^BillExpiration/.test(name))
    return 'what Cost Explorer was asked about has expired: ask for later days'
  if (/^InvalidNextToken|^RequestChanged/.test(name)) {
    return 'Cost Explorer lost its place between two pages: run the same command again'
  }
  return undefined
}
