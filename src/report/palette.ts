/** The colours of one scheme, as CSS writes them. */
export interface Palette {
  /** Behind everything. */
  readonly page: string
  /** Behind figures. */
  readonly card: string
  readonly ink: string
  readonly dim: string
  /** Thin lines. */
  readonly rule: string
  readonly soft: string
  readonly good: string
  readonly warn: string
  readonly bad: string
  /** Of the series, in the order in which they are given out. */
  readonly series: readonly string[]
}

/**
 * The eight colours of the series are Okabe and Ito's (2008), told apart by most colour-blind
 * readers, darkened for contrast with a light background.
 */
export const light: Palette = {
  page: '#f6f7f9',
  card: '#ffffff',
  ink: '#1b1f27',
  dim: '#5b6472',
  rule: '#e1e5eb',
  soft: '#f0f2f6',
  good: '#0a7d4f',
  warn: '#9a5b00',
  bad: '#b3261e',
  series: ['#0072b2', '#c2570c', '#00855f', '#a9478a', '#3a93c9', '#a07700', '#5b4bb7', '#4b5563'],
}

/** The same, lightened for a dark background. */
export const dark: Palette = {
  page: '#0f1217',
  card: '#181c23',
  ink: '#e7eaf0',
  dim: '#9aa4b2',
  rule: '#2a303a',
  soft: '#20252e',
  good: '#4cc38a',
  warn: '#f0b429',
  bad: '#ff7b72',
  series: ['#56b4e9', '#f28b3c', '#2cc295', '#e08fc4', '#8ecdf2', '#e9c53f', '#a99cf5', '#a3adba'],
}

/** A scheme as CSS variables: `--page: #fff; ... --s0: #00f; ...`. */
export function variables({ series, ...named }: Palette): string {
  return [...Object.entries(named), ...series.map((colour, i) => [`s${i}`, colour])]
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ')
}
