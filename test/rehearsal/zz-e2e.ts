import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { openRehearsal } from './rehearsal.ts'

const r = await openRehearsal({ hosts: Number(process.argv[2] ?? 1) as 1 | 2, source: { rate: 100 } })
const t = await r.target()
mkdirSync('/tmp/e2e', { recursive: true })
let text = readFileSync(t.overrides[0] ?? '', 'utf8')
text = text.replace(/\$\{([A-Z0-9_]+)(:\?[^}]*)?\}/g, (_, n) => t.variables[n] ?? '')
writeFileSync('/tmp/e2e/override.yml', text)
writeFileSync(
  '/tmp/e2e/target.json',
  JSON.stringify(
    {
      stack: t.stack,
      hosts: t.hosts.map((h, i) => ({
        name: h.name,
        address: h.address,
        user: h.user,
        identity: h.identity,
        hostKey: r.machines[i]?.pinnedKey.split(' ').slice(1).join(' '),
      })),
      database: {
        host: r.site.database.host,
        port: r.site.database.port,
        name: 'wikiflow',
        owner: r.site.database.owner,
        passwordFile: r.site.database.passwordFile,
        caFile: r.site.database.ca,
      },
      lake: { url: r.site.lake.url, region: r.site.lake.region, rotateS: 5 },
      source: { url: r.site.source.url, contact: 'rehearsal@example.org' },
      overrides: ['override.yml'],
      workers: 3,
      dashboardPort: 80,
      logLevel: 'info',
      folder: 'operator',
    },
    null,
    2,
  ),
)
console.log('up', t.hosts.map(h => h.address).join(' '))
process.on('SIGTERM', async () => {
  await r.close()
  process.exit(0)
})
setInterval(() => {}, 1000)
