// The YAML library, loaded by those that need it.
type Yaml = typeof import('yaml');

export async function loadYaml(): Promise<Yaml> {
  // A CommonJS module: bundled, its names are only on the default export.
  const loaded = (await import('yaml')) as Yaml & { readonly default?: Yaml };
  return loaded.default ?? loaded;
}
