import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Says why a test was skipped, and closes with one line that counts them all. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const skipped = tests.filter((test) => test.result().state === 'skipped')
    const failed = tests.filter((test) => test.result().state === 'failed')
    // A file that does not load has no tests to fail, and an unhandled rejection belongs to none.
    const broken = modules.filter((module) => module.errors().length > 0)
    for (const test of skipped) console.log(`skipped: ${test.fullName} (${reasonOf(test)})`)
    const passed = tests.length - skipped.length - failed.length
    const failures = failed.length + broken.length + errors.length
    console.log(`${passed} passed, ${failures} failed, ${skipped.length} skipped`)
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result()
  const note = result.state === 'skipped' ? result.note : undefined
  return note ?? 'no reason was given'
}
