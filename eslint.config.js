import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Only src/store/filter.ts makes a filter; a string anywhere else could empty a table. */
const noFilterStrings = {
  selector:
    "CallExpression[callee.property.name=/^(where|delete)$/]:not([arguments.0.type='MemberExpression'][arguments.0.property.name='sql'])[arguments.0.type=/Literal|TemplateLiteral|BinaryExpression/]",
  message: 'Filters are built in src/store/filter.ts.',
};

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
      'no-restricted-syntax': ['error', noFilterStrings],
      'no-control-regex': 'off',
      eqeqeq: 'error',
    },
  },
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
