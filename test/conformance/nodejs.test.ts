import { localNodejs } from '../../operator/runtimes/index.ts';
import { describeLanguage } from './describe-language.ts';

describeLanguage({
  language: 'nodejs',
  runtime: localNodejs,
  handlers: {
    single: 'single.handler',
    unqualified: 'handler',
    broken: [
      { what: 'no such module', handler: 'missing.handler', message: /missing/ },
      { what: 'no such function', handler: 'index.missing', message: /missing/ },
      { what: 'a syntax error', handler: 'syntax.handler', message: /SyntaxError/ },
      { what: 'an error while loading', handler: 'throwing.handler', message: /no database/ },
      { what: 'something that is no function', handler: 'single.text', message: /function/ },
      { what: 'a module that ends the process', handler: 'exiting.handler', message: /exit/ },
    ],
  },
});
