import { type Connection, connect } from './connect.ts'
import { openTarget, type TargetChoice } from './open-target.ts'

/** Works on the hosts that are meant, and closes the connections to them in every way out. */
export async function withConnection<T>(
  choice: TargetChoice,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connect(await openTarget(choice))
  try {
    return await work(connection)
  } finally {
    await connection.close()
  }
}
