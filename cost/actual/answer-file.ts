import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeSecret } from '../../ops/lib/cloud/secret-file.ts'
import { type ActualBill } from '../bill.ts'

const answerSchema = z.strictObject({
  account: z.string(),
  bill: z.strictObject({
    from: z.iso.date(),
    to: z.iso.date(),
    byService: z.array(z.strictObject({ service: z.string(), usd: z.number() })),
    byDay: z.array(z.strictObject({ day: z.iso.date(), usd: z.number() })),
    usd: z.number(),
    askedAt: z.iso.datetime(),
  }),
})

/** What an answer must be about to be as good as a new one. */
type About = { account: string; from: string; to: string }

/**
 * The answer that is kept from the same day, about as many days at least; undefined where there is none, or its file
 * is broken.
 */
export async function readAnswer(
  folder: string,
  { account, from, to }: About,
): Promise<ActualBill | undefined> {
  const text = await readFile(fileIn(folder), 'utf8').catch(() => '')
  const { data } = answerSchema.safeParse(parseJson(text))
  const covers = data?.account === account && data.bill.from <= from && data.bill.to === to
  return covers ? data.bill : undefined
}

/** Keeps an answer: whole or not at all, for this user alone (0600). */
export async function writeAnswer(folder: string, account: string, bill: ActualBill): Promise<void> {
  await writeSecret(fileIn(folder), JSON.stringify({ account, bill }))
}

function fileIn(folder: string): string {
  return join(folder, 'cost-explorer.json')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
