// Which phase of work a tool call is: the first rule of an ordered table that fits. The table that is in force without configuration.
import { OTHER, type PhaseRule, type ToolCall } from '../model/phase.js';
import { simpleCommands, type SimpleCommand } from './shell-line.js';

const listed = (text: string | undefined): string[] | null => text?.split(' ') ?? null;

/** Patterns as a text of words, or for commands as a list of such texts. */
interface Written {
  readonly tool?: string;
  readonly path?: string;
  readonly command?: readonly string[];
  readonly agent_type?: string;
}

const rule = (phase: string, { tool, path, command, agent_type }: Written): PhaseRule => ({
  phase,
  tool: listed(tool),
  path: listed(path),
  command: command ?? null,
  agent_type: listed(agent_type),
});

const READERS = 'Read NotebookRead read read_file read_many_files ReadFile view';

/** Claude Code, Codex, Gemini CLI, Qwen Code, Amp, OpenCode and Copilot CLI, each by the names that its tools have in its logs. */
export const DEFAULT_RULES: readonly PhaseRule[] = [
  // Before all others: their arguments may have any names.
  rule(OTHER, { tool: 'mcp__* mcp_*' }),
  rule('preparation', { tool: READERS, path: '.claude/index/* CLAUDE.md AGENTS.md GEMINI.md QWEN.md SKILL.md' }),
  rule('preparation', { tool: 'Skill skill activate_skill ToolSearch ListMcpResourcesTool ReadMcpResourceTool save_memory' }),
  rule('planning', { tool: 'EnterPlanMode ExitPlanMode enter_plan_mode exit_plan_mode plan_enter plan_exit update_plan oracle' }),
  rule('planning', { tool: 'TodoWrite TodoRead todo_write todo_read todowrite todoread write_todos update_todo TaskCreate TaskUpdate TaskList TaskGet' }),
  rule('planning', { tool: 'AskUserQuestion ask_user ask_user_question question request_user_input report_intent' }),
  rule('planning', { agent_type: 'Plan plan planner' }),
  rule('exploration', { agent_type: 'Explore explore codebase_investigator' }),
  rule('research', { agent_type: 'claude-code-guide *research*' }),
  rule('delegation', { tool: 'Task Agent task agent delegate* spawn_agent send_input resume_agent wait wait_agent close_agent SendMessage' }),
  rule('testing', {
    command: [
      'npm test', 'npm t', 'npm run test*', 'npm run e2e*', 'yarn test*', 'yarn run test*', 'pnpm test*', 'pnpm run test*', 'bun test', 'bun run test*', 'vitest', 'jest', 'mocha', 'ava',
      'node --test', 'deno test', 'playwright test', 'cypress', 'pytest', 'python -m pytest', 'python3 -m pytest', 'python -m unittest', 'python3 -m unittest', 'tox', 'nox',
      'cargo test', 'cargo nextest', 'go test', 'make test*', 'make check*', 'ctest', 'gradle test', 'gradlew test', 'mvn test', 'mvn verify', 'dotnet test', 'swift test', 'mix test', 'rspec',
      'rake test', 'rails test', 'phpunit', 'bats',
    ],
  }), // prettier-ignore
  rule('testing', {
    command: [
      'npm run lint*', 'npm run typecheck*', 'npm run check*', 'yarn lint*', 'pnpm lint*', 'pnpm run lint*', 'eslint', 'tsc', 'prettier --check', 'ruff', 'mypy', 'pyright', 'flake8', 'pylint',
      'cargo clippy', 'cargo check', 'go vet', 'golangci-lint', 'shellcheck', 'make lint*',
    ],
  }), // prettier-ignore
  rule('git', { command: ['git', 'gh', 'glab', 'jj', 'hg', 'svn'] }),
  rule('execution', {
    command: [
      'cat >', 'echo >', 'printf >', 'tee', 'sed -i*', 'perl -i*', 'apply_patch', 'patch', 'mkdir', 'rm', 'rmdir', 'mv', 'cp', 'ln', 'touch', 'chmod', 'chown', 'tar', 'zip', 'unzip',
      'npm', 'pnpm', 'yarn', 'bun', 'node', 'deno', 'tsx', 'ts-node', 'python', 'python3', 'pip', 'pip3', 'uv', 'poetry', 'ruby', 'gem', 'bundle', 'rake', 'rails', 'php', 'composer', 'perl',
      'make', 'cmake', 'ninja', 'cargo', 'rustc', 'go', 'gcc', 'g++', 'clang', 'java', 'javac', 'mvn', 'gradle', 'gradlew', 'dotnet', 'swift', 'mix', 'docker', 'docker-compose', 'podman',
      'kubectl', 'helm', 'terraform', 'psql', 'mysql', 'sqlite3', 'redis-cli', 'curl', 'wget', 'ssh', 'scp', 'rsync', 'brew', 'apt', 'apt-get', 'systemctl', 'kill', 'pkill',
    ],
  }), // prettier-ignore
  rule('reading', { command: ['cat', 'head', 'tail', 'less', 'more', 'bat', 'nl', 'sed', 'awk', 'jq', 'yq', 'diff', 'cmp', 'xxd', 'hexdump', 'strings'] }),
  rule('exploration', {
    command: [
      'ls', 'tree', 'find', 'fd', 'grep', 'egrep', 'fgrep', 'rg', 'ag', 'ack', 'which', 'whereis', 'type', 'file', 'stat', 'wc', 'du', 'df', 'pwd', 'cd', 'env', 'printenv', 'uname', 'whoami', 'ps',
      'date', 'basename', 'dirname', 'realpath',
    ],
  }), // prettier-ignore
  rule('exploration', { tool: 'Grep Glob LS grep glob list ls list_directory list_dir search_file_content grep_search grep_files file_search codebase_search* finder LSP lsp' }),
  rule('research', { tool: 'WebFetch WebSearch web_fetch web_search google_web_search webfetch websearch codesearch read_web_page librarian' }),
  rule('reading', { tool: `${READERS} view_image look_at` }),
  rule('execution', { tool: 'Edit MultiEdit Write NotebookEdit edit multiedit write patch apply_patch replace write_file edit_file create_file create delete_file undo_edit str_replace_editor' }),
  rule('execution', { tool: 'Bash BashOutput KillBash KillShell Monitor TaskOutput TaskStop bash read_bash write_bash stop_bash shell shell_command local_shell exec_command write_stdin run_shell_command' }),
]; // prettier-ignore

