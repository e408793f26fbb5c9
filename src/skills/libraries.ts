// Libraries that only this room's templates need, loaded when they are: CommonJS modules, whose names are only on the default export
// once they are bundled.
type Yaml = typeof import('yaml');
type Liquid = typeof import('liquidjs');

/** The YAML library. */
export async function loadYaml(): Promise<Yaml> {
  const loaded = (await import('yaml')) as Yaml & { readonly default?: Yaml };
  return loaded.default ?? loaded;
}

/** The template library. */
export async function loadLiquid(): Promise<Liquid> {
  const loaded = (await import('liquidjs')) as Liquid & { readonly default?: Liquid };
  return loaded.default ?? loaded;
}
