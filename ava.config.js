// The suite that `npm test` runs. Tests are TypeScript; what they test is the built package.
export default {
  files: ['test/**/*.test.ts', '!test/full/**'],
  extensions: { ts: 'module' },
  nodeArguments: ['--import=tsx'],
  timeout: '2m',
  workerThreads: false,
}
