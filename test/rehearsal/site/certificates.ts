import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from '../machines/command.ts'

/** PEM files. */
export type Certificates = { ca: string; certificate: string; key: string }

/** Makes a CA of its own, and by it a certificate for an IPv4 address; good for a day, in files of a folder. */
export async function makeCertificates(folder: string, address: string): Promise<Certificates> {
  const path = (name: string) => join(folder, name)
  const files = { ca: path('ca.pem'), certificate: path('server.pem'), key: path('server.key') }
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1']
  const openssl = (...args: string[]) => must('openssl', args)
  await openssl(
    'req',
    '-x509',
    ...newKey,
    '-subj',
    '/CN=Rehearsal CA',
    '-keyout',
    path('ca.key'),
    '-out',
    files.ca,
  )
  await openssl(
    'req',
    ...newKey.slice(0, -2),
    '-subj',
    `/CN=${address}`,
    '-keyout',
    files.key,
    '-out',
    path('server.csr'),
  )
  await writeFile(path('server.ext'), `subjectAltName=IP:${address}\n`)
  const by = ['-CA', files.ca, '-CAkey', path('ca.key'), '-CAcreateserial']
  const as = ['-extfile', path('server.ext'), '-days', '1', '-out', files.certificate]
  await openssl('x509', '-req', '-in', path('server.csr'), ...by, ...as)
  return files
}