/** Whether a text is what a pattern says, in which `*` stands for anything. It goes back to the last `*` only. */
export function matchesGlob(pattern: string, text: string): boolean {
  let [p, t, star, mark] = [0, 0, -1, 0];
  while (t < text.length) {
    if (pattern[p] === '*') [star, mark] = [p++, t];
    else if (p < pattern.length && pattern[p] === text[t]) [p, t] = [p + 1, t + 1];
    else if (star >= 0) [p, t] = [star + 1, ++mark];
    else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

const matchesPath = (pattern: string, path: string): boolean => matchesGlob(pattern, path) || matchesGlob(`*/${pattern}`, path);

/**
 * Whether a command begins with the words of a pattern. Options between them are passed over, and of each the word after it, which may be
 * its value: `git -C x commit` begins with `git commit`.
 */
function beginsWith({ words, writes }: SimpleCommand, pattern: readonly string[]): boolean {
  const wanted = pattern.at(-1) === '>' ? pattern.slice(0, -1) : pattern;
  if (wanted.length < pattern.length && !writes) return false;
  let found = 0;
  let value = false;
  for (const word of words) {
    if (found === wanted.length) break;
    if (matchesGlob(wanted[found]!, word)) {
      found++;
      value = false;
    } else if (found > 0 && word.startsWith('-')) value = true;
    else if (value) value = false;
    else return false;
  }
  return found === wanted.length;
}

/** Finds the phase of calls by a table. A line of several commands is of the phase whose rule stands first. */
export class PhaseTable {
  readonly #rules: readonly (Omit<PhaseRule, 'command'> & { readonly command: readonly (readonly string[])[] | null })[];

  constructor(rules: readonly PhaseRule[]) {
    const split = (pattern: string): string[] => pattern.split(' ').filter((word) => word !== '');
    this.#rules = rules.map((one) => ({ ...one, command: one.command?.map(split) ?? null }));
  }

  phaseOf(call: ToolCall): string {
    const commands = call.command === null ? [] : simpleCommands(call.command);
    const fits = (patterns: readonly string[] | null, text: string | null, matches: (pattern: string, text: string) => boolean): boolean =>
      patterns === null || (text !== null && patterns.some((pattern) => matches(pattern, text)));
    const found = this.#rules.find(
      ({ tool, path, command, agent_type }) =>
        fits(tool, call.tool, matchesGlob) &&
        fits(path, call.path, matchesPath) &&
        fits(agent_type, call.agent_type, matchesGlob) &&
        (command === null || command.some((pattern) => commands.some((one) => beginsWith(one, pattern)))),
    );
    return found?.phase ?? OTHER;
  }
}
