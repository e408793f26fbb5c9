// The law of architecture.md as data, held against the imports that are there.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Room → floor. A room may import lower floors only. */
const FLOORS: Readonly<Record<string, number>> = {
  commands: 4,
  cli: 4,
  web: 4,
  mcp: 4,
  lifecycle: 3,
  backfill: 3,
  report: 3,
  checks: 3,
  exchange: 3,
  hooks: 3,
  skills: 3,
  ingest: 2,
  capture: 1,
  store: 1,
  pricing: 1,
  schema: 0,
  model: 0,
};

/** Arrows between neighbours that the law allows. */
const EXCEPTIONS: ReadonlySet<string> = new Set(['commands → cli', 'schema → model']);

/** Imports between files of src when this was written; seeing fewer means that the reader of imports broke. */
const EDGES_THERE_WERE = 430;

const MOST_LINES = 400;

interface Source {
  /** Path below src, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

interface Import {
  readonly from: string;
  /** A path below src, or the name of a package. */
  readonly to: string;
  readonly own: boolean;
  readonly typeOnly: boolean;
}

const SOURCES: readonly Source[] = readdirSync(join(ROOT, 'src'), { recursive: true })
  .map((name) => String(name).split(sep).join('/'))
  .filter((name) => name.endsWith('.ts'))
  .sort()
  .map((path) => ({ path, text: readFileSync(join(ROOT, 'src', path), 'utf8') }));

/** What a file imports: static, type-only, re-exports, `import()` of values and of types, `require`. */
function specifiersOf({ path, text }: Source): { name: string; typeOnly: boolean }[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: { name: string; typeOnly: boolean }[] = [];
  const literal = (node: ts.Node | undefined): string | null => (node !== undefined && ts.isStringLiteralLike(node) ? node.text : null);
  const visit = (node: ts.Node): void => {
    let name: string | null = null;
    let typeOnly = false;
    if (ts.isImportDeclaration(node)) {
      name = literal(node.moduleSpecifier);
      typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    } else if (ts.isExportDeclaration(node)) {
      name = literal(node.moduleSpecifier);
      typeOnly = node.isTypeOnly;
    } else if (ts.isImportTypeNode(node)) {
      name = ts.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : null;
      typeOnly = true;
    } else if (ts.isCallExpression(node)) {
      const called = node.expression;
      const imports = called.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(called) && called.text === 'require');
      name = imports ? literal(node.arguments[0]) : null;
    }
    if (name !== null) found.push({ name, typeOnly });
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function importsOf(source: Source): Import[] {
  return specifiersOf(source).map(({ name, typeOnly }) => {
    const own = name.startsWith('.');
    const to = own ? posix.normalize(posix.join(posix.dirname(source.path), name)).replace(/\.js$/, '.ts') : name;
    return { from: source.path, to, own, typeOnly };
  });
}

const roomOf = (path: string): string => path.split('/')[0]!;

/** Arrows that run up or sideways, as text that names the files. */
function broken(imports: readonly Import[]): string[] {
  return imports.flatMap(({ from, to, own }) => {
    if (!own) return [];
    const [a, b] = [roomOf(from), roomOf(to)];
    if (a === b || EXCEPTIONS.has(`${a} → ${b}`)) return [];
    const [high, low] = [FLOORS[a], FLOORS[b]];
    if (high === undefined || low === undefined) return [`${from} → ${to}: "${high === undefined ? a : b}" is no room`];
    return high > low ? [] : [`${from} → ${to}: ${high < low ? 'up' : 'sideways'}`];
  });
}

/** Rings of imports, each told from its first file on. */
function rings(imports: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, to, own } of imports) if (own) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const found = new Set<string>();
  const walk = (path: string, above: readonly string[]): void => {
    const at = above.indexOf(path);
    if (at >= 0) {
      const ring = above.slice(at);
      const first = ring.indexOf([...ring].sort()[0]!);
      found.add([...ring.slice(first), ...ring.slice(0, first), ring[first]!].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const other of next.get(path) ?? []) walk(other, [...above, path]);
    done.add(path);
  };
  for (const path of next.keys()) walk(path, []);
  return [...found];
}

const IMPORTS = SOURCES.flatMap(importsOf);

/** Files whose imports match, outside the rooms where they may. */
const importersOf = (pattern: RegExp, allowed: readonly string[]): string[] => [
  ...new Set(
    IMPORTS.filter(({ from, to, own }) => !own && pattern.test(to) && !allowed.includes(roomOf(from))).map(
      ({ from, to }) => `${from} → ${to}`,
    ),
  ),
];

