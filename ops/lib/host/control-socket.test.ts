import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { ownSocketName, socketFolder } from './control-socket.ts'

const uid = process.getuid?.() ?? 0
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'wikiflow-sockets-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
})

test('the folder of sockets is this user’s alone, and found again', () => {
  const folder = socketFolder(uid, root)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(socketFolder(uid, root)).toBe(folder)
})

test('a folder that others may enter, or that leads elsewhere, is refused', () => {
  const folder = socketFolder(uid, root)
  chmodSync(folder, 0o755)
  expect(() => socketFolder(uid, root)).toThrow("isn't a folder of this user's alone")
  rmSync(folder, { recursive: true })
  mkdirSync(join(root, 'elsewhere'), { mode: 0o700 })
  symlinkSync(join(root, 'elsewhere'), folder)
  expect(() => socketFolder(uid, root)).toThrow("isn't a folder of this user's alone")
})

test('a socket’s path is short enough with what ssh puts behind it', () => {
  const address = { name: 'h'.repeat(200), user: 'u', address: 'a', port: 22, keyName: 'k' }
  const path = join(socketFolder(), ownSocketName(address))
  // 104 bytes with a zero at the end on macOS, 108 on Linux; ssh makes it under a name 17 longer.
  expect(path.length + 17).toBeLessThan(104)
  expect(ownSocketName(address)).not.toBe(ownSocketName(address))
})
