// The slow suite, run by `npm run test:full`.
export default {
  files: ['test/full/**/*.test.ts'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  timeout: '20m',
  workerThreads: false,
}
