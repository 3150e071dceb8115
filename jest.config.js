/** Unit tests stand beside the code, other suites in test/; `make test` picks the projects whose parts are there. */
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/manifests/'],
};

/** Suites that only compute, or run programs that do. */
const computing = { ...shared, setupFilesAfterEnv: ['<rootDir>/test/computing.setup.ts'] };

/** Suites that wait for real programs. */
const realParts = { ...shared, setupFilesAfterEnv: ['<rootDir>/test/real-parts.setup.ts'] };

export default {
  projects: [
    {
      ...computing,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{charts,cli,infra,operator,preview,stacks,tools,test/bench,test/soak}/**/*.test.ts',
        '<rootDir>/test/*.test.ts',
        '<rootDir>/test/preview/*.test.ts',
      ],
    },
    { ...computing, displayName: 'golden', testMatch: ['<rootDir>/test/golden/**/*.test.ts'] },
    { ...computing, displayName: 'fetch', testMatch: ['<rootDir>/test/fetch/**/*.test.ts'] },
    { ...computing, displayName: 'conformance', testMatch: ['<rootDir>/test/conformance/*.test.ts'] },
    { ...realParts, displayName: 'rules', testMatch: ['<rootDir>/test/rules/**/*.test.ts'] },
    { ...realParts, displayName: 'cluster', testMatch: ['<rootDir>/test/cluster/**/*.test.ts'] },
    { ...realParts, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.test.ts'] },
    { ...realParts, displayName: 'engine', testMatch: ['<rootDir>/test/engine/**/*.test.ts'] },
    { ...realParts, displayName: 'load', testMatch: ['<rootDir>/test/load/**/*.test.ts'] },
    { ...realParts, displayName: 'broker', testMatch: ['<rootDir>/test/broker/**/*.test.ts'] },
    { ...realParts, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.test.ts'] },
    { ...realParts, displayName: 'image', testMatch: ['<rootDir>/test/image/**/*.test.ts'] },
  ],
};
