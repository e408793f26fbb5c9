// Splits a command line into simple commands, as far as it takes to tell which programs it runs. It is no shell: what is in a
// substitution or a here-document is text. One pass, character by character, since a line comes from outside and may be long.

/** A program with its words; `writes`: what it prints goes to a file. */
export interface SimpleCommand {
  readonly words: readonly string[];
  readonly writes: boolean;
}

interface Found extends SimpleCommand {
  /** It reads what the command before it prints. */
  readonly piped: boolean;
}

interface HereDocument {
  readonly end: string;
  readonly tabs: boolean;
}

/** Letters, digits, `-`, `.`, `/`, `_`, and all that is not ASCII. */
const isPlain = (code: number): boolean =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x2d && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code > 0x7f;

class Splitter {
  readonly #line: string;
  #at = 0;
  /** What is open: a quote, a substitution. */
  readonly #open: string[] = [];
  readonly #found: Found[] = [];
  #words: string[] = [];
  #word: string | null = null;
  #writes = false;
  #piped = false;
  /** The next word is where a redirection goes; `writes`: it is of what is printed. */
  #target: { readonly writes: boolean } | null = null;
  #documents: HereDocument[] = [];

  constructor(line: string) {
    this.#line = line;
  }

  get commands(): Found[] {
    while (this.#at < this.#line.length) {
      this.#plain();
      if (this.#at < this.#line.length) this.#step(this.#line[this.#at]!);
    }
    this.#endCommand();
    return this.#found;
  }

  /** Characters that mean themselves wherever they stand, all at once. */
  #plain(): void {
    const start = this.#at;
    while (this.#at < this.#line.length && isPlain(this.#line.charCodeAt(this.#at))) this.#at++;
    if (this.#at > start) this.#add(this.#line.slice(start, this.#at));
  }

  #add(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #next(offset: number): string {
    return this.#line[this.#at + offset] ?? '';
  }

  #step(c: string): void {
    const inside = this.#open.at(-1);
    if (c === '\\') {
      if (this.#next(1) !== '\n') this.#add(this.#next(1));
      this.#at += 2;
    } else if (c === '"') this.#toggle('"', inside);
    else if (c === '`') this.#toggle('`', inside);
    else if (c === '$' && this.#next(1) === '(') {
      this.#add('$(');
      this.#open.push(')');
      this.#at += 2;
    } else if (inside === '"') {
      this.#add(c);
      this.#at++;
    } else if (c === "'") this.#literal();
    else if (c === '<' && this.#next(1) === '<') this.#here();
    else if (c === '\n') this.#newline(inside);
    else if (inside === undefined) this.#outside(c);
    else this.#within(c);
  }

  #toggle(quote: string, inside: string | undefined): void {
    if (inside === quote) this.#open.pop();
    else this.#open.push(quote);
    this.#add('');
    this.#at++;
  }

  #literal(): void {
    const end = this.#line.indexOf("'", this.#at + 1);
    const stop = end === -1 ? this.#line.length : end;
    this.#add(this.#line.slice(this.#at + 1, stop));
    this.#at = stop + 1;
  }

  /** In a substitution; its parentheses are counted. */
  #within(c: string): void {
    if (c === '(') this.#open.push(')');
    else if (c === ')' && this.#open.at(-1) === ')') this.#open.pop();
    this.#add(c);
    this.#at++;
  }

  #outside(c: string): void {
    switch (c) {
      case ' ':
      case '\t':
      case '\r':
        this.#endWord();
        this.#at++;
        return;
      case ';':
      case ')':
        this.#endCommand();
        this.#at++;
        return;
      case '(':
        // Of a subshell, or after the name of a function.
        this.#endCommand();
        this.#at++;
        return;
      case '&':
        if (this.#next(1) === '>') this.#redirect(1, true);
        else {
          this.#endCommand();
          this.#at += this.#next(1) === '&' ? 2 : 1;
        }
        return;
      case '|':
        this.#endCommand();
        this.#piped = this.#next(1) !== '|';
        this.#at += this.#next(1) === '|' || this.#next(1) === '&' ? 2 : 1;
        return;
      case '>':
      case '<':
        this.#redirect(0, c === '>');
        return;
    }
    if (c === '#' && this.#word === null) {
      this.#comment();
      return;
    }
    this.#add(c);
    this.#at++;
  }

