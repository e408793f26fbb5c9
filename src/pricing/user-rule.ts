// A price of the user's own, from the configuration: a contract, a discount, a gateway, a model that runs at home.
import type { PriceRule } from './rule.js';

export interface UserRule {
  /** A model as logs name it, or `provider/model` of the catalogue; `*` at its end stands for any rest. */
  readonly pattern: string;
  readonly rule: PriceRule;
  /** Its rates are those of that model. */
  readonly like: string | null;
  /** Factor on these rates; null: as they are. */
  readonly times: { readonly numerator: bigint; readonly denominator: bigint } | null;
}

/** Whether it is meant for a model. @param names all that the model is known by, in lower case */
export function appliesTo({ pattern }: Pick<UserRule, 'pattern'>, names: readonly string[]): boolean {
  const wanted = pattern.toLowerCase();
  return names.some((name) => (wanted.endsWith('*') ? name.startsWith(wanted.slice(0, -1)) : name === wanted));
}
