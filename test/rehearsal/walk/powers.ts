import { dirname, join } from 'node:path'
import { expect, vi } from 'vitest'
import { must, runCommand } from '../machines/command.ts'
import { type AwsWalk } from './aws-walk.ts'

/** Sizes of the host's disk before and after it grows, in MiB. */
export const diskMib = 8_000
export const grownMib = 12_000

/**
 * EC2 and RDS do what they are told: the host's plug is pulled, the database stops, and both come back as they were. A
 * volume that was made larger is so at once, and its file system from the next start on.
 */
export function powersOver(walk: AwsWalk): Record<string, () => Promise<unknown>> {
  const diskImage = join(dirname(walk.project.folder), `${walk.first.name}.img`)
  return {
    'ec2:StopInstances': () => walk.first.powerOff(),
    'ec2:StartInstances': async () => {
      await growFileSystem(diskImage)
      await walk.first.powerOn()
    },
    'ec2:ModifyVolume': () => must('truncate', ['--size', `${grownMib}M`, diskImage]),
    'rds:StopDBInstance': () => walk.rehearsal.site.database.stop(),
    'rds:StartDBInstance': () => walk.rehearsal.site.database.start(),
  }
}

async function growFileSystem(diskImage: string): Promise<void> {
  const isFree = async () => expect(await must('losetup', ['--associated', diskImage])).toBe('')
  await vi.waitFor(isFree, { timeout: 10_000, interval: 100 })
  const { code, stdout, stderr } = await runCommand('e2fsck', ['-f', '-y', diskImage])
  // 1: the plug was pulled, and what that left is mended.
  expect(code, stdout + stderr).toBeLessThan(2)
  await must('resize2fs', [diskImage])
}
