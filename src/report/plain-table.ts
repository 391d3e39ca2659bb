const LINES =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle'

/** Options of cli-table3 for a table without lines: columns stand two spaces apart. */
export const PLAIN_TABLE = {
  style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  chars: Object.fromEntries(LINES.split(' ').map((name) => [name, ''])),
}
