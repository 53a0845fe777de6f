import { operatorPolicy, placeholders } from '../cloud/operator-policy.ts'
import { stackTag } from '../cloud/tags.ts'

/** The generated pages under `docs/`, by file name. */
export function generatedPages(): Record<string, string> {
  const policy = `${JSON.stringify(operatorPolicy(placeholders), undefined, 2)}\n`
  return { 'operator-policy.json': policy, 'operator-policy.md': operatorPage() }
}

/** What each statement of the policy is for, by its Sid. */
const purposes: Readonly<Record<string, string>> = {
  Account: 'who calls, which plan and credit the account has, its quotas, what it used and spent',
  HostsRead: 'lists what is there: hosts, networks, groups, keys, addresses, images',
  HostsCreate: "hosts, groups, key and address, only when the same call tags them as the stack's",
  HostsCreateTags: 'tags, only in the calls that create',
  HostsPlace: 'images, subnets and the VPC, as where a host starts from and stands in',
  Hosts: "runs, changes and removes what carries the stack's tag",
  DatabaseRead: 'lists databases, snapshots and their settings',
  Database: "the stack's database, its groups and its final snapshots, by their names",
  Bucket: "the lake's bucket and its settings",
  Objects: 'the lock, and what `destroy --purge` removes',
  Role: "the hosts' role and its profile, by their names",
  RoleToHosts: 'gives that role to EC2, and no other one',
  ServiceRole: "the role that RDS makes for itself with an account's first database",
  Budget: 'the budget that writes e-mails',
}

function operatorPage(): string {
  const { name, region, account } = placeholders
  const rows = operatorPolicy(placeholders).Statement.map(({ Sid, Action }) => {
    const services = new Set([Action].flat().map(action => action.split(':')[0]))
    return `| \`${Sid}\` | ${[...services].join(', ')} | ${purposes[Sid] ?? ''} |`
  })
  return [
    '# What the operator may do on AWS',
    '',
    '<!-- Made by `npm run docs`; edit its source instead. -->',
    '',
    '[`operator-policy.json`](operator-policy.json) is the IAM policy for whoever runs `ops/`: a person, or a pipeline.',
    `Put the stack's name, its region and the account's twelve digits in the places of \`${name}\`, \`${region}\` and`,
    `\`${account}\`, then make it a policy and attach it:`,
    '',
    '```sh',
    `sed 's/${name}/wikiflow/g; s/${region}/us-east-1/g; s/${account}/123456789012/g' docs/operator-policy.json > policy.json`,
    'aws iam create-policy --policy-name wikiflow-operator --policy-document file://policy.json',
    'aws iam attach-user-policy --user-name NAME --policy-arn arn:aws:iam::123456789012:policy/wikiflow-operator',
    '```',
    '',
    `Things with names are narrowed to the stack's; EC2's have none, and are told by their tag \`wikiflow:stack\` =`,
    `\`${stackTag(placeholders)}\`. When AWS refuses a call, the error names the statement of this table:`,
    '',
    '| statement | services | what for |',
    '| --- | --- | --- |',
    ...rows,
    '',
    "Two things to know. Who may write the policy of the hosts' role may give a host, and so himself, any right: keep",
    "this policy to people whom the account is trusted with. And `--adopt` tags things that are not the stack's yet,",
    'which this policy refuses: tag them yourself, or use wider rights for that one run.',
    '',
  ].join('\n')
}
