/** Loaded into the program of a stack, as nobody else ends it when its host is killed with the CLI. */
import { endWithParent } from './parent.ts';

endWithParent();
