import { localPython } from '../../operator/runtimes/index.ts';
import { describeLanguage } from './describe-language.ts';
import { describePython } from './suites/python.ts';

describeLanguage(
  {
    language: 'python',
    runtime: localPython,
    handlers: {
      single: 'single.handler',
      unqualified: 'handler',
      broken: [
        { what: 'no such module', handler: 'missing.handler', message: /missing/ },
        { what: 'no such function', handler: 'main.missing', message: /missing/ },
        { what: 'a syntax error', handler: 'syntax.handler', message: /SyntaxError/ },
        { what: 'an error while loading', handler: 'throwing.handler', message: /no database/ },
        { what: 'something that is no function', handler: 'single.text', message: /function/ },
        { what: 'a module that ends the process', handler: 'exiting.handler', message: /exit/ },
      ],
    },
  },
  describePython,
);
