import { type InWords } from './failure.ts'

const signIn =
  'sign in with `aws sso login` or `aws login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'

/** Credentials that are missing, expired, wrong, or signed by a clock that is wrong. */
export const credentialsInWords: InWords = ({ name, message, call }) => {
  if (/^(Credentials|Token)ProviderError$/.test(name)) {
    if (/expired|refresh|session/i.test(message)) {
      return `the sign-in to AWS has expired (${firstLine(message)}): ${signIn}, then run the same command again`
    }
    if (/could not load credentials from any/i.test(message)) return `there are no AWS credentials: ${signIn}`
    return `the AWS credentials can't be used (${firstLine(message)}): ${signIn}`
  }
  if (
    /^(RequestTimeTooSkewed|RequestExpired|RequestInTheFuture)$/.test(name) ||
    lateSignature(name, message)
  ) {
    return `AWS found the request too old or too new: it is ${new Date().toISOString()} by this machine's clock. Set the clock (\`timedatectl set-ntp true\`); when it is right, the credentials have expired: ${signIn}`
  }
  if (/^ExpiredToken(Exception)?$|^TokenRefreshRequired$/.test(name)) {
    return `the AWS credentials have expired: ${signIn}, then run the same command again; it goes on from where it was`
  }
  if (/^(InvalidClientTokenId|UnrecognizedClientException|AuthFailure|InvalidAccessKeyId)$/.test(name)) {
    const region = call
      ? `${call.region} must be enabled first if it is a region that is not by default (\`aws account get-region-opt-status --region-name ${call.region}\`)`
      : 'a region that is not enabled by default must be enabled first'
    return `AWS doesn't know these credentials (${name}): the access key was removed, or AWS_SESSION_TOKEN is missing or another key's. See whose they are with \`aws sts get-caller-identity\`; or else ${region}`
  }
  // AWS's own message holds what was signed: not repeated.
  if (/^(SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature)$/.test(name)) {
    return `the AWS secret access key doesn't belong to the access key (${name}), often a copy cut short: ${signIn}`
  }
  return undefined
}

/** An old or young signature has the same name as a wrong one. */
function lateSignature(name: string, message: string): boolean {
  return (
    /^(InvalidSignatureException|SignatureDoesNotMatch)$/.test(name) &&
    /expired|not yet current/i.test(message)
  )
}

function firstLine(message: string): string {
  return message.split('\n')[0]?.trim() ?? ''
}
