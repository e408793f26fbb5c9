import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Only src/store/filter.ts makes a filter; a string anywhere else could empty a table. */
const noFilterStrings = [
  // A text where a filter is meant, whatever the method is called that takes it.
  'CallExpression[callee.property.name=/^(where|delete|filter|prefilter|countRows)$/][arguments.0.type=/Literal|TemplateLiteral|BinaryExpression/]',
  // Anything but the `sql` of a filter, as a variable that holds a text.
  "CallExpression[callee.property.name='where']:not([arguments.0.type='MemberExpression'][arguments.0.property.name='sql'])",
  // A filter that is made by hand.
  "ObjectExpression > Property[key.name='sql']",
  // Rows are added and never changed.
  "CallExpression[callee.property.name=/^(delete|update)$/][callee.object.type='MemberExpression'][callee.object.property.name='table']",
].map((selector) => ({ selector, message: 'Filters are built in src/store/filter.ts, and rows stay as they are.' }));

export default tseslint.config(
  { ignores: ['**/*.as.ts', 'dist/', 'node_modules/', 'coverage/', 'bench/work/'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked.map((config) => ({ ...config, files: ['**/*.ts'] })),
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
      'no-restricted-syntax': ['error', ...noFilterStrings],
      'no-control-regex': 'off',
      eqeqeq: 'error',
    },
  },
  { files: ['src/store/filter.ts'], rules: { 'no-restricted-syntax': 'off' } },
  {
    files: ['**/*.js'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        URL: 'readonly',
        performance: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
