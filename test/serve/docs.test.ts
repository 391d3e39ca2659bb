import { readFile } from 'node:fs/promises'
import test from 'ava'
import { HTTP_ERRORS } from '#src/serve/http-error.js'

test('docs/server.md has every error with its status, and no other', async (t) => {
  const text = await readFile('docs/server.md', 'utf8')
  const documented = [...text.matchAll(/^\| (\d{3}) \| `(\w+)` \|/gm)].map(([, status, code]) => ({
    code,
    status: Number(status),
  }))
  const expected = Object.entries(HTTP_ERRORS).map(([code, { status }]) => ({ code, status }))
  t.deepEqual(documented, expected)
})
