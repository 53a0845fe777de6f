import { runCommand } from './command.ts'

/** Removes the control groups whose names begin so, with those below; Docker leaves them behind when it is killed. */
export async function removeCgroups(prefix: string): Promise<void> {
  const below = ['/sys/fs/cgroup', '-depth', '-type', 'd', '-path', `*/${prefix}*`]
  await runCommand('find', [...below, '-exec', 'rmdir', '{}', '+'])
}