/** The text without comments and without what stands in quotes. */
function code({ text }: Source): string {
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, false, ts.LanguageVariant.Standard, text);
  let rest = '';
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const isComment = token === ts.SyntaxKind.SingleLineCommentTrivia || token === ts.SyntaxKind.MultiLineCommentTrivia;
    if (!isComment && token !== ts.SyntaxKind.StringLiteral) rest += scanner.getTokenText();
  }
  return rest;
}

/** Lines of `path: match` for what the code of a room says and must not. */
const sayersOf = (pattern: RegExp, where: (path: string) => boolean): string[] =>
  SOURCES.filter(({ path }) => where(path)).flatMap((source) =>
    [...code(source).matchAll(pattern)].map(([match]) => `${source.path}: ${match.trim()}`),
  );

describe('the law of the rooms', () => {
  it('is kept: no arrow runs up or sideways', () => {
    expect(broken(IMPORTS)).toEqual([]);
  });

  it('sees at least as many imports as there were', () => {
    expect(IMPORTS.filter(({ own }) => own).length).toBeGreaterThanOrEqual(EDGES_THERE_WERE);
  });

  it('sees imports that lead to files that are there', () => {
    const there = new Set(SOURCES.map(({ path }) => path));
    expect(IMPORTS.filter(({ to, own }) => own && !there.has(to)).map(({ from, to }) => `${from} → ${to}`)).toEqual([]);
  });

  it('knows every room that there is', () => {
    expect([...new Set(SOURCES.map(({ path }) => roomOf(path)))].filter((room) => FLOORS[room] === undefined)).toEqual([]);
  });

  it('allows no ring of imports between files', () => {
    expect(rings(IMPORTS)).toEqual([]);
  });
});

describe('the reader of imports', () => {
  const edge = (path: string, text: string): string[] => broken(importsOf({ path, text }));

  it.each([
    ['a static import', "import { Store } from '../store/store.js';"],
    ['an import for its effect', "import '../store/store.js';"],
    ['an import of types', "import type { Store } from '../store/store.js';"],
    ['an import of one type among values', "import { type Store } from '../store/store.js';"],
    ['a re-export', "export { Store } from '../store/store.js';"],
    ['a re-export of everything', "export * from '../store/store.js';"],
    ['a re-export of types', "export type { Store } from '../store/store.js';"],
    ['an import() when it is needed', "const f = async () => (await import('../store/store.js')).Store;"],
    ['the type of an import()', "type S = typeof import('../store/store.js');"],
    ['an import over several lines', "import {\n  Store,\n} from\n  '../store/store.js';"],
    ['an import with a template', 'const f = () => import(`../store/store.js`);'],
  ])('finds %s', (_, text) => {
    expect(edge('model/tokens.ts', text)).toEqual(['model/tokens.ts → store/store.ts: up']);
  });

  it('finds an arrow to a neighbour', () => {
    expect(edge('report/x.ts', "import { a } from '../lifecycle/books.js';")).toEqual(['report/x.ts → lifecycle/books.ts: sideways']);
  });

  it('finds an arrow to a room that nobody knows', () => {
    expect(edge('cli/x.ts', "import { a } from '../utils/a.js';")).toEqual(['cli/x.ts → utils/a.ts: "utils" is no room']);
  });

  it('finds an arrow from a folder within a room', () => {
    expect(edge('capture/claude/x.ts', "import { a } from '../../ingest/a.js';")).toEqual(['capture/claude/x.ts → ingest/a.ts: up']);
  });

  it('lets the exceptions pass, and not the other way round', () => {
    expect([edge('commands/x.ts', "import '../cli/a.js';"), edge('cli/x.ts', "import '../commands/a.js';")]).toEqual([
      [],
      ['cli/x.ts → commands/a.ts: sideways'],
    ]);
  });

  it('takes no comment and no text for an import', () => {
    expect(edge('model/x.ts', "// import '../store/store.js';\nconst a = \"import '../cli/a.js'\";")).toEqual([]);
  });

  it('finds a ring', () => {
    const ring = [
      { path: 'model/a.ts', text: "import './b.js';" },
      { path: 'model/b.ts', text: "import type { C } from './c.js';" },
      { path: 'model/c.ts', text: "export * from './a.js';" },
    ];
    expect(rings(ring.flatMap(importsOf))).toEqual(['model/a.ts → model/b.ts → model/c.ts → model/a.ts']);
  });
});

