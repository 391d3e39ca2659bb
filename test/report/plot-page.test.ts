import { existsSync } from 'node:fs'
import test from 'ava'
import { chromium } from 'playwright-core'
import { plotRun } from '#src/report/plot/plot.js'
import { generation, run } from './plotted-run.js'

const browserPath = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find(existsSync)
const inBrowser = browserPath ? test : test.skip
const without = browserPath ? '' : ' (skipped: no Chromium here; apt-get install chromium)'

/** What a browser makes of a picture. */
interface Seen {
  broken: boolean
  /** The colour behind everything. */
  card: string
  /** Texts that reach beyond the picture. */
  outside: string[]
}

const LOOK = `({
  broken: document.querySelector('parsererror') !== null,
  card: getComputedStyle(document.querySelector('.card')).fill,
  outside: [...document.querySelectorAll('text')].filter((text) => {
    const [a, b] = [text, document.documentElement].map((one) => one.getBoundingClientRect())
    return a.left < b.left || a.right > b.right || a.top < b.top || a.bottom > b.bottom
  }).map((text) => text.textContent),
})`

inBrowser(
  `a browser shows the pictures, in either scheme, with every text inside${without}`,
  async (t) => {
    const browser = await chromium.launch({
      executablePath: browserPath,
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    })
    try {
      const page = await browser.newPage()
      const look = async (name: string, svg: string) => {
        await page.goto(`data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`)
        const { broken, card, outside } = (await page.evaluate(LOOK)) as Seen
        t.false(broken, name)
        t.deepEqual(outside, [], name)
        return card
      }
      const cards = new Set<string>()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        for (const [name, svg] of plotRun(run)) cards.add(await look(name, svg))
      }
      const long = { ...run, task: 'a-task-of-a-long-name-'.repeat(3), seed: 2 ** 32 - 1 }
      for (const [name, svg] of plotRun(long)) await look(`${name} of a long name`, svg)
      for (const bestFitness of [8_765_432.1, 0.000_123_45, 987_654_321, 123_456]) {
        const generations = [generation(0, { bestFitness, meanFitness: bestFitness / 3 })]
        await look(`fitness ${bestFitness}`, plotRun({ ...run, generations }).get('fitness.svg')!)
      }
      t.is(cards.size, 2)
    } finally {
      await browser.close()
    }
  },
)
