import { type Browser, chromium, type Page } from 'playwright-core'

/** Starts the Chromium of the system (`CHROMIUM_PATH`, else Debian's), which asks nothing of the network by itself. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  })
}

/** A page, and all in it that should not have happened. */
export type WatchedPage = { page: Page; complaints: string[] }

/** Opens an address and notes errors, console messages, dialogs, policy violations and requests to other hosts. */
export async function openWatched(browser: Browser, url: string, width = 1280): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 } })
  const complaints: string[] = []
  page.on('console', message => complaints.push(`console ${message.type()}: ${message.text()}`))
  page.on('pageerror', error => complaints.push(`error: ${error.message}`))
  page.on('dialog', dialog => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', request => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`request: ${request.url()}`)
  })
  await page.exposeFunction('noteViolation', (text: string) => complaints.push(`violation: ${text}`))
  await page.addInitScript(`
    document.addEventListener('securitypolicyviolation', event =>
      window.noteViolation(event.violatedDirective + ' ' + event.blockedURI))`)
  await page.goto(url)
  return { page, complaints }
}
