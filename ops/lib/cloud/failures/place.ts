import { type InWords } from './failure.ts'

/** Things that are elsewhere, taken, gone, or still in use. */
export const placeInWords: InWords = ({ name, message, status, call, bucketRegion }) => {
  if (name === 'OptInRequired' || /region.*(is not enabled|opt-?in)/i.test(message)) {
    const region = call?.region ?? 'REGION'
    return `region ${region} isn't enabled for this account, or the account isn't fully signed up yet (${message}): enable it with \`aws account enable-region --region-name ${region}\`, or set another region in wikiflow.config.ts`
  }
  if (
    /^(PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint(Exception)?|HTTP 301)$/.test(
      name,
    )
  ) {
    const right = bucketRegion ?? /expecting '([a-z0-9-]+)'/.exec(message)?.[1]
    const where = right ? `stands in region ${right}` : 'stands in another region'
    const asked = call ? `, and ${call.region} was asked` : ''
    return `the bucket ${where}${asked} (${name}): set region in wikiflow.config.ts to it, or choose another name for the stack`
  }
  if (name === 'BucketAlreadyExists') {
    return 'a bucket of this name belongs to another account (bucket names are the whole world’s): choose another name for the stack in wikiflow.config.ts'
  }
  if (/^InvalidAMIID\./.test(name)) {
    return `AWS no longer offers the image that was chosen (${message}): run the same command again; it looks for the newest`
  }
  if (
    /^(DependencyViolation|DeleteConflict(Exception)?|BucketNotEmpty|InvalidDBSubnetGroupStateFault)$/.test(
      name,
    )
  ) {
    return `something that isn't the stack's still uses it, so AWS keeps it (${message}): find and remove that, then run the same command again; nothing that carries other tags is removed from here`
  }
  if (/^(OperationAborted|ConcurrentModification(Exception)?|ConditionalRequestConflict)$/.test(name)) {
    return `another change of the same thing is under way (${message}): wait a minute and run the same command again`
  }
  if (name === 'HTTP 400') {
    return `AWS refused ${call ? `${call.service} ${call.command}` : 'the call'} without saying why (HTTP ${status}), as it does for expired credentials: \`aws sts get-caller-identity\` says more`
  }
  return undefined
}
