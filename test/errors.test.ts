import { readFileSync } from 'node:fs'
import test from 'ava'
import { ERROR_CODES } from '#src/errors.js'

const documented = [
  ...readFileSync('docs/errors.md', 'utf8').matchAll(/^\| `([A-Z_]+)` \| (.+) \| (.+) \|$/gm),
]

test('every code is documented once, with cause and remedy', (t) => {
  t.deepEqual(documented.map(([, code]) => code).sort(), [...ERROR_CODES].sort())
})

test('codes are unique', (t) => {
  t.is(new Set(ERROR_CODES).size, ERROR_CODES.length)
})
