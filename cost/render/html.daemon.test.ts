import { createServer } from 'node:http'
import { type AddressInfo } from 'node:net'
import { type Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWatched, startBrowser } from '../../dashboard/test/browser.ts'
import { type Report } from '../bill.ts'
import { renderHtml } from './html.ts'
import { fullReport, sampleBill, sampleLine, samplePrice } from './sample.ts'

const hostile = `<script>alert(1)</script><img src="https://evil.example/x" onerror="alert(2)">'"&`
let browser: Browser
let url: string
let page = ''

const server = createServer((_, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(page)
})

beforeAll(async () => {
  browser = await startBrowser()
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
})
afterAll(async () => {
  await browser?.close()
  server.close()
})

async function open(report: Report) {
  page = await renderHtml(report)
  return await openWatched(browser, url, 1000)
}

test('a browser runs nothing of a hostile name, fetches nothing, and shows it as it is', async () => {
  const price = samplePrice('ipv4', 'hour', 0.005, hostile, '2026-11-01')
  const watched = await open({
    ...fullReport,
    stack: hostile,
    planned: sampleBill([sampleLine(hostile, hostile, 730, price)]),
    differences: [hostile],
  })
  // Browsers ask for an icon by themselves.
  expect(watched.complaints.filter(one => !one.includes('favicon'))).toEqual([])
  expect(await watched.page.locator('h1').textContent()).toContain(hostile)
  // A long label is cut off.
  const labels = await watched.page.locator('figure svg text').allTextContents()
  expect(labels.filter(text => text.startsWith('<script>alert(1)'))).not.toEqual([])
  await watched.page.close()
})

test('the page is legible on a dark screen, and prints dark on white', async () => {
  const { page: shown } = await open(fullReport)
  const colours = () =>
    shown.evaluate(`[
      getComputedStyle(document.body).color,
      getComputedStyle(document.body).backgroundColor,
      getComputedStyle(document.querySelector('figure svg text')).fill,
    ]`)
  await shown.emulateMedia({ colorScheme: 'dark' })
  expect(await colours()).toEqual(['rgb(228, 232, 236)', 'rgb(20, 24, 28)', 'rgb(228, 232, 236)'])
  await shown.emulateMedia({ colorScheme: 'dark', media: 'print' })
  expect(await colours()).toEqual(['rgb(28, 33, 38)', 'rgb(255, 255, 255)', 'rgb(28, 33, 38)'])
  await shown.close()
})

test.each([320, 1000])(
  'nothing but the tables’ own width makes a screen of %i pixels scroll',
  async width => {
    page = await renderHtml(fullReport)
    const { page: shown } = await openWatched(browser, url, width)
    const wide = await shown.evaluate(`
    [...document.querySelectorAll('p, h1, h2, li, dd, figure')].filter(one => one.scrollWidth > innerWidth).length`)
    expect(wide).toBe(0)
    await shown.close()
  },
)