  #comment(): void {
    const end = this.#line.indexOf('\n', this.#at);
    this.#at = end === -1 ? this.#line.length : end;
  }

  /** `>`, `>>`, `2>`, `>&2`, `&>`, `<`, `<(`. */
  #redirect(skip: number, out: boolean): void {
    const descriptor = this.#word !== null && /^\d$/.test(this.#word) ? this.#word : null;
    if (descriptor !== null) this.#word = null;
    else this.#endWord();
    this.#at += skip + 1;
    if (out && (this.#next(0) === '>' || this.#next(0) === '|')) this.#at++;
    if (this.#next(0) === '&') {
      this.#at++;
      this.#target = { writes: false };
    } else if (this.#next(0) === '(') {
      this.#open.push(')');
      this.#add('(');
      this.#at++;
    } else this.#target = { writes: out && (descriptor === null || descriptor === '1') };
  }

  /** `<<EOF`, `<<-'EOF'`, `<<< word`. */
  #here(): void {
    if (this.#next(2) === '<') {
      this.#endWord();
      this.#at += 3;
      this.#target = { writes: false };
      return;
    }
    let at = this.#at + 2;
    const tabs = this.#line[at] === '-';
    if (tabs) at++;
    while (this.#line[at] === ' ') at++;
    let end = '';
    for (let c = this.#line[at]; c !== undefined && !' \t\n;&|<>()'.includes(c); c = this.#line[++at]) {
      if (c !== "'" && c !== '"' && c !== '\\') end += c;
    }
    if (end !== '') this.#documents.push({ end, tabs });
    if (this.#open.length === 0) this.#endWord();
    this.#at = at;
  }

  #newline(inside: string | undefined): void {
    this.#at++;
    for (const { end, tabs } of this.#documents.splice(0)) this.#skipDocument(end, tabs);
    if (inside === undefined) this.#endCommand();
  }

  #skipDocument(end: string, tabs: boolean): void {
    while (this.#at < this.#line.length) {
      let start = this.#at;
      const newline = this.#line.indexOf('\n', start);
      const stop = newline === -1 ? this.#line.length : newline;
      this.#at = stop + 1;
      if (tabs) while (this.#line[start] === '\t') start++;
      if (stop - start === end.length && this.#line.startsWith(end, start)) return;
    }
  }

  #endWord(): void {
    if (this.#word === null) return;
    const word = this.#word;
    this.#word = null;
    if (this.#target === null) this.#words.push(word);
    else if (this.#target.writes && word !== '/dev/null') this.#writes = true;
    this.#target = null;
  }

  #endCommand(): void {
    this.#endWord();
    this.#target = null;
    if (this.#words.length > 0) this.#found.push({ words: this.#words, writes: this.#writes, piped: this.#piped });
    this.#words = [];
    this.#writes = false;
    this.#piped = false;
  }
}

/** Words before a program that say how it is run; with the options that take a word of their own. */
const BEFORE: Readonly<Record<string, string>> = {
  sudo: '-u -g -h -C -p', doas: '-u', env: '-u -C -S', time: '-f -o', nice: '-n', nohup: '', timeout: '-k -s', command: '', exec: '-a', builtin: '',
  stdbuf: '-i -o -e', xargs: '-n -I -P -L -d -s -a', npx: '-p --package', bunx: '', pnpx: '', uvx: '', setsid: '', ionice: '-c -n', caffeinate: '', '!': '', '{': '', then: '', do: '',
  else: '', elif: '', if: '', while: '', until: '',
}; // prettier-ignore

/** The same in two words. */
const BEFORE_TWO: ReadonlySet<string> = new Set([
  'npm exec', 'npm x', 'pnpm exec', 'pnpm dlx', 'yarn exec', 'yarn dlx', 'bun x', 'uv run', 'poetry run', 'pipenv run', 'rye run', 'hatch run', 'pdm run', 'bundle exec',
]); // prettier-ignore

/** What stands beside the commands that do something. */
const ASIDE: ReadonlySet<string> = new Set([
  'cd', 'pushd', 'popd', 'export', 'unset', 'set', 'source', '.', 'for', 'case', 'select', 'function', 'done', 'fi', 'esac', '}', 'true', 'false', ':', 'sleep', 'wait', 'echo', 'printf', 'local',
  'read', 'return', 'exit', 'trap', 'shopt', 'alias', 'eval', 'in', '[', '[[', ']]', 'test', 'break', 'continue',
]); // prettier-ignore

/** What only passes on, or shortens, what the command before a pipe prints. */
const FILTERS: ReadonlySet<string> = new Set([
  'head', 'tail', 'grep', 'egrep', 'fgrep', 'rg', 'sort', 'uniq', 'wc', 'cut', 'tr', 'awk', 'sed', 'jq', 'less', 'more', 'cat', 'nl', 'column', 'fold', 'rev', 'tac',
]); // prettier-ignore

const SHELLS: ReadonlySet<string> = new Set(['bash', 'sh', 'zsh', 'dash', 'ksh']);

const MOST_SHELLS = 4;

const ASSIGNMENT = /^[A-Za-z_][A-Za-z0-9_]*\+?=/;

const programOf = (word: string): string => word.slice(word.lastIndexOf('/') + 1);

/** Number of the first word after options; `taking`: those that take a word. */
function afterOptions(words: readonly string[], from: number, taking: string): number {
  const options = taking.split(' ');
  let at = from;
  while (at < words.length && words[at]!.startsWith('-')) at += options.includes(words[at]!) ? 2 : 1;
  return at;
}

/** Number of the word that is the program. */
function programAt(words: readonly string[]): number {
  for (let at = 0; at < words.length;) {
    const word = words[at]!;
    const before = Object.hasOwn(BEFORE, word) ? BEFORE[word]! : null;
    if (ASSIGNMENT.test(word)) at++;
    else if (before !== null) {
      at = afterOptions(words, at + 1, before);
      if (word === 'timeout') at++;
    } else if (BEFORE_TWO.has(`${word} ${words[at + 1] ?? ''}`)) at = afterOptions(words, at + 2, '');
    else return at;
  }
  return words.length;
}

function unwrapped({ words, writes, piped }: Found, depth: number): Found[] {
  const at = programAt(words);
  if (at >= words.length) return [];
  const [program, rest] = [programOf(words[at]!), words.slice(at + 1)];
  const flag = SHELLS.has(program) ? rest.findIndex((word) => /^-[a-z]*c$/.test(word)) : -1;
  const line = flag >= 0 ? rest[flag + 1] : undefined;
  if (line !== undefined && depth < MOST_SHELLS) return split(line, depth + 1);
  return [{ words: [program, ...rest], writes, piped }];
}

const split = (line: string, depth: number): Found[] => new Splitter(line).commands.flatMap((command) => unwrapped(command, depth));

/**
 * The simple commands of a line that do something, each from its program on: without what stands before it (`VAR=x`, `sudo`, `npx`),
 * without what moves about (`cd x`) and without filters after a pipe, unless there is nothing else.
 */
export function simpleCommands(line: string): readonly SimpleCommand[] {
  const all = split(line, 0);
  const doing = all.filter(({ words, writes, piped }) => writes || !(ASIDE.has(words[0]!) || (piped && FILTERS.has(words[0]!))));
  return doing.length > 0 ? doing : all;
}
