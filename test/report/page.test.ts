import { existsSync } from 'node:fs'
import test from 'ava'
import { chromium } from 'playwright-core'
import { htmlReport } from '#src/report/html.js'
import { sample } from './sample.js'

const browserPath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)
const inBrowser = browserPath ? test : test.skip
const without = browserPath ? '' : ' (skipped: no Chromium here; apt-get install chromium)'

const views = [
  { name: 'light', width: 1100, colorScheme: 'light' },
  { name: 'dark', width: 1100, colorScheme: 'dark' },
  { name: 'phone', width: 375, colorScheme: 'dark' },
] as const

for (const { name, width, colorScheme } of views) {
  inBrowser(`the page renders: ${name}${without}`, async (t) => {
    const browser = await chromium.launch({
      executablePath: browserPath,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    })
    try {
      const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme })
      const complaints: string[] = []
      const requests: string[] = []
      page.on('console', (message) => complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      page.on('request', (request) => requests.push(request.url()))
      await page.setContent(htmlReport(sample))
      t.deepEqual(complaints, [])
      t.deepEqual(
        requests.filter((url) => !url.startsWith('data:')),
        [],
      )
      t.is(await page.textContent('#verdict .headline'), sample.verdict.headline)
      t.is(await page.getAttribute('#verdict', 'data-decision'), sample.verdict.decision)
      const charts = page.locator(width < 640 ? 'svg.narrow' : 'svg.wide')
      t.is(await charts.count(), 7)
      for (const chart of await charts.all()) t.true(await chart.isVisible())
      const overflow = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      t.is(overflow, 0, 'the page must not scroll sideways')
    } finally {
      await browser.close()
    }
  })
}
