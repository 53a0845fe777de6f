import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Whether credentials of AWS are set up here, as far as that shows without a call. */
export function hasCredentials(env: NodeJS.ProcessEnv = process.env, home = homedir()): boolean {
  const names = [
    'AWS_ACCESS_KEY_ID',
    'AWS_PROFILE',
    'AWS_WEB_IDENTITY_TOKEN_FILE',
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  ]
  const files = [
    env.AWS_SHARED_CREDENTIALS_FILE ?? join(home, '.aws/credentials'),
    env.AWS_CONFIG_FILE ?? join(home, '.aws/config'),
  ]
  return names.some(name => env[name]) || files.some(file => existsSync(file))
}