describe('what stands in one place only', () => {
  it('is LanceDB and Arrow, in store and schema', () => {
    expect(importersOf(/^(@lancedb\/|apache-arrow)/, ['store', 'schema'])).toEqual([]);
  });

  it('is oclif, in commands and cli', () => {
    expect(importersOf(/^@oclif\//, ['commands', 'cli'])).toEqual([]);
  });

  it('is the file system, in the rooms that read logs, keep the store, check the machine or talk to the user', () => {
    expect(importersOf(/^(node:)?fs(\/|$)/, ['capture', 'ingest', 'store', 'checks', 'cli', 'web', 'hooks', 'skills', 'exchange'])).toEqual(
      [],
    );
  });

  it('is the network, in the dashboard alone', () => {
    expect(importersOf(/^(node:)?(http|https|http2|net|tls|dgram|dns)(\/|$)/, ['web', 'mcp'])).toEqual([]);
  });

  it('is starting other programs, in cli', () => {
    expect(importersOf(/^(node:)?child_process$/, ['cli', 'web'])).toEqual([]);
  });

  it('is the clock and the environment, in cli', () => {
    const reads = /process\.env\b|Date\.now\(|new Date\(\)|homedir\(|process\.cwd\(|process\.argv\b|performance\.now\(/g;
    // LanceDB reads its log level from the environment when it is loaded, and only the store loads it. How long one has waited
    // for a lock is no time that is recorded.
    const allowed = new Set(['store/database.ts: process.env', 'store/lock.ts: performance.now(']);
    expect(sayersOf(reads, (path) => roomOf(path) !== 'cli').filter((found) => !allowed.has(found))).toEqual([]);
  });

  it('is the end of the process, in the first file of cli: after a signal, and when nobody reads on', () => {
    expect(sayersOf(/process\.(exit|abort|kill)\(/g, () => true)).toEqual(['cli/main.ts: process.exit(', 'cli/main.ts: process.exit(']);
  });
});

describe('a command', () => {
  it('reads no clock, no environment and no process, and loops over nothing', () => {
    const found = sayersOf(/\bprocess\.\w+|\bDate\b|\bfor \(|\bwhile \(/g, (path) => roomOf(path) === 'commands');
    expect(found).toEqual([]);
  });

  it('imports no other command', () => {
    expect(IMPORTS.filter(({ from, to, own }) => own && roomOf(from) === 'commands' && roomOf(to) === 'commands')).toEqual([]);
  });
});

describe('a file', () => {
  it(`has at most ${MOST_LINES} lines`, () => {
    const long = SOURCES.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 })).filter(({ lines }) => lines > MOST_LINES);
    expect(long).toEqual([]);
  });

  it('opens with a line that says what it holds, except for commands, which say it to the user', () => {
    expect(
      SOURCES.filter(({ path, text }) => roomOf(path) !== 'commands' && !/^(\/\/|\/\*\*?) \S/.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('is called by what it does, not utils or helpers', () => {
    expect(SOURCES.filter(({ path }) => /(^|\/)(utils?|helpers?|common|misc)(\/|\.ts$)/.test(path)).map(({ path }) => path)).toEqual([]);
  });

  it('leaves nothing to be done in a comment, and switches no check off without a reason', () => {
    const found = SOURCES.flatMap(({ path, text }) =>
      [...text.matchAll(/\b(TODO|FIXME|XXX)\b|@ts-(ignore|nocheck)|eslint-disable(?!.* -- )/g)].map(([match]) => `${path}: ${match}`),
    );
    expect(found).toEqual([]);
  });

  it('uses no any, no enum and no namespace', () => {
    const kinds = new Set([ts.SyntaxKind.AnyKeyword, ts.SyntaxKind.EnumDeclaration, ts.SyntaxKind.ModuleDeclaration]);
    const found: string[] = [];
    for (const { path, text } of SOURCES) {
      const visit = (node: ts.Node): void => {
        if (kinds.has(node.kind)) found.push(`${path}: ${node.getText().slice(0, 40)}`);
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
    }
    expect(found).toEqual([]);
  });
});

describe('the tests', () => {
  it('stand in the rooms whose files they test', () => {
    const rooms = readdirSync(join(ROOT, 'test'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    const others = new Set(['e2e', 'house', 'support', 'fixtures', 'faults', 'docs', 'build', 'bench']);
    expect(rooms.filter((room) => FLOORS[room] === undefined && !others.has(room))).toEqual([]);
  });
});
