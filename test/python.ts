import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * A Python that has these packages: the virtual environment that CI makes in `.venv`, or the
 * system's. Undefined when there is none; the test then says so and passes.
 */
export function pythonWith(...modules: string[]): string | undefined {
  return ['.venv/bin/python', 'python3'].find((python) => {
    if (python.includes('/') && !existsSync(python)) return false
    try {
      execFileSync(python, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}
