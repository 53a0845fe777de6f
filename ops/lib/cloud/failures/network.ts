import { callInWords, type Failure, type InWords } from './failure.ts'

const reasons: Record<string, string> = {
  ENOTFOUND: 'the name is not known',
  EAI_AGAIN: 'names can’t be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no answer came',
  EHOSTUNREACH: 'there is no way there',
  ENETUNREACH: 'there is no network',
  ECONNABORTED: 'the connection was cut',
}

const untrusted = /^(SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|CERT_|ERR_TLS)/

/** No way to AWS: names, connections, time, certificates, a proxy in between. */
export const networkInWords: InWords = failure => {
  if (failure.page)
    return `${callInWords(failure)} was answered with a web page (HTTP ${failure.status ?? 200}), so not by AWS: ${proxy()}`
  if (failure.code && untrusted.test(failure.code)) {
    return `the certificate of ${host(failure)} isn't trusted (${failure.code}): a proxy may stand in between; name its certificate authority in NODE_EXTRA_CA_CERTS`
  }
  const reason =
    reasons[failure.code ?? ''] ??
    (/^(TimeoutError|RequestTimeout)/.test(failure.name) ? 'no answer came in time' : undefined)
  if (reason) return `can't reach ${host(failure)}: ${reason} (${failure.code ?? failure.name}). ${proxy()}`
  if (/Deserialization error/.test(failure.message)) {
    return `${callInWords(failure)} was answered with something that isn't AWS's (HTTP ${failure.status ?? '?'}): ${proxy()}`
  }
  return undefined
}

function host({ message, call }: Failure): string {
  const named = /(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) (\S+)/.exec(
    message,
  )?.[1]
  return named ?? (call ? `${call.service} in ${call.region}` : 'AWS')
}

function proxy(): string {
  const endpoint = process.env.AWS_ENDPOINT_URL
  if (endpoint)
    return `AWS_ENDPOINT_URL sends all calls to ${endpoint}: start what should answer there, or unset it`
  const through = process.env.HTTPS_PROXY ?? process.env.https_proxy
  // Its URL may hold a password.
  if (through)
    return 'HTTPS_PROXY is set, which the AWS SDK doesn’t use: this machine must reach AWS without it'
  return 'Check the network (`curl -I https://sts.amazonaws.com`) and the region in wikiflow.config.ts, then run the same command again'
}
