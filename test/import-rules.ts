import type { Statement, VariableDeclarator } from '@swc/core'
import { Visitor } from '@swc/core/Visitor.js'
import { cruise, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'

const DRIVERS = ['ioredis', 'pg', 'drizzle-orm', 'neo4j-driver', 'kafkajs', '@qdrant/[^/]+']

/** A package is seen as `node_modules/name/…` where it is installed and as `name` where it is not. */
const packages = (names: readonly string[]) => `^(node_modules/)?(${names.join('|')})(/|$)`

/** Who may import whom. Each rule is shown to bite by a planted violation in the test beside it. */
export const IMPORT_RULES: readonly (IForbiddenRuleType & { readonly name: string })[] = [
  {
    name: 'shared-stands-alone',
    comment: 'shared/ runs in Node and in workerd: zod, jose and itself, nothing else',
    severity: 'error',
    from: { path: '^shared/' },
    to: { pathNot: ['^shared/', packages(['zod', 'jose'])] },
  },
  {
    name: 'flows-see-ports-only',
    comment: 'adapters are made by the composition root and handed in',
    severity: 'error',
    from: { path: '^origin/', pathNot: ['^origin/adapters/', '^origin/compose[^/]*\\.ts$'] },
    to: { path: '^origin/adapters/' },
  },
  {
    name: 'adapters-look-inward',
    comment:
      'an adapter knows ports, its own folder, the schema, shared/ and the stored formats: it can be replaced',
    severity: 'error',
    from: { path: '^origin/adapters/([^/]+)/' },
    to: {
      path: '^(origin|edge|drizzle|scripts|test)/',
      pathNot: [
        '^origin/ports/',
        '^origin/(fragments|lists)/',
        '^origin/adapters/$1/',
        '^drizzle/schema(/|\\.ts$)',
      ],
    },
  },
  {
    name: 'stored-formats-stand-alone',
    comment:
      'adapters may know how fragments and lists are written only while these know nothing else',
    severity: 'error',
    from: { path: '^origin/(fragments|lists)/' },
    to: { pathNot: ['^origin/$1/', '^shared/'] },
  },
  {
    name: 'ports-know-no-flow',
    comment: 'a port that imports a flow ties every adapter to it',
    severity: 'error',
    from: { path: '^origin/ports/' },
    to: { pathNot: ['^origin/ports/', '^shared/'] },
  },
  {
    name: 'edge-without-origin',
    comment: 'the tiers meet on the wire, in the shapes of shared/',
    severity: 'error',
    from: { path: '^edge/' },
    to: { path: '^(origin|drizzle)/' },
  },
  {
    name: 'origin-without-edge',
    comment: 'the tiers meet on the wire, in the shapes of shared/',
    severity: 'error',
    from: { path: '^(origin|drizzle)/' },
    to: { path: '^edge/' },
  },
  {
    name: 'drivers-stay-in-adapters',
    comment: 'a store can be changed only while one folder knows its driver',
    severity: 'error',
    from: { pathNot: ['^(origin/adapters|drizzle|scripts|test)/', 'node_modules'] },
    to: { path: packages(DRIVERS) },
  },
  {
    name: 'product-without-scaffolding',
    comment: 'tests and scripts are not deployed',
    severity: 'error',
    from: { path: '^(shared|edge|origin|drizzle)/' },
    to: { path: '^(scripts|test)/' },
  },
]

teachVisitorUsing()

/** `folders` are relative to `baseDir`. The parser is swc: TypeScript 7 has no API to parse with. */
export async function cruiseImports(
  baseDir: string,
  folders: readonly string[],
): Promise<ICruiseResult> {
  const { output } = await cruise(
    [...folders],
    {
      baseDir,
      ruleSet: { forbidden: [...IMPORT_RULES] },
      validate: true,
      parser: 'swc',
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
      moduleSystems: ['es6'],
    },
    { extensions: ['.ts', '.mjs', '.js'], conditionNames: ['import', 'node', 'default'] },
  )
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text')
  return output
}

/**
 * swc parses `using` and `await using`, but its visitor, which dependency-cruiser walks files with,
 * throws at them. Their initialisers are visited as those of `const` are.
 */
function teachVisitorUsing() {
  type Visit = (this: Visitor, statement: Statement) => Statement
  const visitOther = Reflect.get(Visitor.prototype, 'visitStatement') as Visit
  Visitor.prototype.visitStatement = function (this: Visitor, statement) {
    const using = statement as unknown as { type: string; decls: VariableDeclarator[] }
    if (using.type !== 'UsingDeclaration') return visitOther.call(this, statement)
    this.visitVariableDeclarators(using.decls)
    return statement
  }
}
