// Under which names a model is looked for, from the way in which a log names it. Exact rules only: a name that only resembles another
// one is another model. Evidence for each form: the providers' own documentation of model ids, and names seen in agents' logs.

/** A name to look for, of a provider; null: of those that serve their own models. */
export interface ModelName {
  readonly provider: string | null;
  readonly name: string;
}

/** Whose entries are used, in the order in which a bare name is looked for: those that serve their own models first. */
export const OWN_PROVIDERS = [
  'anthropic',
  'openai',
  'google',
  'x-ai',
  'deepseek',
  'moonshotai',
  'mistral',
  'minimax',
  'cohere',
  'zai',
] as const;

/** Prefixes that name a provider, as gateways and routers write them → the catalogue's name of it. */
const PROVIDERS: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
  gemini: 'google',
  vertex_ai: 'google',
  vertex: 'google',
  'google-vertex': 'google',
  bedrock: 'aws',
  'amazon-bedrock': 'aws',
  azure: 'azure',
  xai: 'x-ai',
  'x-ai': 'x-ai',
  deepseek: 'deepseek',
  moonshot: 'moonshotai',
  moonshotai: 'moonshotai',
  mistral: 'mistral',
  mistralai: 'mistral',
  minimax: 'minimax',
  groq: 'groq',
  cerebras: 'cerebras',
  together: 'together',
  fireworks: 'fireworks',
  openrouter: 'openrouter',
  zai: 'zai',
  'z-ai': 'zai',
  qwen: 'alibaba',
  alibaba: 'alibaba',
  dashscope: 'alibaba',
};

/** `us.anthropic.claude-sonnet-4-5-20250929-v1:0`: a profile of a region, or of all; without one, of the region asked. */
const BEDROCK = /^(?:(us|eu|apac|au|jp|ca|in|us-gov|global|regional)\.)?((?:anthropic|openai|amazon|meta|mistral|deepseek|qwen)\..+)$/;

const VERSION = /-v\d{1,2}(?::\d{1,2})?$/;
const DATES = [/-\d{8}$/, /-\d{4}-\d{2}-\d{2}$/, /@\d{8}$/, /-latest$/];
/** Claude Code marks its long context so. */
const LONG_CONTEXT = /\[\d{1,2}m\]$/;

/** Without the day or the word that says which build it is. */
export function undated(name: string): string {
  for (const date of DATES) if (date.test(name)) return name.replace(date, '');
  return name;
}

/** As Bedrock's ids are compared: profile and model, without version and day. Null if the name is none. */
export function bedrockName(name: string): string | null {
  const match = BEDROCK.exec(name);
  if (match === null) return null;
  const scope = match[1] === 'global' ? 'global' : 'regional';
  return `${scope}.${undated(match[2]!.replace(VERSION, ''))}`;
}

/** The names to look for, the most telling first; each exactly, then without its day. */
export function namesOf(model: string): ModelName[] {
  const plain = model.trim().toLowerCase().replace(LONG_CONTEXT, '');
  const names: ModelName[] = [];
  const push = (provider: string | null, name: string): void => {
    names.push({ provider, name });
    if (undated(name) !== name) names.push({ provider, name: undated(name) });
  };
  const slash = plain.startsWith('arn:') ? -1 : plain.indexOf('/');
  const prefix = slash < 0 ? null : plain.slice(0, slash);
  const bare = plain.slice(slash + 1);
  const ofBedrock = prefix === null || PROVIDERS[prefix] === 'aws' ? bare : plain;
  // An ARN ends in the id of the model or of the profile; of other things it ends in a name that somebody gave them.
  const isArn = ofBedrock.startsWith('arn:');
  const bedrock = bedrockName(isArn ? ofBedrock.slice(ofBedrock.lastIndexOf('/') + 1) : ofBedrock);
  if (bedrock !== null) return [{ provider: 'aws', name: bedrock }];
  if (isArn) return [];
  if (prefix === null) {
    // Vertex names builds by `@`; what it lists no price of its own for costs there what its maker lists.
    if (plain.includes('@')) push('google', plain);
    push(null, plain);
    return names;
  }
  const provider = Object.hasOwn(PROVIDERS, prefix) ? PROVIDERS[prefix]! : null;
  if (prefix === 'models') push('google', bare);
  else if (provider !== null) push(provider, bare);
  // Routers name models by their makers; what they take for them is their own price.
  if (provider !== 'openrouter') push('openrouter', plain);
  return names;
}
