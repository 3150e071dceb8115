import { localGo } from '../../operator/runtimes/index.ts';
import { describeLanguage } from './describe-language.ts';
import { describeGoBuild } from './suites/go-build.ts';
import { describeGo } from './suites/go.ts';

describeLanguage(
  {
    language: 'go',
    runtime: localGo,
    handlers: {
      single: 'main.Single',
      unqualified: 'Handler',
      broken: [
        { what: 'no such package', handler: 'missing.Handler', message: /no package missing/ },
        { what: 'no such function', handler: 'main.Missing', message: /no function Missing, there is .*Handler/ },
        { what: 'a type', handler: 'main.Order', message: /Order is a type/ },
        { what: 'a constant', handler: 'main.Limit', message: /Limit is a constant/ },
      ],
    },
  },
  (bench) => {
    describeGo(bench);
    describeGoBuild();
  },
);
